"""Rooms that nobody recorded in: impulse responses drawn at random, and sound in them."""

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from talkinghead.clock import RATE
from talkinghead.types import Array

SHORTEST, LONGEST = 0.1, 0.9  # seconds in which the tail decays by 60 dB (T60)
EDGES = (350.0, 1000.0, 2800.0)  # Hz between the bands that decay on their own


def room_response(rng: np.random.Generator) -> Array:
    """(m,) float32 response of a random room at RATE; sample 0 is the direct sound, 1.

    Direct sound, a few dozen early reflections, and a noise tail that decays exponentially,
    at another pace in every band: walls swallow high tones first, most of the time. Between
    direct and reflected energy lie -4 to 18 dB.
    """
    t60 = float(np.exp(rng.uniform(np.log(SHORTEST), np.log(LONGEST))))
    size = int(RATE * t60)
    tail = _tail(size, t60, rng)
    mixing = int(rng.uniform(0.004, 0.03) * RATE)  # the tail grows in between these samples
    tail[:mixing] *= np.linspace(0, 1, mixing) ** 2
    count = int(rng.integers(5, 30))
    # Like the images of a source in a box: ever denser, ever fainter.
    arrivals = 0.001 + 0.05 * t60**0.5 * np.sqrt(rng.random(count))
    places = np.minimum((arrivals * RATE).astype(int), size - 1)
    gains = rng.choice([1.0, -1.0], count, p=[0.75, 0.25]) / (1 + 200 * arrivals)
    early = np.zeros(size, dtype=np.float32)
    np.add.at(early, places, gains * rng.uniform(0.3, 1, count))
    reflected = _unit(early) * rng.uniform(0.2, 1.0) + _unit(tail)
    direct_to_reflected = rng.uniform(-4, 18)
    response = _unit(reflected) * 10 ** (-direct_to_reflected / 20)
    response[0] = 1
    return np.asarray(response, dtype=np.float32)


def _tail(size: int, t60: float, rng: np.random.Generator) -> Array:
    """Noise of `size` samples that decays by 60 dB in about `t60` seconds, band by band."""
    padded = next_fast_len(size, real=True)
    noise = rfft(rng.standard_normal(padded, dtype=np.float32))
    hz = np.linspace(0, RATE / 2, noise.size)
    times = np.arange(padded, dtype=np.float32) / RATE
    tilt = rng.normal(0.15, 0.2)  # how much sooner each higher band is gone
    out = np.zeros(padded, dtype=np.float32)
    for band, (low, high) in enumerate(zip((80.0, *EDGES), (*EDGES, RATE / 2), strict=True)):
        own = np.clip(t60 * np.exp(-tilt * (band - 1) + rng.normal(0, 0.1)), 0.3 * t60, 1.3 * t60)
        part = irfft(np.where((hz >= low) & (hz < high), noise, 0), padded)
        out += part * np.exp(-6.9 / np.float32(own) * times)
    return out[:size]


def _unit(values: Array) -> Array:
    return values / np.sqrt(np.sum(values**2) + 1e-12)


def in_room(samples: Array, response: Array) -> Array:
    """(n,) samples as they sound in a room: (n,), the direct sound where it was, same level."""
    size = next_fast_len(samples.size + response.size, real=True)
    heard = irfft(rfft(samples, size) * rfft(response, size), size)[: samples.size]
    before, after = np.sqrt(np.mean(samples**2)), np.sqrt(np.mean(heard**2))
    return np.asarray(heard * (before / after if after > 0 else 1), dtype=np.float32)
