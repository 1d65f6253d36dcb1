"""Random text for teaching: sentences that make a synthesiser say every sound there is."""

from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import yaml

from talkinghead.errors import InputError

SHORTEST, LONGEST = 2, 8  # letters of a word drawn from the dictionary
NUMBERS = 0.15  # share of the words that are numbers, read out natively
LEAST = 9  # words of English; fewer are joined by another sentence
KNOWN = 0.35  # share of the words of other languages that are real

_PARTS = yaml.safe_load(files("talkinghead.train").joinpath("texts.yaml").read_text("utf-8"))
LANGUAGES = tuple(_PARTS["languages"])


@cache
def _dictionary() -> tuple[str, ...]:
    """The short, plainly spelt words of pocketsphinx's English dictionary."""
    try:
        from pocketsphinx import get_model_path
    except ImportError as error:
        raise InputError(
            "pocketsphinx is not installed, and random English is drawn from its dictionary; "
            "pip install -r requirements-dev.txt"
        ) from error
    lines = Path(get_model_path("en-us/cmudict-en-us.dict")).read_text().splitlines()
    words = (line.split(maxsplit=1)[0] for line in lines if line)
    plain = (word for word in words if word.isascii() and word.isalpha() and word.islower())
    return tuple(word for word in plain if SHORTEST <= len(word) <= LONGEST)


def _number(rng: np.random.Generator) -> str:
    """A number of one to four digits; all lengths are as likely."""
    return str(rng.integers(10 ** rng.integers(1, 5)))


def english(rng: np.random.Generator) -> str:
    """English of 9 to 25 words: a simple grammar around dictionary words."""
    frame = str(rng.choice(_PARTS["frames"]))
    while len(frame.split()) < LEAST:
        frame += ", " + str(rng.choice(_PARTS["frames"]))
    choices = {slot: words.split() for slot, words in _PARTS["slots"].items()}
    said = []
    for word in frame.split():
        slot, bare = word.strip(","), word.strip(",{}")
        if slot == "{k}":
            new = _number(rng)
        elif slot.startswith("{"):
            options = _dictionary() if slot == "{w}" else choices[bare]
            new = options[rng.integers(len(options))]
        else:
            new = bare
        said.append(new + "," * word.endswith(","))
    return " ".join(said)


def foreign(language: str, rng: np.random.Generator) -> str:
    """Seven to twelve words of a language: numbers, common words and made-up ones.

    Raises InputError for a language that is not in LANGUAGES.
    """
    if language not in LANGUAGES:
        raise InputError(f"no text in {language!r}; have {', '.join(LANGUAGES)}")
    spelling = _PARTS["languages"][language]
    onsets, vowels, codas, common = (
        spelling[part].split() for part in ("onsets", "vowels", "codas", "words")
    )
    kinds = rng.choice(3, size=rng.integers(7, 13), p=[NUMBERS, KNOWN, 1 - NUMBERS - KNOWN])
    said = []
    for kind in kinds:
        if kind == 0:
            said.append(_number(rng))
        elif kind == 1:
            said.append(common[rng.integers(len(common))])
        else:
            said.append(_pseudo_word(onsets, vowels, codas, rng))
    return " ".join(said)


def _pseudo_word(
    onsets: list[str], vowels: list[str], codas: list[str], rng: np.random.Generator
) -> str:
    word = ""
    for _ in range(rng.integers(1, 4)):
        word += str(rng.choice(onsets)) if onsets else ""
        word += str(rng.choice(vowels))
    return word + (str(rng.choice(codas)) if codas and rng.random() < 0.5 else "")
