"""How a recording is mixed: quantiles of its level, which tell a studio from a conversation."""

import numpy as np

from talkinghead.speech.mel import log_mel
from talkinghead.types import Array, Waveform

QUANTILES = (5, 25, 50, 75, 95)  # percent of the frames
COUNT = len(QUANTILES)


def levels(wave: Waveform) -> Array:
    """(COUNT,) float32 quantiles over time of the mean log-mel of a waveform at RATE.

    Expects loudness levelled beforehand, as for every encoder.
    """
    return levels_of(log_mel(wave))


def levels_of(mel: Array) -> Array:
    """The same of a log-mel (t, bands)."""
    quantiles = np.percentile(mel.mean(axis=1, dtype=np.float64), QUANTILES)
    return np.asarray(quantiles, dtype=np.float32)
