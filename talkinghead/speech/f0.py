"""Fundamental frequency (F0): tracking, normalisation, and transfer to another speaker's range.

The tracker proposes lags by normalised autocorrelation and chooses among them, and unvoiced, by
dynamic programming over the whole recording (RAPT, Talkin 1995).
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import firwin, oaconvolve

from talkinghead.errors import AudioError
from talkinghead.sample_rates import HOP, RATE
from talkinghead.types import Array, Waveform

MIN_F0, MAX_F0 = 60.0, 500.0  # Hz
BAND = (85.0, 1600.0)  # Hz of the band-pass: the first harmonics, not the mains hum at 50 or 60
TAPS = 1025  # of the band-pass: steep enough between hum and voice
MIN_LAG, MAX_LAG = int(RATE / MAX_F0) - 1, int(RATE / MIN_F0) + 2  # samples, with neighbours
WINDOW = 400  # samples that are correlated, 25 ms
BLOCK = 1500  # frames at a time, 15 seconds
CANDIDATES = 6  # lags per frame
LAG_WEIGHT = 0.12  # penalty of the longest lag: without it, every multiple of a lag fits as well
VOICING_THRESHOLD = 0.55  # correlation from which a frame is voiced
SWITCH_COST = 0.2  # of a change between voiced and unvoiced
OCTAVE_COST = 0.5  # of a change by an octave from one frame to the next
VOICED_RANGE = 38.0  # dB below the loud level: fainter frames are unvoiced
NOISE_MARGIN, PAUSE_RANGE = 5.0, 20.0  # dB above the floor, below the loud level: hum in pauses
SILENT_POWER = 1e-8
MIN_SPREAD = 0.05  # of log-F0, for monotone speech
DEFAULT_STATISTICS = (5.0, 0.2)  # mean and spread of log-F0 where nothing is voiced: 150 Hz
CLIP = 3.0  # spreads from the mean at which normalised F0 is clipped


def track_f0(wave: Waveform) -> Array:
    """(t,) float32 Hz in [MIN_F0, MAX_F0], 0 where unvoiced; t = ceil(samples / HOP).

    Frame i is centred on sample i * HOP, as in the log-mel. Raises AudioError for a waveform that
    is not at RATE.
    """
    if wave.rate != RATE:
        raise AudioError(f"F0 needs audio at {RATE} Hz, got {wave.rate}; resample it first")
    parts = [_candidates(*block) for block in _filtered_blocks(wave.samples)]
    lags, scores, power = (np.concatenate(each) for each in zip(*parts, strict=True))
    level = 10 * np.log10(power + 1e-12)
    floor, loud = np.percentile(level, [10, 95])
    threshold = max(loud - VOICED_RANGE, min(floor + NOISE_MARGIN, loud - PAUSE_RANGE))
    penalty = np.maximum(threshold - level, 0) / 6  # 1 for every 6 dB
    chosen = _best_path(lags, 1 - scores + penalty[:, None])
    voiced = chosen < CANDIDATES
    lag = lags[np.arange(len(lags)), np.where(voiced, chosen, 0)]
    hz = np.clip(RATE / lag, MIN_F0, MAX_F0)
    return np.where(voiced, hz, 0).astype(np.float32)


@cache
def _band_pass() -> Array:
    taps: Array = firwin(TAPS, BAND, pass_zero=False, fs=RATE).astype(np.float32)
    return taps


def _filtered_blocks(samples: Array) -> Iterator[tuple[Array, int]]:
    """The band-passed samples around each block of frames, and its number of frames."""
    count = -(-len(samples) // HOP)
    margin = TAPS // 2
    for first in range(0, count, BLOCK):
        frames = min(BLOCK, count - first)
        begin = first * HOP - (WINDOW + MAX_LAG // 2) // 2 - margin
        end = begin + (frames - 1) * HOP + WINDOW + MAX_LAG + 2 * margin
        block = samples[max(begin, 0) : max(end, 0)]
        lead = max(-begin, 0)
        padded = np.pad(block, (lead, end - begin - lead - len(block)))
        yield oaconvolve(padded, _band_pass(), mode="valid"), frames


def _candidates(samples: Array, frames: int) -> tuple[Array, Array, Array]:
    """Lags and scores (frames, CANDIDATES) of the best periods, and the power (frames,)."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW + MAX_LAG)[::HOP][:frames]
    size = next_fast_len(WINDOW + MAX_LAG, real=True)
    later = rfft(windows, size, axis=1)
    product = irfft(np.conj(rfft(windows[:, :WINDOW], size, axis=1)) * later, size, axis=1)
    energy = np.pad(np.cumsum(windows.astype(np.float64) ** 2, axis=1), ((0, 0), (1, 0)))
    energy = energy[:, WINDOW:] - energy[:, : MAX_LAG + 1]  # of the window at each lag
    energy = np.maximum(energy, 0) + WINDOW * SILENT_POWER
    lags = np.arange(MIN_LAG, MAX_LAG + 1)
    correlation = product[:, lags] / np.sqrt(energy[:, :1] * energy[:, lags])

    before, middle, after = correlation[:, :-2], correlation[:, 1:-1], correlation[:, 2:]
    peak = (middle > before) & (middle >= after) & (middle > 0)
    score = np.where(peak, middle * (1 - LAG_WEIGHT * lags[1:-1] / MAX_LAG), -1)
    best = np.argpartition(-score, CANDIDATES, axis=1)[:, :CANDIDATES]

    def at_best(values: Array) -> Array:
        return np.take_along_axis(values, best, axis=1)

    # The vertex of the parabola through the peak and its neighbours.
    curvature = at_best(before) - 2 * at_best(middle) + at_best(after)
    shift = 0.5 * (at_best(before) - at_best(after)) / np.where(curvature < -1e-9, curvature, -1)
    exact = lags[1:-1][best] + np.where(at_best(peak), np.clip(shift, -0.5, 0.5), 0)
    return exact, at_best(score), energy[:, 0] / WINDOW


def _best_path(lags: Array, costs: Array) -> Array:
    """(t,) the cheapest sequence of candidates; CANDIDATES itself stands for unvoiced."""
    count, states = len(lags), CANDIDATES + 1
    octave = np.log2(lags).astype(np.float32)
    unvoiced_cost = 1 - VOICING_THRESHOLD
    costs = np.pad(costs, ((0, 0), (0, 1)), constant_values=unvoiced_cost).astype(np.float32)
    back = np.zeros((count, states), dtype=np.int8)
    columns = np.arange(states)
    total = costs[0]
    for first in range(1, count, BLOCK):
        now, last = octave[first : first + BLOCK], octave[first - 1 : first + BLOCK - 1]
        transitions = np.full((len(now), states, states), SWITCH_COST, dtype=np.float32)
        octaves = np.abs(now[:, None, :] - last[: len(now), :, None])
        transitions[:, :-1, :-1] = OCTAVE_COST * octaves
        transitions[:, -1, -1] = 0
        for i, transition in enumerate(transitions, first):
            reached = total[:, None] + transition
            back[i] = reached.argmin(axis=0)
            total = reached[back[i], columns] + costs[i]
        total = total - total.min()
    path = np.empty(count, dtype=np.intp)
    path[-1] = total.argmin()
    for i in range(count - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return path


def f0_statistics(hz: Array) -> tuple[float, float]:
    """Mean and spread of log-F0 over the voiced frames; DEFAULT_STATISTICS if there are none."""
    voiced = hz[hz > 0]
    if voiced.size == 0:
        return DEFAULT_STATISTICS
    log = np.log(voiced.astype(np.float64))
    return float(log.mean()), max(float(log.std()), MIN_SPREAD)


def normalise_f0(hz: Array) -> Array:
    """(t,) Hz to (t, 2) float32: speaker-independent log-F0, and 1 where voiced.

    Log-F0 is standardised by the recording's statistics, clipped to CLIP spreads and divided by
    it, so it lies in [-1, 1]; 0 where unvoiced (AutoVC-F0, Qian et al. 2020).
    """
    mean, spread = f0_statistics(hz)
    voiced = hz > 0
    z = (np.log(np.where(voiced, hz, 1)) - mean) / spread
    contour = np.where(voiced, np.clip(z, -CLIP, CLIP) / CLIP, 0)
    return np.stack([contour, voiced], axis=1).astype(np.float32)


def convert_f0(hz: Array, source: tuple[float, float], target: tuple[float, float]) -> Array:
    """(t,) Hz in [MIN_F0, MAX_F0]: F0 in the range of another speaker; unvoiced stays 0.

    `source` and `target` are `f0_statistics`; log-F0 is mapped linearly from one to the other.
    """
    z = (np.log(np.where(hz > 0, hz, 1)) - source[0]) / source[1]
    converted = np.clip(np.exp(z * target[1] + target[0]), MIN_F0, MAX_F0)
    return np.where(hz > 0, converted, 0).astype(np.float32)
