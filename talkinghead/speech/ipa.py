"""IPA to the English phones that are nearest in mouth shape and sound."""

# ruff: noqa: RUF001 - IPA letters look like others
import unicodedata

DIGRAPHS = {  # one phone written with two letters
    **dict.fromkeys(("aɪ", "ai", "ɑɪ", "ɑi", "ʌɪ", "aj"), "AY"),
    **dict.fromkeys(("aʊ", "au", "ɑʊ", "ɑu", "æʊ", "ʌʊ", "ʌʉ", "ɐʊ", "aw"), "AW"),
    **dict.fromkeys(("eɪ", "ei", "ɛɪ", "ɛi", "ej"), "EY"),
    **dict.fromkeys(("oʊ", "ou", "əʊ", "əu", "ɔʊ", "ow"), "OW"),
    **dict.fromkeys(("ɔɪ", "ɔi", "oɪ", "oi", "ɔø", "ɔʏ"), "OY"),
    **dict.fromkeys(("ɜɹ", "əɹ"), "ER"),
    "nɡ": "NG",
    "sx": "SH",
    **dict.fromkeys(("tʃ", "tɕ", "tʂ"), "CH"),
    **dict.fromkeys(("dʒ", "dʑ", "dʐ"), "JH"),
}
LONG_VOWELS = {"e": "EY"}
LETTERS = {
    # Vowels, by height and lip rounding: y is rounded, hence not IY.
    **dict.fromkeys("iɪᵻɨɯ", "IH") | {"i": "IY"},
    **dict.fromkeys("yʉu", "UW"),
    **dict.fromkeys("ʊʏøɵ", "UH"),
    **dict.fromkeys("ɛe", "EH"),
    **dict.fromkeys("æɶ", "AE"),
    **dict.fromkeys("aɑ", "AA"),
    **dict.fromkeys("ɔɒ", "AO"),
    "o": "OW",
    **dict.fromkeys("əɐʌɤɘ", "AH"),
    **dict.fromkeys("ɚɝɜɞœ", "ER"),
    # Consonants, by place of articulation from the lips to the glottis.
    **dict.fromkeys("pƥ", "P"),
    **dict.fromkeys("bɓ", "B"),
    **dict.fromkeys("mɱ", "M"),
    **dict.fromkeys("fɸ", "F"),
    **dict.fromkeys("vʋβⱱ", "V"),
    **dict.fromkeys("wʍɥ", "W"),
    "θ": "TH",
    "ð": "DH",
    **dict.fromkeys("tʈ", "T"),
    **dict.fromkeys("dɖɗɾɽ", "D"),  # the American tap in "ladder"
    **dict.fromkeys("nɲɳ", "N"),
    **dict.fromkeys("lɫɭʎɬʟɺ", "L"),
    **dict.fromkeys("rɹɻ", "R"),
    "s": "S",
    "z": "Z",
    **dict.fromkeys("ʃʂɕɧ", "SH"),
    **dict.fromkeys("ʒʐʑ", "ZH"),
    **dict.fromkeys("jʝ", "Y"),
    **dict.fromkeys("kcq", "K"),
    **dict.fromkeys("gɡɟɢɣ", "G"),
    **dict.fromkeys("ŋɴ", "NG"),
    **dict.fromkeys("hɦħxχçʁʀ", "HH"),  # breath through an open mouth, without lip rounding
}


def ipa_to_phones(ipa: str, english: bool = False) -> list[str | None]:
    """One or more IPA letters to phones; None for a letter without a similar phone.

    Stress, tone, nasality and secondary articulation are dropped, and so are espeak's marks for a
    change of language, which are in brackets. A dot is espeak's notation for a retroflex. In
    English, `a` is the vowel of "trap", which is further back in other languages.
    """
    if ipa.startswith("("):
        return []
    plain = unicodedata.normalize("NFD", ipa.replace("s.", "ʂ").replace("z.", "ʐ"))
    letters = "".join(c for c in plain if c == "ː" or unicodedata.category(c) in ("Ll", "Lo"))
    phones: list[str | None] = []
    while letters:
        length = 2 if letters[:2] in DIGRAPHS else 1
        letter, letters = letters[:length], letters[length:]
        long = letters.startswith("ː")
        letters = letters.lstrip("ː")
        phone = (
            DIGRAPHS.get(letter)
            or (LONG_VOWELS.get(letter) if long else None)
            or LETTERS.get(letter)
        )
        phones.append("AE" if english and letter == "a" else phone)
    return phones
