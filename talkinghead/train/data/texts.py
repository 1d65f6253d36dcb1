"""Random sentences for speech synthesisers, with all the phones of a language."""

from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import yaml

from talkinghead.errors import InputError

MIN_LETTERS, MAX_LETTERS = 2, 8  # of a word drawn from the dictionary
NUMBERS = 0.15  # share of the words that are numbers, which synthesisers read out natively
MIN_WORDS = 9  # of English text; another sentence is appended to a shorter one
REAL_WORDS = 0.35  # share of real words in the text of other languages

_PARTS = yaml.safe_load(files("talkinghead.train.data").joinpath("texts.yaml").read_text("utf-8"))
LANGUAGES = tuple(_PARTS["languages"])


@cache
def _dictionary() -> tuple[str, ...]:
    """The short, plainly spelt words of pocketsphinx's English dictionary."""
    try:
        from pocketsphinx import get_model_path
    except ImportError as error:
        raise InputError(
            "pocketsphinx is not installed, and random English is drawn from its dictionary; "
            "pip install 'talkinghead[train]'"
        ) from error
    lines = Path(get_model_path("en-us/cmudict-en-us.dict")).read_text().splitlines()
    words = (line.split(maxsplit=1)[0] for line in lines if line)
    plain = (word for word in words if word.isascii() and word.isalpha() and word.islower())
    return tuple(word for word in plain if MIN_LETTERS <= len(word) <= MAX_LETTERS)


def _number(rng: np.random.Generator) -> str:
    """A number of one to four digits, each length with the same probability."""
    return str(rng.integers(10 ** rng.integers(1, 5)))


def english_text(rng: np.random.Generator) -> str:
    """9 to 25 words of English: sentence templates filled with dictionary words."""
    frame = str(rng.choice(_PARTS["frames"]))
    while len(frame.split()) < MIN_WORDS:
        frame += ", " + str(rng.choice(_PARTS["frames"]))
    choices = {slot: words.split() for slot, words in _PARTS["slots"].items()}
    filled = []
    for word in frame.split():
        slot, bare = word.strip(","), word.strip(",{}")
        if slot == "{k}":
            new = _number(rng)
        elif slot.startswith("{"):
            options = _dictionary() if slot == "{w}" else choices[bare]
            new = options[rng.integers(len(options))]
        else:
            new = bare
        filled.append(new + "," * word.endswith(","))
    return " ".join(filled)


def foreign_text(language: str, rng: np.random.Generator) -> str:
    """7 to 12 words of a language: numbers, common words and pseudo-words.

    Raises InputError for a language that is not in LANGUAGES.
    """
    if language not in LANGUAGES:
        raise InputError(f"no text in {language!r}; have {', '.join(LANGUAGES)}")
    spelling = _PARTS["languages"][language]
    onsets, vowels, codas, common = (
        spelling[part].split() for part in ("onsets", "vowels", "codas", "words")
    )
    kinds = rng.choice(
        3, size=rng.integers(7, 13), p=[NUMBERS, REAL_WORDS, 1 - NUMBERS - REAL_WORDS]
    )
    words = []
    for kind in kinds:
        if kind == 0:
            words.append(_number(rng))
        elif kind == 1:
            words.append(common[rng.integers(len(common))])
        else:
            words.append(_pseudo_word(onsets, vowels, codas, rng))
    return " ".join(words)


def _pseudo_word(
    onsets: list[str], vowels: list[str], codas: list[str], rng: np.random.Generator
) -> str:
    word = ""
    for _ in range(rng.integers(1, 4)):
        word += str(rng.choice(onsets)) if onsets else ""
        word += str(rng.choice(vowels))
    return word + (str(rng.choice(codas)) if codas and rng.random() < 0.5 else "")
