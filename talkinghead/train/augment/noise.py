"""Random background noise: coloured noise, babble, mains hum and music."""

from collections.abc import Sequence

import numpy as np
from scipy.fft import irfft, next_fast_len, rfftfreq

from talkinghead.sample_rates import RATE
from talkinghead.types import Array

CYCLE = 2048  # samples of one period of an instrument's waveform
FRAME = RATE // 50  # samples (20 ms) over which the level of speech is measured
CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 10), (0, 3, 7, 10), (0, 5, 7), (0, 7, 12))  # semitones


def speech_level(samples: Array) -> float:
    """RMS of (n,) samples over the frames with speech, without pauses."""
    frames = samples[: samples.size // FRAME * FRAME].reshape(-1, FRAME)
    powers = (frames**2).mean(axis=1) if len(frames) else np.array([np.mean(samples**2)])
    return float(np.sqrt(powers[powers >= 0.01 * powers.max()].mean()))


def mix_at_snr(samples: Array, noise: Array, snr: float) -> Array:
    """(n,) speech plus (n,) noise, `snr` dB below its level; silent speech stays silent."""
    rms = np.sqrt(np.mean(noise**2))
    if rms == 0:
        return samples
    return samples + noise * np.float32(speech_level(samples) * 10 ** (-snr / 20) / rms)


def coloured_noise(size: int, rng: np.random.Generator) -> Array:
    """(size,) noise with a random spectrum, half of the time with a varying level."""
    padded = next_fast_len(size, real=True)
    octaves = np.log2(np.maximum(rfftfreq(padded, 1 / RATE), 30) / 1000).astype(np.float32)
    decibels = rng.normal(-3, 4) * octaves  # white at 0, pink at -3, brown at -6
    decibels += rng.uniform(0, 8) * np.cos(rng.uniform(0.4, 1.6) * octaves + rng.uniform(0, 6.3))
    spectrum = np.empty(octaves.size, dtype=np.complex64)
    spectrum.real = rng.standard_normal(octaves.size, dtype=np.float32)
    spectrum.imag = rng.standard_normal(octaves.size, dtype=np.float32)
    noise = irfft(spectrum * np.exp(np.float32(np.log(10) / 20) * decibels), padded)[:size]
    if rng.random() < 0.5:
        noise = noise * level_curve(size, rng)
    return np.asarray(noise, dtype=np.float32)


def level_curve(size: int, rng: np.random.Generator) -> Array:
    """(size,) random gain, as slow as that of traffic or a crowd."""
    knots = 2 + int(size / RATE * rng.uniform(0.5, 8))
    levels = np.exp(rng.normal(0, 0.8, knots)).astype(np.float32)
    return np.interp(np.linspace(0, knots - 1, size), np.arange(knots), levels)


def babble(size: int, others: Sequence[Array], rng: np.random.Generator) -> Array:
    """(size,) sum of one to six random parts of other recordings, at random levels."""
    total = np.zeros(size, dtype=np.float32)
    for pick in rng.integers(0, len(others), int(rng.integers(1, 7))):
        other = others[pick]
        start = int(rng.integers(max(1, other.size)))
        part = np.take(other, np.arange(start, start + size), mode="wrap")
        total += part * np.float32(np.exp(rng.normal(0, 0.5)))
    return total


def hum(size: int, rng: np.random.Generator) -> Array:
    """(size,) mains hum: 50 or 60 Hz and harmonics, of which the odd ones are louder."""
    count = int(rng.integers(3, 20))
    orders = np.arange(1, count + 1)
    loudness = rng.uniform(0.2, 1, count) / orders ** rng.uniform(0.3, 1.5)
    loudness[1::2] *= rng.uniform(0.1, 1)
    cycle = _cycle(loudness, rng)
    return _play(cycle, float(rng.choice([50.0, 60.0])), size)


def music(size: int, rng: np.random.Generator) -> Array:
    """(size,) rhythmic chords of one instrument, half of the time with drums."""
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
            chord = _chord(cycle, root, last - first, rng)
            chord *= np.exp(-np.arange(last - first, dtype=np.float32) / np.float32(decay))
            if drums:
                length = min(last - first, int(rng.uniform(0.02, 0.12) * RATE))
                fading = np.linspace(1, 0, length, dtype=np.float32) ** 3
                chord[:length] += drums * fading * rng.standard_normal(length, dtype=np.float32)
            out[first:last] = chord
        at += span
    return out


def _chord(cycle: Array, root: float, size: int, rng: np.random.Generator) -> Array:
    base = int(rng.choice([0, 2, 3, 5, 7, 9, 12]))
    steps = CHORDS[int(rng.integers(len(CHORDS)))]
    notes = (_play(cycle, root * 2 ** ((base + step) / 12), size) for step in steps)
    return np.sum(list(notes), axis=0)


def _cycle(loudness: Array, rng: np.random.Generator) -> Array:
    """(CYCLE,) one period of a sum of harmonics of these amplitudes, in random phases."""
    turns = np.arange(CYCLE)[:, None] / CYCLE * np.arange(1, loudness.size + 1)
    wave = np.cos(2 * np.pi * (turns + rng.random(loudness.size))) @ loudness
    return np.asarray(wave / np.abs(wave).max(), dtype=np.float32)


def _play(cycle: Array, hz: float, size: int) -> Array:
    return cycle[(np.arange(size) * (hz * CYCLE / RATE)).astype(np.int32) % CYCLE]
