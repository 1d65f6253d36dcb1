"""How loud the loud parts of a recording are, however rarely somebody speaks in it."""

from typing import Final

import numpy as np

from talkinghead.types import Array

PERCENTILE: Final = 95.0  # of all levels: what speech reaches that fills a recording
RARE: Final = 0.5  # seconds that are loud where speech is rarer than that
SPIKE: Final = 6.0  # dB by which the loudest RARE of speech stands out from its loud parts


def loud_part(levels: Array, rate: float) -> float:
    """The level in dB of the loud parts of (n,) levels in dB, `rate` of them a second.

    One of two who talk may be heard for seconds in minutes: the percentile would be of his
    silence, and his voice an outlier.
    """
    usual = float(np.percentile(levels, PERCENTILE))
    rare = 100 * (1 - RARE * rate / len(levels))
    if rare <= PERCENTILE:
        return usual
    return max(usual, float(np.percentile(levels, rare)) - SPIKE)
