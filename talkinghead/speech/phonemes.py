"""The phone set that the content code is trained with: ARPAbet without stress, and silence."""

from collections.abc import Iterable

import numpy as np

from talkinghead.sample_rates import HOP, MEL_FPS
from talkinghead.types import Array

SILENCE = "SIL"
VOWELS = (
    *("AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"),
)
CONSONANTS = (
    *("B", "CH", "D", "DH", "F", "G", "HH", "JH", "K", "L", "M", "N", "NG", "P", "R", "S"),
    *("SH", "T", "TH", "V", "W", "Y", "Z", "ZH"),
)
PHONES = (SILENCE, *VOWELS, *CONSONANTS)  # a phone's class is its index
UNKNOWN = -1  # class of an unlabelled frame

TimedPhone = tuple[str, float, float]  # phone, start and end in seconds


def frame_labels(phones: Iterable[TimedPhone], samples: int) -> Array:
    """Timed phones to (ceil(samples / HOP),) int8 classes at MEL_FPS.

    A frame has the class of the phone at its centre, UNKNOWN where no phone or one that is not in
    PHONES covers it.
    """
    frames = -(-samples // HOP)
    classes = np.full(frames, UNKNOWN, dtype=np.int8)
    for phone, start, end in phones:
        first, last = (round(at * MEL_FPS) for at in (start, end))
        if phone in PHONES:
            classes[max(first, 0) : max(last, 0)] = PHONES.index(phone)
    return classes
