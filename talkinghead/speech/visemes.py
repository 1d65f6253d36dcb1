"""Visemes: the nine mouth shapes of 2-D animation, A to H and X, and the phones that show them."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np

from talkinghead.speech.phonemes import PHONES, SILENCE
from talkinghead.types import IDLE_MOUTH, Array


@dataclass(frozen=True)
class VisemeSet:
    """Names of visemes, and the phones that show each."""

    phones: dict[str, str]  # viseme -> its phones, separated by spaces
    idle: str  # viseme of silence
    closed: str  # viseme of lips pressed together
    glides: dict[str, str]  # diphthong -> viseme of its second part

    @property
    def shapes(self) -> tuple[str, ...]:
        """The visemes in the order of the set."""
        return tuple(self.phones)

    @cached_property
    def viseme_of(self) -> dict[str, str]:
        """Phone -> the viseme that it shows, or begins with."""
        return {phone: shape for shape, text in self.phones.items() for phone in text.split()}

    @cached_property
    def one_hot(self) -> Array:
        """(len(PHONES), n) float32, 1 where a phone shows a viseme."""
        matrix = np.zeros((len(PHONES), len(self.phones)), dtype=np.float32)
        for phone, shape in self.viseme_of.items():
            matrix[PHONES.index(phone), self.shapes.index(shape)] = 1
        return matrix


# The letters are Hanna-Barbera's, as the manual of Rhubarb Lip Sync describes the drawings.
RHUBARB: Final = VisemeSet(
    phones={
        "A": "B M P",  # lips pressed together
        "B": "CH D DH G IH IY JH K N NG R S SH T TH Y Z ZH",  # teeth together, slightly open
        "C": "AE AH EH EY",  # open
        "D": "AA AW AY",  # wide open
        "E": "AO ER OY",  # slightly rounded
        "F": "OW UH UW W",  # puckered
        "G": "F V",  # upper teeth on the lower lip
        "H": "L",  # tongue raised behind the upper teeth
        IDLE_MOUTH: SILENCE,
    },
    idle=IDLE_MOUTH,
    closed="A",
    glides={"AW": "F", "AY": "B", "EY": "B", "OY": "B"},
)
SHAPE_OF: Final = RHUBARB.viseme_of
ONSET = 0.6  # share of a diphthong that shows its first shape
MIN_GLIDE = 4  # frames that a diphthong must last to show both: 80 ms
SETTLING = 2  # frames (40 ms) after which a phone's probability is reliable
BREATH = "HH"  # formed in the throat: the mouth takes the next phone's shape


def viseme_probabilities(phones: Array, visemes: VisemeSet = RHUBARB) -> Array:
    """(t, len(PHONES)) phone probabilities to (t, n) of the shapes of a set; both sum to 1."""
    weights: Array = phones @ visemes.one_hot
    best = phones.argmax(axis=1)
    edges = np.flatnonzero(np.diff(best, prepend=-1, append=-1))
    for start, end in pairwise(edges):
        phone = PHONES[best[start]]
        if phone in visemes.glides and end - start >= MIN_GLIDE:
            part = slice(start + round(ONSET * (end - start)), end)
            moved = phones[part, best[start]]
            weights[part, visemes.shapes.index(visemes.viseme_of[phone])] -= moved
            weights[part, visemes.shapes.index(visemes.glides[phone])] += moved
    if BREATH not in visemes.viseme_of:
        breath = PHONES.index(BREATH)
        following = np.where(best == breath, len(best) - 1, np.arange(len(best)))
        following = np.minimum.accumulate(following[::-1])[::-1]  # the next that is no breath
        following = np.minimum(following + SETTLING, len(best) - 1)
        weights += phones[:, breath, None] * weights[following]
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-6))
