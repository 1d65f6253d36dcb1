"""Gives quick movements their range back.

A regression shrinks what it is unsure of, and it is least sure of what is quick.
"""

import numpy as np
from scipy.ndimage import correlate1d

from talkinghead.types import Array

CRISP = 1.0  # of what is quicker than SLOW is added
SLOW = np.array([1, 4, 6, 4, 1]) / 16  # motion frames, sigma 1
REACH = len(SLOW) // 2  # motion frames on either side of one that it depends on


def crisp(offsets: Array) -> Array:
    """(t, ...) displacements, the quick ones up to 1 + CRISP times as large, the slow ones as
    they are.
    """
    return offsets + CRISP * (offsets - correlate1d(offsets, SLOW, axis=0, mode="nearest"))
