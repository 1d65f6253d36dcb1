"""Reverberation: random room impulse responses, and their convolution with speech."""

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from talkinghead.sample_rates import RATE
from talkinghead.types import Array

MIN_T60, MAX_T60 = 0.1, 0.9  # seconds in which the tail decays by 60 dB
BAND_EDGES = (350.0, 1000.0, 2800.0)  # Hz, between bands with their own decay time


def room_impulse_response(rng: np.random.Generator) -> Array:
    """(m,) float32 impulse response of a random room at RATE; sample 0 is the direct sound, 1.

    The direct sound, 5 to 29 early reflections, and a tail of noise that decays exponentially, in
    most rooms faster at higher frequencies. The direct-to-reverberant ratio is -4 to 18 dB.
    """
    t60 = float(np.exp(rng.uniform(np.log(MIN_T60), np.log(MAX_T60))))
    size = int(RATE * t60)
    tail = _tail(size, t60, rng)
    mixing = int(rng.uniform(0.004, 0.03) * RATE)  # samples in which the tail fades in
    tail[:mixing] *= np.linspace(0, 1, mixing) ** 2
    count = int(rng.integers(5, 30))
    # As image sources of a shoebox room (Allen and Berkley 1979): ever denser, ever fainter.
    arrivals = 0.001 + 0.05 * t60**0.5 * np.sqrt(rng.random(count))
    indices = np.minimum((arrivals * RATE).astype(int), size - 1)
    gains = rng.choice([1.0, -1.0], count, p=[0.75, 0.25]) / (1 + 200 * arrivals)
    early = np.zeros(size, dtype=np.float32)
    np.add.at(early, indices, gains * rng.uniform(0.3, 1, count))
    reflected = _unit(early) * rng.uniform(0.2, 1.0) + _unit(tail)
    direct_to_reflected = rng.uniform(-4, 18)
    response = _unit(reflected) * 10 ** (-direct_to_reflected / 20)
    response[0] = 1
    return np.asarray(response, dtype=np.float32)


def _tail(size: int, t60: float, rng: np.random.Generator) -> Array:
    """(size,) noise that decays by 60 dB in about `t60` seconds, each band at its own rate."""
    padded = next_fast_len(size, real=True)
    noise = rfft(rng.standard_normal(padded, dtype=np.float32))
    hz = np.linspace(0, RATE / 2, noise.size)
    times = np.arange(padded, dtype=np.float32) / RATE
    tilt = rng.normal(0.15, 0.2)  # how much faster each higher band decays
    out = np.zeros(padded, dtype=np.float32)
    for band, (low, high) in enumerate(
        zip((80.0, *BAND_EDGES), (*BAND_EDGES, RATE / 2), strict=True)
    ):
        band_t60 = np.clip(
            t60 * np.exp(-tilt * (band - 1) + rng.normal(0, 0.1)), 0.3 * t60, 1.3 * t60
        )
        part = irfft(np.where((hz >= low) & (hz < high), noise, 0), padded)
        out += part * np.exp(-6.9 / np.float32(band_t60) * times)
    return out[:size]


def _unit(values: Array) -> Array:
    return values / np.sqrt(np.sum(values**2) + 1e-12)


def reverberate(samples: Array, response: Array) -> Array:
    """(n,) samples convolved with an impulse response: (n,), undelayed and of the same RMS."""
    size = next_fast_len(samples.size + response.size, real=True)
    reverberant = irfft(rfft(samples, size) * rfft(response, size), size)[: samples.size]
    before, after = np.sqrt(np.mean(samples**2)), np.sqrt(np.mean(reverberant**2))
    return np.asarray(reverberant * (before / after if after > 0 else 1), dtype=np.float32)
