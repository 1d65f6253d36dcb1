"""The log-mel front end that all networks share; its constants are part of their weights."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy.fft import rfft

from talkinghead.errors import AudioError
from talkinghead.sample_rates import HOP, RATE
from talkinghead.types import Array, Waveform

FFT_SIZE = 512  # samples, 32 ms
WINDOW = 400  # samples of the Hann window, 25 ms
MEL_BANDS = 80
CHUNK = 1500  # frames transformed at a time, 15 seconds
MIN_HZ, MAX_HZ = 60.0, 7600.0  # of the mel scale
POWER_FLOOR = 1e-8  # power added to every band before the logarithm
# log-mel = (log(power + floor) + offset) / scale: about zero mean and unit spread for speech.
LOG_OFFSET, LOG_SCALE = 9.0, 4.0
SILENCE = float((np.log(POWER_FLOOR) + LOG_OFFSET) / LOG_SCALE)  # log-mel of no sound at all

# What a network's weights depend on: every model card holds it, and `checkpoint` compares it.
MEL_CONFIG: Final[Mapping[str, float]] = MappingProxyType(
    {
        "sample_rate": RATE,
        "hop": HOP,
        "window": WINDOW,
        "fft_size": FFT_SIZE,
        "bands": MEL_BANDS,
        "min_hz": MIN_HZ,
        "max_hz": MAX_HZ,
        "power_floor": POWER_FLOOR,
        "log_offset": LOG_OFFSET,
        "log_scale": LOG_SCALE,
    }
)


def _hz_to_mel(hz: Array) -> Array:
    return np.asarray(2595 * np.log10(1 + hz / 700))


def _mel_to_hz(mel: Array) -> Array:
    return np.asarray(700 * (10 ** (mel / 2595) - 1))


def band_centres() -> Array:
    """(MEL_BANDS,) centre frequencies of the mel filters in Hz."""
    low, high = _hz_to_mel(np.array([MIN_HZ, MAX_HZ])).tolist()
    return _mel_to_hz(np.linspace(low, high, MEL_BANDS + 2))[1:-1]


def triangular_filters(edges: Array, bins: int) -> Array:
    """(n, bins) triangular filters over 0 to RATE / 2 Hz, of height 1, from n + 2 edges in Hz.

    Filter i rises from edge i to edge i + 1, and falls to edge i + 2.
    """
    hz = np.linspace(0, RATE / 2, bins)
    rise = (hz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - hz) / np.diff(edges)[1:, None]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)))


@cache
def filterbank(warp: float = 1.0) -> Array:
    """(MEL_BANDS, FFT_SIZE // 2 + 1) triangular mel filters of unit area.

    `warp` scales the frequency axis, as a vocal tract of another length does (VTLP, Jaitly and
    Hinton 2013); 1 changes nothing.
    """
    low, high = _hz_to_mel(np.array([MIN_HZ, MAX_HZ])).tolist()
    edges = _mel_to_hz(np.linspace(low, high, MEL_BANDS + 2)) * warp
    filters = triangular_filters(edges, FFT_SIZE // 2 + 1)
    filters /= np.maximum(filters.sum(axis=1, keepdims=True), 1e-6)
    filters = filters.astype(np.float32)
    filters.setflags(write=False)
    return filters


def analysis_window() -> Array:
    """(FFT_SIZE,) float32: a Hann window of WINDOW samples in the middle of zeros."""
    window = np.zeros(FFT_SIZE, dtype=np.float32)
    start = (FFT_SIZE - WINDOW) // 2
    window[start : start + WINDOW] = np.hanning(WINDOW)
    return window


def power_chunks(samples: Array) -> Iterator[Array]:
    """`power_spectrum` in chunks: the spectrum of an hour would not fit in memory."""
    count = -(-len(samples) // HOP)
    window = analysis_window()
    for first in range(0, count, CHUNK):
        frames = min(CHUNK, count - first)
        begin = first * HOP - FFT_SIZE // 2
        end = begin + (frames - 1) * HOP + FFT_SIZE
        chunk = samples[max(begin, 0) : end]
        lead = max(-begin, 0)
        padded = np.pad(chunk, (lead, end - begin - lead - len(chunk)))
        frame_samples = np.lib.stride_tricks.sliding_window_view(padded, FFT_SIZE)[::HOP]
        spectrum = rfft(frame_samples * window, axis=1)  # scipy keeps float32
        yield (spectrum.real**2 + spectrum.imag**2) / WINDOW


def power_spectrum(samples: Array) -> Array:
    """(n,) samples at RATE to (t, FFT_SIZE // 2 + 1) power; frame i is centred on sample i * HOP.

    t = ceil(n / HOP), so the frames cover every sample.
    """
    return np.concatenate(list(power_chunks(samples)))


def log_mel_from_power(power: Array, filters: Array | None = None) -> Array:
    """(t, FFT_SIZE // 2 + 1) power to (t, MEL_BANDS) float32 log-mel, through any filters."""
    mel = power @ (filterbank() if filters is None else filters).T
    return np.asarray((np.log(mel + POWER_FLOOR) + LOG_OFFSET) / LOG_SCALE, dtype=np.float32)


def mel_power(mel: Array) -> Array:
    """(t, MEL_BANDS) log-mel to the power in each band, POWER_FLOOR included.

    The inverse of `log_mel_from_power`.
    """
    return np.asarray(np.exp(LOG_SCALE * mel - LOG_OFFSET))


def check_sample_rate(wave: Waveform) -> None:
    """Raise AudioError for a waveform that is not at RATE."""
    if wave.rate != RATE:
        raise AudioError(f"log-mel needs audio at {RATE} Hz, got {wave.rate}; resample it first")


def log_mel(wave: Waveform) -> Array:
    """(t, MEL_BANDS) float32 log-mel of a waveform at RATE, MEL_FPS frames per second.

    Raises AudioError for any other sample rate.
    """
    check_sample_rate(wave)
    return np.concatenate([log_mel_from_power(power) for power in power_chunks(wave.samples)])
