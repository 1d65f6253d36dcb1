"""When somebody speaks: the energy of the speech band against the recording's own floor."""

import numpy as np
from scipy.ndimage import binary_opening, maximum_filter1d, uniform_filter1d

from talkinghead.clock import FPS, FRAME, MEL_FPS, RATE, STRIDE, motion_frames
from talkinghead.media.loud import loud_part
from talkinghead.speech.mel import FFT, power_blocks
from talkinghead.types import Array, Waveform

BAND = (150.0, 5000.0)  # Hz: rumble and hiss lie outside
RANGE = 28.0  # dB under the loud parts: all below is silence
ABSOLUTE = -65.0  # dB: a recording that never exceeds this is silent throughout
BEFORE, AFTER = 30, 15  # mel frames around speech in which lips may move: they part before it
HUSH = 25.0  # dB under the loud frames of all that is heard: nobody speaks, whatever the noise
STILL = 8  # motion frames of hush, 0.3 seconds, that have no grace: lips do not go on unheard


def activity(wave: Waveform) -> Array:
    """(frames,) float32 in [0, 1] at FPS: 0 in silence, 1 in speech, soft in between.

    The threshold lies between the recording's noise floor (10th percentile) and its loud
    parts, but never more than RANGE dB under the latter. Lips are given time to part
    and to close around speech, but none in a stretch of hush.
    """
    bins = np.linspace(0, RATE / 2, FFT // 2 + 1)
    inside = (bins >= BAND[0]) & (bins <= BAND[1])
    power = np.concatenate([p[:, inside].mean(axis=1) for p in power_blocks(wave.samples)])
    level = uniform_filter1d(10 * np.log10(power + 1e-12), 3, mode="nearest")
    loud, floor = loud_part(level, MEL_FPS), float(np.percentile(level, 10))
    frames = motion_frames(wave.samples.size)
    if loud < ABSOLUTE:
        return np.zeros(frames, dtype=np.float32)
    threshold = max(floor + 0.25 * (loud - floor), loud - RANGE) if loud - floor > 12 else -np.inf
    threshold = max(threshold, ABSOLUTE)
    soft = np.clip((level - threshold) / 6.0 + 0.5, 0, 1)
    ahead = (BEFORE - AFTER) // 2
    soft = maximum_filter1d(soft, BEFORE + AFTER + 1, mode="nearest", origin=-ahead)
    soft = uniform_filter1d(soft, MEL_FPS // 12, mode="nearest")
    padded = np.pad(soft, (0, frames * STRIDE - len(soft)), mode="edge")
    share = padded.reshape(frames, STRIDE).mean(axis=1)
    share[_hushed(wave.samples, frames)] = 0
    return np.asarray(share, dtype=np.float32)


def _hushed(samples: Array, frames: int) -> Array:
    """(frames,) bool at FPS: inside stretches of at least STILL frames of hush."""
    whole = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.einsum("tn,tn->t", whole, whole, dtype=np.float64) / FRAME
    energy = 10 * np.log10(np.pad(power, (0, frames - len(power))) + 1e-12)
    quiet = energy < loud_part(energy, FPS) - HUSH
    return np.asarray(binary_opening(quiet, np.ones(STILL)))
