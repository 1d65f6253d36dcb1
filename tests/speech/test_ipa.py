"""IPA becomes the nearest English phones."""

# ruff: noqa: RUF001 - IPA letters look like others

import pytest

from talkinghead.speech.ipa import DIGRAPHS, LETTERS, LONG_VOWELS, ipa_to_phones
from talkinghead.speech.phonemes import PHONES


def test_every_letter_becomes_a_known_phone():
    tables = (DIGRAPHS, LETTERS, LONG_VOWELS)
    assert {phone for table in tables for phone in table.values()} <= set(PHONES)


@pytest.mark.parametrize(
    ("ipa", "phones"),
    [
        ("ˈɔɪ", ["OY"]),
        ("tʃ", ["CH"]),
        ("ɑ̃", ["AA"]),
        ("ˈeː", ["EY"]),
        ("ˈɛɹ", ["EH", "R"]),
        ("ts.", ["CH"]),
        ("ʔ", [None]),
        ("ʲ", []),
        ("(en)", []),
    ],
)
def test_a_sound_becomes_the_nearest_phones(ipa, phones):
    assert ipa_to_phones(ipa) == phones
