"""Which of the nine drawn mouths of cartoon animation each phone shows."""

from itertools import pairwise
from typing import Final

import numpy as np

from talkinghead.speech.phones import PHONES, SILENCE
from talkinghead.types import REST, SHAPES, Array

# The letters are Hanna-Barbera's, as Rhubarb Lip Sync describes the drawings in its manual.
PHONES_OF: Final = {
    "A": "B M P",  # lips pressed together
    "B": "CH D DH G IH IY JH K N NG R S SH T TH Y Z ZH",  # teeth together, lips a little apart
    "C": "AE AH EH EY",  # open
    "D": "AA AW AY",  # wide open
    "E": "AO ER OY",  # slightly rounded
    "F": "OW UH UW W",  # puckered
    "G": "F V",  # upper teeth on the lower lip
    "H": "L",  # the tongue raised behind the upper teeth
    REST: SILENCE,
}
SHAPE_OF: Final = {phone: shape for shape, phones in PHONES_OF.items() for phone in phones.split()}
GLIDES: Final = {"AW": "F", "AY": "B", "EY": "B", "OY": "B"}  # how these vowels end
ONSET = 0.6  # of such a vowel passes before that
GLIDING = 4  # frames that it must last to have both parts: 80 ms
CLEAR = 2  # frames into a sound, 40 ms, it is heard for what it is
BREATH = "HH"  # is formed in the throat: the mouth takes the shape of what comes next

_SHOWS = np.zeros((len(PHONES), len(SHAPES)), dtype=np.float32)
for _phone, _shape in SHAPE_OF.items():
    _SHOWS[PHONES.index(_phone), SHAPES.index(_shape)] = 1


def shape_weights(shares: Array) -> Array:
    """(t, phones) shares of what is heard to the (t, 9) shares of SHAPES; both sum to 1."""
    weights = shares @ _SHOWS
    best = shares.argmax(axis=1)
    edges = np.flatnonzero(np.diff(best, prepend=-1, append=-1))
    for start, end in pairwise(edges):
        phone = PHONES[best[start]]
        if phone in GLIDES and end - start >= GLIDING:
            part = slice(start + round(ONSET * (end - start)), end)
            moved = shares[part, best[start]]
            weights[part, SHAPES.index(SHAPE_OF[phone])] -= moved
            weights[part, SHAPES.index(GLIDES[phone])] += moved
    breath = PHONES.index(BREATH)
    follows = np.where(best == breath, len(best) - 1, np.arange(len(best)))
    follows = np.minimum.accumulate(follows[::-1])[::-1]  # the next frame that is no breath
    follows = np.minimum(follows + CLEAR, len(best) - 1)
    weights += shares[:, breath, None] * weights[follows]
    return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-6))
