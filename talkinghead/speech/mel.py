"""Sound to log-mel: the spectral front end that every encoder shares."""

from collections.abc import Iterator
from functools import cache

import numpy as np
from scipy.fft import rfft

from talkinghead.clock import HOP, RATE
from talkinghead.errors import AudioError
from talkinghead.types import Array, Waveform

FFT = 512  # samples, 32 ms
WINDOW = 400  # samples, 25 ms
BANDS = 80
BLOCK = 1500  # frames transformed at a time, 15 seconds
LOW, HIGH = 60.0, 7600.0  # Hz
FLOOR = 1e-8  # power under which everything is silence
LIFT, SCALE = 9.0, 4.0  # give the log-mel of speech about zero mean and unit spread
SILENCE = float((np.log(FLOOR) + LIFT) / SCALE)  # log-mel where nothing sounds


def _hz_to_mel(hz: Array) -> Array:
    return np.asarray(2595 * np.log10(1 + hz / 700))


def _mel_to_hz(mel: Array) -> Array:
    return np.asarray(700 * (10 ** (mel / 2595) - 1))


def centres() -> Array:
    """(BANDS,) Hz at which the mel filters peak."""
    low, high = _hz_to_mel(np.array([LOW, HIGH])).tolist()
    return _mel_to_hz(np.linspace(low, high, BANDS + 2))[1:-1]


def triangles(edges: Array, bins: int) -> Array:
    """(n, bins) triangular filters over 0 to RATE / 2 Hz, of height 1, from n + 2 edges in Hz.

    Filter i rises from edge i to edge i + 1, and falls to edge i + 2.
    """
    hz = np.linspace(0, RATE / 2, bins)
    rise = (hz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - hz) / np.diff(edges)[1:, None]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)))


@cache
def filterbank(warp: float = 1.0) -> Array:
    """(BANDS, FFT // 2 + 1) triangular mel filters of unit area.

    `warp` stretches the frequency axis, as a vocal tract of another length does
    (Jaitly and Hinton 2013); 1 leaves it alone.
    """
    low, high = _hz_to_mel(np.array([LOW, HIGH])).tolist()
    edges = _mel_to_hz(np.linspace(low, high, BANDS + 2)) * warp
    filters = triangles(edges, FFT // 2 + 1)
    filters /= np.maximum(filters.sum(axis=1, keepdims=True), 1e-6)
    filters = filters.astype(np.float32)
    filters.setflags(write=False)
    return filters


def power_blocks(samples: Array) -> Iterator[Array]:
    """`power_spectrum` block by block: the spectrum of an hour would not fit in memory."""
    count = -(-len(samples) // HOP)
    window = np.zeros(FFT, dtype=np.float32)
    start = (FFT - WINDOW) // 2
    window[start : start + WINDOW] = np.hanning(WINDOW)
    for first in range(0, count, BLOCK):
        frames = min(BLOCK, count - first)
        begin = first * HOP - FFT // 2
        end = begin + (frames - 1) * HOP + FFT
        heard = samples[max(begin, 0) : end]
        lead = max(-begin, 0)
        padded = np.pad(heard, (lead, end - begin - lead - len(heard)))
        pieces = np.lib.stride_tricks.sliding_window_view(padded, FFT)[::HOP]
        part = rfft(pieces * window, axis=1)  # scipy's stays in float32
        yield (part.real**2 + part.imag**2) / WINDOW


def power_spectrum(samples: Array) -> Array:
    """(n,) samples at RATE to (t, FFT // 2 + 1) power; frame i is centred on sample i * HOP.

    t = ceil(n / HOP), so the frames cover every sample.
    """
    return np.concatenate(list(power_blocks(samples)))


def log_mel_of(power: Array, filters: Array | None = None) -> Array:
    """(t, FFT // 2 + 1) power to (t, BANDS) log-mel, about zero mean and unit spread for speech."""
    mel = power @ (filterbank() if filters is None else filters).T
    return np.asarray((np.log(mel + FLOOR) + LIFT) / SCALE, dtype=np.float32)


def power_of(mel: Array) -> Array:
    """(t, BANDS) log-mel to the power in each band, FLOOR included; undoes `log_mel_of`."""
    return np.asarray(np.exp(SCALE * mel - LIFT))


def log_mel(wave: Waveform) -> Array:
    """(t, BANDS) float32 log-mel of a waveform at RATE, MEL_FPS frames a second."""
    if wave.rate != RATE:
        raise AudioError(f"log-mel needs sound at {RATE} Hz, got {wave.rate}; resample it first")
    return np.concatenate([log_mel_of(power) for power in power_blocks(wave.samples)])
