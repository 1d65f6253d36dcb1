"""Visemes: the nine mouth shapes of 2-D animation, A to H and X, and the phones that show them."""

from itertools import pairwise
from typing import Final

import numpy as np

from talkinghead.speech.phonemes import PHONES, SILENCE
from talkinghead.types import IDLE_MOUTH, MOUTH_SHAPES, Array

# The letters are Hanna-Barbera's, as the manual of Rhubarb Lip Sync describes the drawings.
PHONES_OF: Final = {
    "A": "B M P",  # lips pressed together
    "B": "CH D DH G IH IY JH K N NG R S SH T TH Y Z ZH",  # teeth together, lips slightly open
    "C": "AE AH EH EY",  # open
    "D": "AA AW AY",  # wide open
    "E": "AO ER OY",  # slightly rounded
    "F": "OW UH UW W",  # puckered
    "G": "F V",  # upper teeth on the lower lip
    "H": "L",  # tongue raised behind the upper teeth
    IDLE_MOUTH: SILENCE,
}
SHAPE_OF: Final = {phone: shape for shape, phones in PHONES_OF.items() for phone in phones.split()}
GLIDES: Final = {"AW": "F", "AY": "B", "EY": "B", "OY": "B"}  # the diphthongs' second shape
ONSET = 0.6  # share of a diphthong that shows its first shape
MIN_GLIDE = 4  # frames that a diphthong must last to show both: 80 ms
SETTLING = 2  # frames (40 ms) after which a phone's probability is reliable
BREATH = "HH"  # formed in the throat: the mouth takes the next phone's shape

_ONE_HOT = np.zeros((len(PHONES), len(MOUTH_SHAPES)), dtype=np.float32)
for _phone, _shape in SHAPE_OF.items():
    _ONE_HOT[PHONES.index(_phone), MOUTH_SHAPES.index(_shape)] = 1


def viseme_probabilities(phones: Array) -> Array:
    """(t, len(PHONES)) phone probabilities to (t, 9) of MOUTH_SHAPES; both sum to 1."""
    weights = phones @ _ONE_HOT
    best = phones.argmax(axis=1)
    edges = np.flatnonzero(np.diff(best, prepend=-1, append=-1))
    for start, end in pairwise(edges):
        phone = PHONES[best[start]]
        if phone in GLIDES and end - start >= MIN_GLIDE:
            part = slice(start + round(ONSET * (end - start)), end)
            moved = phones[part, best[start]]
            weights[part, MOUTH_SHAPES.index(SHAPE_OF[phone])] -= moved
            weights[part, MOUTH_SHAPES.index(GLIDES[phone])] += moved
    breath = PHONES.index(BREATH)
    following = np.where(best == breath, len(best) - 1, np.arange(len(best)))
    following = np.minimum.accumulate(following[::-1])[::-1]  # the next frame that is no breath
    following = np.minimum(following + SETTLING, len(best) - 1)
    weights += phones[:, breath, None] * weights[following]
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-6))
