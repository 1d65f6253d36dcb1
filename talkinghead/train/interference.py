"""What is heard beside a voice: noise of any colour, babble, hum and music, drawn at random."""

from collections.abc import Sequence

import numpy as np
from scipy.fft import irfft, next_fast_len, rfftfreq

from talkinghead.clock import RATE
from talkinghead.types import Array

CYCLE = 2048  # samples of one period of an instrument
FRAME = RATE // 50  # samples over which the loudness of speech is measured: 20 ms
CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 10), (0, 3, 7, 10), (0, 5, 7), (0, 7, 12))  # semitones


def speech_level(samples: Array) -> float:
    """RMS of the frames in which somebody speaks: pauses do not count."""
    whole = samples[: samples.size // FRAME * FRAME].reshape(-1, FRAME)
    powers = (whole**2).mean(axis=1) if len(whole) else np.array([np.mean(samples**2)])
    return float(np.sqrt(powers[powers >= 0.01 * powers.max()].mean()))


def beside(samples: Array, other: Array, snr: float) -> Array:
    """Speech with `other`, both (n,), `snr` dB below it; silence has no level and stays silent."""
    loud = np.sqrt(np.mean(other**2))
    if loud == 0:
        return samples
    return samples + other * np.float32(speech_level(samples) * 10 ** (-snr / 20) / loud)


def coloured_noise(size: int, rng: np.random.Generator) -> Array:
    """(size,) noise with a random spectrum, half of the time rising and falling."""
    padded = next_fast_len(size, real=True)
    octaves = np.log2(np.maximum(rfftfreq(padded, 1 / RATE), 30) / 1000).astype(np.float32)
    decibels = rng.normal(-3, 4) * octaves  # white at 0, pink at -3, brown at -6
    decibels += rng.uniform(0, 8) * np.cos(rng.uniform(0.4, 1.6) * octaves + rng.uniform(0, 6.3))
    spectrum = np.empty(octaves.size, dtype=np.complex64)
    spectrum.real = rng.standard_normal(octaves.size, dtype=np.float32)
    spectrum.imag = rng.standard_normal(octaves.size, dtype=np.float32)
    noise = irfft(spectrum * np.exp(np.float32(np.log(10) / 20) * decibels), padded)[:size]
    if rng.random() < 0.5:
        noise = noise * _swell(size, rng)
    return np.asarray(noise, dtype=np.float32)


def _swell(size: int, rng: np.random.Generator) -> Array:
    """(size,) loudness that wanders, as traffic or a crowd does."""
    knots = 2 + int(size / RATE * rng.uniform(0.5, 8))
    levels = np.exp(rng.normal(0, 0.8, knots)).astype(np.float32)
    return np.interp(np.linspace(0, knots - 1, size), np.arange(knots), levels)


def babble(size: int, others: Sequence[Array], rng: np.random.Generator) -> Array:
    """(size,) sum of one to six stretches of other people's speech, at unlike distances."""
    total = np.zeros(size, dtype=np.float32)
    for pick in rng.integers(0, len(others), int(rng.integers(1, 7))):
        voice = others[pick]
        start = int(rng.integers(max(1, voice.size)))
        stretch = np.take(voice, np.arange(start, start + size), mode="wrap")
        total += stretch * np.float32(np.exp(rng.normal(0, 0.5)))
    return total


def hum(size: int, rng: np.random.Generator) -> Array:
    """(size,) mains hum: 50 or 60 Hz and its harmonics, the odd ones louder."""
    count = int(rng.integers(3, 20))
    orders = np.arange(1, count + 1)
    loudness = rng.uniform(0.2, 1, count) / orders ** rng.uniform(0.3, 1.5)
    loudness[1::2] *= rng.uniform(0.1, 1)
    cycle = _cycle(loudness, rng)
    return _played(cycle, float(rng.choice([50.0, 60.0])), size)


def music(size: int, rng: np.random.Generator) -> Array:
    """(size,) something like music: chords of one instrument in rhythm, half of it with drums."""
    root, beat = rng.uniform(55, 220), RATE * 60 / rng.uniform(60, 180)
    loudness = rng.uniform(0.2, 1, 8) / np.arange(1, 9) ** rng.uniform(0.5, 2)
    cycle, decay = _cycle(loudness, rng), rng.uniform(0.1, 1.5) * RATE
    drums = rng.uniform(0.2, 1) if rng.random() < 0.5 else 0.0
    out = np.zeros(size, dtype=np.float32)
    at = -float(rng.uniform(0, beat))
    while at < size:
        span = beat * float(rng.choice([0.5, 1, 1, 2]))
        first, last = max(0, int(at)), min(size, int(at + span))
        if last > first:
            heard = _chord(cycle, root, last - first, rng)
            heard *= np.exp(-np.arange(last - first, dtype=np.float32) / np.float32(decay))
            if drums:
                struck = min(last - first, int(rng.uniform(0.02, 0.12) * RATE))
                fading = np.linspace(1, 0, struck, dtype=np.float32) ** 3
                heard[:struck] += drums * fading * rng.standard_normal(struck, dtype=np.float32)
            out[first:last] = heard
        at += span
    return out


def _chord(cycle: Array, root: float, size: int, rng: np.random.Generator) -> Array:
    base = int(rng.choice([0, 2, 3, 5, 7, 9, 12]))
    steps = CHORDS[int(rng.integers(len(CHORDS)))]
    notes = (_played(cycle, root * 2 ** ((base + step) / 12), size) for step in steps)
    return np.sum(list(notes), axis=0)


def _cycle(loudness: Array, rng: np.random.Generator) -> Array:
    """(CYCLE,) one period of harmonics of these amplitudes, in random phase."""
    turns = np.arange(CYCLE)[:, None] / CYCLE * np.arange(1, loudness.size + 1)
    wave = np.cos(2 * np.pi * (turns + rng.random(loudness.size))) @ loudness
    return np.asarray(wave / np.abs(wave).max(), dtype=np.float32)


def _played(cycle: Array, hz: float, size: int) -> Array:
    return cycle[(np.arange(size) * (hz * CYCLE / RATE)).astype(np.int32) % CYCLE]
