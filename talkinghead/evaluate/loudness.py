"""How loud the sound is at each motion frame, and where it is silent. Pure.

Kept apart from the speech room on purpose: a yardstick must not share the ears it measures.
"""

import numpy as np

from talkinghead.clock import FPS
from talkinghead.evaluate.metrics import stretches
from talkinghead.types import Array, Waveform

RANGE = 50.0  # dB under the loud frames where the scale ends: digital silence is not -inf
SILENT = 25.0  # dB under the loud frames that count as silence; room noise may lie 30 under
PAUSE = 0.3  # seconds: shorter gaps are closures of stops, not pauses


def level(wave: Waveform, count: int) -> Array:
    """(count,) log energy in dB of each motion frame, 0 for loud speech, not under -RANGE.

    Frame i covers the sound from i / 25 to (i + 1) / 25 seconds; past the sound's end is
    silence. Loud is the 95th percentile of the frames.
    """
    edges = np.round(np.arange(count + 1) * wave.rate / FPS).astype(int)
    power = np.concatenate([[0.0], np.cumsum(wave.samples.astype(np.float64) ** 2)])
    inside = power[np.minimum(edges, wave.samples.size)]
    energy = np.maximum(np.diff(inside) / np.diff(edges), 1e-12)
    decibels = 10 * np.log10(energy)
    relative: Array = np.maximum(decibels - np.percentile(decibels, 95), -RANGE)
    return relative


def silent_frames(wave: Waveform, count: int) -> Array:
    """(count,) bool, the frames inside stretches of silence of over 0.3 seconds."""
    return stretches(level(wave, count) < -SILENT, PAUSE)
