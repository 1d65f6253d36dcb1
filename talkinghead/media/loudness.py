"""Normalises the loudness of speech and limits peaks."""

from typing import Final

import numpy as np

from talkinghead.sample_rates import RATE
from talkinghead.types import Array, Waveform

TARGET_LEVEL: Final = -23.0  # dBFS, RMS of the speech without pauses
SILENCE_LEVEL: Final = -60.0  # dBFS; a recording that never exceeds it is silent
GATE: Final = 25.0  # dB; pauses are at least this far below the loud level
MAX_GAIN: Final = 30.0  # dB
NOISE_RANGE: Final = 6.0  # dB; quiet audio that varies less is room noise, not speech
WINDOW: Final = RATE // 50  # samples over which a level is measured: 20 ms
BLOCK: Final = 60 * RATE  # samples processed at a time, to limit the memory of temporaries

PERCENTILE: Final = 95.0  # of the levels: the loud level if speech fills the recording
RARE_SECONDS: Final = 0.5  # loudest part of a recording, from which rare speech is measured
CREST: Final = 6.0  # dB by which the loudest RARE_SECONDS of speech exceed its loud level

KNEE: Final = 0.9  # amplitude above which samples are compressed
CEILING: Final = 0.999  # largest amplitude of compressed samples


def normalise_loudness(wave: Waveform) -> Waveform:
    """The waveform (at RATE) with its speech at TARGET_LEVEL; pauses are not measured.

    Silence and quiet steady noise are returned unchanged. Peaks are limited by `soft_clip`.
    """
    levels = _levels(wave.samples)
    loud = loud_level(levels, RATE / WINDOW)
    if loud < SILENCE_LEVEL:
        return wave
    if loud < TARGET_LEVEL - 20 and loud - np.percentile(levels, 10) < NOISE_RANGE:
        return wave
    gain = 10 ** (speech_gain(levels, loud) / 20)
    return Waveform(_amplify(wave.samples, gain), wave.rate)


def is_silent(wave: Waveform) -> bool:
    """Whether a waveform (at RATE) never exceeds SILENCE_LEVEL."""
    return loud_level(_levels(wave.samples), RATE / WINDOW) < SILENCE_LEVEL


def loud_level(levels: Array, rate: float) -> float:
    """The loud level in dB: that of loud speech, from (n,) levels in dB at `rate` per second.

    One speaker of a dialogue may speak for seconds within minutes, where a fixed percentile would
    measure silence: the result is at least the level of the loudest RARE_SECONDS minus CREST.
    """
    usual = float(np.percentile(levels, PERCENTILE))
    rare = 100 * (1 - RARE_SECONDS * rate / len(levels))
    if rare <= PERCENTILE:
        return usual
    return max(usual, float(np.percentile(levels, rare)) - CREST)


def speech_gain(levels: Array, loud: float) -> float:
    """Gain in dB, at most MAX_GAIN, that brings speech to TARGET_LEVEL.

    Takes (n,) levels in dBFS and their `loud_level`; levels more than GATE below it are pauses.
    """
    active = levels[levels > loud - GATE]
    level = 10 * np.log10(np.mean(10 ** (active / 10)))
    return float(min(TARGET_LEVEL - level, MAX_GAIN))


def _levels(samples: Array) -> Array:
    """RMS level in dBFS of each WINDOW; a shorter last window is averaged over its own length."""
    parts = [samples[at : at + BLOCK] for at in range(0, samples.size, BLOCK)]
    powers = []
    for part in parts:
        padded = np.pad(part, (0, -part.size % WINDOW)).reshape(-1, WINDOW)
        powers.append((padded.astype(np.float64) ** 2).mean(axis=1))
    if samples.size % WINDOW:
        powers[-1][-1] *= WINDOW / (samples.size % WINDOW)
    levels: Array = 10 * np.log10(np.concatenate(powers) + 1e-12)
    return levels


def _amplify(samples: Array, gain: float) -> Array:
    """The samples times `gain`, with peaks limited by `soft_clip`."""
    louder = samples * np.float32(gain)
    for at in range(0, samples.size, BLOCK):
        louder[at : at + BLOCK] = soft_clip(louder[at : at + BLOCK])
    return louder


def soft_clip(samples: Array) -> Array:
    """The float32 samples, with amplitudes above KNEE compressed by a tanh to below CEILING."""
    over = np.abs(samples) - KNEE
    if over.max(initial=0) <= 0:
        return samples
    headroom = CEILING - KNEE
    compressed = np.sign(samples) * (KNEE + headroom * np.tanh(np.maximum(over, 0) / headroom))
    return np.where(over > 0, compressed, samples).astype(np.float32)
