"""When somebody speaks: the energy of the speech band against the recording's own floor."""

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Loudness:
    """What a voice is told from silence by, all in dB."""

    loud: float  # of the loud parts of the speech band
    floor: float  # under the speech band's quietest tenth
    energy: float  # of the loud parts of all that is heard


def activity(wave: Waveform) -> Array:
    """(frames,) float32 in [0, 1] at FPS: 0 in silence, 1 in speech, soft in between.

    The threshold lies between the recording's noise floor (10th percentile) and its loud
    parts, but never more than RANGE dB under the latter. Lips are given time to part
    and to close around speech, but none in a stretch of hush.
    """
    level, energy = smooth(band_levels(wave.samples)), energies(wave.samples)
    return spoken(level, energy, loudness(level, energy))


def spoken(level: Array, energy: Array, against: Loudness) -> Array:
    """`activity` of (t,) smooth levels of the band at MEL_FPS and (frames,) energies at FPS.

    What is silence depends on how loud the whole is that they are a part of.
    """
    frames = len(energy)
    loud, floor = against.loud, against.floor
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
    quiet = energy < against.energy - HUSH
    share[np.asarray(binary_opening(quiet, np.ones(STILL)))] = 0
    return np.asarray(share, dtype=np.float32)


def loudness(level: Array, energy: Array) -> Loudness:
    """How loud a whole is, by its smooth levels at MEL_FPS and its energies at FPS, in dB."""
    floor = float(np.percentile(level, 10))
    return Loudness(loud_part(level, MEL_FPS), floor, loud_part(energy, FPS))


def band_levels(samples: Array) -> Array:
    """(t,) dB of the speech band at MEL_FPS, t = ceil(n / HOP)."""
    bins = np.linspace(0, RATE / 2, FFT // 2 + 1)
    inside = (bins >= BAND[0]) & (bins <= BAND[1])
    power = np.concatenate([p[:, inside].mean(axis=1) for p in power_blocks(samples)])
    return np.asarray(10 * np.log10(power + 1e-12))


def smooth(level: Array) -> Array:
    """Levels at MEL_FPS over the 30 ms around each."""
    return np.asarray(uniform_filter1d(level, 3, mode="nearest"))


def energies(samples: Array) -> Array:
    """(frames,) dB of all that is heard in each motion frame; a last one in part is silence."""
    whole = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.einsum("tn,tn->t", whole, whole, dtype=np.float64) / FRAME
    missing = motion_frames(len(samples)) - len(power)
    return np.asarray(10 * np.log10(np.pad(power, (0, missing)) + 1e-12))
