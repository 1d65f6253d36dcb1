"""What is said: content features that a branch can follow."""

from typing import Protocol

from talkinghead.clock import HOP, MEL_FPS
from talkinghead.speech.mel import BANDS, log_mel
from talkinghead.types import Array, Waveform


class ContentEncoder(Protocol):
    """Sound at RATE to content features at MEL_FPS."""

    channels: int

    def __call__(self, wave: Waveform) -> Array:
        """(t, channels) float32, t = ceil(samples / HOP)."""
        ...


class LogMel:
    """The log-mel itself: no weights, no look-ahead."""

    channels = BANDS
    fps = MEL_FPS
    hop = HOP

    def __call__(self, wave: Waveform) -> Array:
        """(t, 80) log-mel of `wave`."""
        return log_mel(wave)
