"""Another voice from a recording: pitch and formants shifted, with or without the tempo."""

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import resample

from talkinghead.types import Array

WINDOW = 512  # samples of the phase vocoder's frames, 32 ms
STEP = 128


def change_speed(samples: Array, rate: float) -> Array:
    """(n,) samples played `rate` times as fast: (round(n / rate),), with pitch and tempo changed.

    What was at second s is at s / rate afterwards, so read labels at rate * time.
    """
    size = next_fast_len(int(samples.size / rate) + STEP, real=True)
    padded = np.pad(samples, (0, round(size * rate) - samples.size))
    played = resample(padded, size)
    return np.asarray(played[: round(samples.size / rate)], dtype=np.float32)


def shift_pitch(samples: Array, factor: float) -> Array:
    """(n,) samples with pitch and formants `factor` times as high: (n,), at the same tempo.

    A phase vocoder (Flanagan and Golden 1966) stretches the samples in time, and resampling undoes
    the stretch.
    """
    stretched = _stretch(samples, factor)
    played = change_speed(stretched, factor)[: samples.size]
    return np.pad(played, (0, samples.size - played.size))


def _stretch(samples: Array, factor: float) -> Array:
    """(n,) samples `factor` times as long at the same pitch."""
    window = np.hanning(WINDOW + 1)[:-1].astype(np.float32)
    padded = np.pad(samples, (WINDOW // 2, WINDOW + STEP))
    frames = int(np.ceil(samples.size * factor / STEP)) + 2
    places = np.minimum((np.arange(frames) * STEP / factor).astype(int), padded.size - WINDOW)
    view = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)
    now = rfft(view[places] * window, axis=1)
    before = rfft(view[np.maximum(places - STEP, 0)] * window, axis=1)
    # Each frame follows the last by the phase that STEP samples take.
    turned = np.angle(now * np.conj(before))
    phase = np.cumsum(turned, axis=0)
    phase += np.angle(now[:1]) - phase[:1]
    pieces = irfft(np.abs(now) * np.exp(1j * phase).astype(np.complex64), WINDOW, axis=1) * window
    out = np.zeros(frames * STEP + WINDOW, dtype=np.float32)
    share = WINDOW // STEP
    for turn in range(share):  # frames a window apart do not overlap: added all at once
        part = pieces[turn::share].reshape(-1)
        out[turn * STEP : turn * STEP + part.size] += part
    return out[WINDOW // 2 :][: round(samples.size * factor)] / np.float32(1.5)
