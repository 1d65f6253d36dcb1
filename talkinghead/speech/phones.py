"""The phones that content is taught by: ARPAbet without stress, and silence."""

from collections.abc import Iterable

import numpy as np

from talkinghead.clock import HOP, MEL_FPS
from talkinghead.types import Array

SILENCE = "SIL"
VOWELS = (
    *("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"),
)
CONSONANTS = (
    *("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S"),
    *("SH", "T", "TH", "V", "W", "Y", "Z", "ZH"),
)
PHONES = (SILENCE, *VOWELS, *CONSONANTS)  # a phone's class is its place here
UNKNOWN = -1  # the class of a frame nobody labelled

Timed = tuple[str, float, float]  # a phone, its start and its end in seconds


def framewise(timed: Iterable[Timed], samples: int) -> Array:
    """Timed phones to the (ceil(samples / HOP),) int8 classes at MEL_FPS.

    A frame belongs to the phone that sounds at its centre; a phone that is not in PHONES,
    and a frame no phone covers, is UNKNOWN.
    """
    frames = -(-samples // HOP)
    classes = np.full(frames, UNKNOWN, dtype=np.int8)
    for phone, start, end in timed:
        first, last = (round(at * MEL_FPS) for at in (start, end))
        if phone in PHONES:
            classes[max(first, 0) : max(last, 0)] = PHONES.index(phone)
    return classes
