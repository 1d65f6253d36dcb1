"""How high a voice speaks: the fundamental frequency, and its course apart from its register.

The correlation of each frame with itself shifted proposes periods; dynamic programming
chooses among them, and silence, over the whole recording (Talkin 1995, RAPT).
"""

from collections.abc import Iterator
from functools import cache

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import firwin, oaconvolve

from talkinghead.clock import HOP, RATE
from talkinghead.errors import AudioError
from talkinghead.types import Array, Waveform

LOWEST, HIGHEST = 60.0, 500.0  # Hz, of the voices there are
BAND = (85.0, 1600.0)  # Hz listened to: the first harmonics, not the mains hum at 50 or 60
TAPS = 1025  # of the band's filter: steep enough between hum and voice
SHORT, LONG = int(RATE / HIGHEST) - 1, int(RATE / LOWEST) + 2  # lags, samples, with neighbours
WINDOW = 400  # samples compared with those a lag later, 25 ms
BLOCK = 1500  # frames at a time, 15 seconds
CANDIDATES = 6  # periods a frame proposes
LAG_WEIGHT = 0.12  # the longest lag counts that much less: else every multiple is as good
THRESHOLD = 0.55  # correlation from which a frame is voiced
SWITCH = 0.2  # cost of beginning or ending to voice
LEAP = 0.5  # cost of an octave from one frame to the next
FAINT = 38.0  # dB under the loud parts: too faint to be voice
HUM, PAUSE = 5.0, 20.0  # dB over the floor, under the loud parts: what hums on in pauses
ABSOLUTE = 1e-8  # power under which everything is silence
NARROW = 0.05  # spread of log-F0 that a monotone voice is granted
MIDDLING = (5.0, 0.2)  # mean and spread of log-F0 where nobody voices: about 150 Hz
EXTREME = 3.0  # spreads from the mean at which normalised pitch ends


def track_pitch(wave: Waveform) -> Array:
    """(t,) float32 Hz in [LOWEST, HIGHEST], 0 where unvoiced; t = ceil(samples / HOP).

    Frame i is centred on sample i * HOP, like the log-mel's.
    """
    if wave.rate != RATE:
        raise AudioError(f"pitch needs sound at {RATE} Hz, got {wave.rate}; resample it first")
    parts = [_candidates(*block) for block in _blocks(wave.samples)]
    lags, scores, power = (np.concatenate(each) for each in zip(*parts, strict=True))
    level = 10 * np.log10(power + 1e-12)
    floor, loud = np.percentile(level, [10, 95])
    least = max(loud - FAINT, min(floor + HUM, loud - PAUSE))
    faint = np.maximum(least - level, 0) / 6  # 1 more each 6 dB
    chosen = _best_path(lags, 1 - scores + faint[:, None])
    voiced = chosen < CANDIDATES
    lag = lags[np.arange(len(lags)), np.where(voiced, chosen, 0)]
    hz = np.clip(RATE / lag, LOWEST, HIGHEST)
    return np.where(voiced, hz, 0).astype(np.float32)


@cache
def _band() -> Array:
    taps: Array = firwin(TAPS, BAND, pass_zero=False, fs=RATE).astype(np.float32)
    return taps


def _blocks(samples: Array) -> Iterator[tuple[Array, int]]:
    """The filtered sound around each block of frames, and how many frames it holds."""
    count = -(-len(samples) // HOP)
    margin = TAPS // 2
    for first in range(0, count, BLOCK):
        frames = min(BLOCK, count - first)
        begin = first * HOP - (WINDOW + LONG // 2) // 2 - margin
        end = begin + (frames - 1) * HOP + WINDOW + LONG + 2 * margin
        heard = samples[max(begin, 0) : max(end, 0)]
        lead = max(-begin, 0)
        padded = np.pad(heard, (lead, end - begin - lead - len(heard)))
        yield oaconvolve(padded, _band(), mode="valid"), frames


def _candidates(sound: Array, frames: int) -> tuple[Array, Array, Array]:
    """Lags and scores (frames, CANDIDATES) of the best periods, and the power (frames,)."""
    pieces = np.lib.stride_tricks.sliding_window_view(sound, WINDOW + LONG)[::HOP][:frames]
    size = next_fast_len(WINDOW + LONG, real=True)
    later = rfft(pieces, size, axis=1)
    product = irfft(np.conj(rfft(pieces[:, :WINDOW], size, axis=1)) * later, size, axis=1)
    energy = np.pad(np.cumsum(pieces.astype(np.float64) ** 2, axis=1), ((0, 0), (1, 0)))
    energy = energy[:, WINDOW:] - energy[:, : LONG + 1]  # of the window at each lag
    energy = np.maximum(energy, 0) + WINDOW * ABSOLUTE
    lags = np.arange(SHORT, LONG + 1)
    correlation = product[:, lags] / np.sqrt(energy[:, :1] * energy[:, lags])

    before, middle, after = correlation[:, :-2], correlation[:, 1:-1], correlation[:, 2:]
    peak = (middle > before) & (middle >= after) & (middle > 0)
    score = np.where(peak, middle * (1 - LAG_WEIGHT * lags[1:-1] / LONG), -1)
    best = np.argpartition(-score, CANDIDATES, axis=1)[:, :CANDIDATES]

    def at(values: Array) -> Array:
        return np.take_along_axis(values, best, axis=1)

    bend = at(before) - 2 * at(middle) + at(after)  # of the parabola through the peak
    shift = 0.5 * (at(before) - at(after)) / np.where(bend < -1e-9, bend, -1)
    exact = lags[1:-1][best] + np.where(at(peak), np.clip(shift, -0.5, 0.5), 0)
    return exact, at(score), energy[:, 0] / WINDOW


def _best_path(lags: Array, costs: Array) -> Array:
    """(t,) the cheapest sequence of candidates; CANDIDATES itself stands for unvoiced."""
    count, states = len(lags), CANDIDATES + 1
    octave = np.log2(lags).astype(np.float32)
    costs = np.pad(costs, ((0, 0), (0, 1)), constant_values=1 - THRESHOLD).astype(np.float32)
    back = np.zeros((count, states), dtype=np.int8)
    columns = np.arange(states)
    total = costs[0]
    for first in range(1, count, BLOCK):
        now, last = octave[first : first + BLOCK], octave[first - 1 : first + BLOCK - 1]
        moves = np.full((len(now), states, states), SWITCH, dtype=np.float32)
        moves[:, :-1, :-1] = LEAP * np.abs(now[:, None, :] - last[: len(now), :, None])
        moves[:, -1, -1] = 0
        for i, move in enumerate(moves, first):
            reached = total[:, None] + move
            back[i] = reached.argmin(axis=0)
            total = reached[back[i], columns] + costs[i]
        total = total - total.min()
    path = np.empty(count, dtype=np.intp)
    path[-1] = total.argmin()
    for i in range(count - 1, 0, -1):
        path[i - 1] = back[i, path[i]]
    return path


def pitch_statistics(hz: Array) -> tuple[float, float]:
    """Mean and spread of log-F0 over the voiced frames; MIDDLING where there are none."""
    voiced = hz[hz > 0]
    if voiced.size == 0:
        return MIDDLING
    log = np.log(voiced.astype(np.float64))
    return float(log.mean()), max(float(log.std()), NARROW)


def normalised_pitch(hz: Array) -> Array:
    """(t, 2) float32: the melody freed from the voice's register, and 1 where voiced.

    The melody is log-F0 in spreads from the recording's mean, clipped to EXTREME and
    divided by it, so it lies in [-1, 1]; 0 where unvoiced (Qian et al. 2020, AutoVC-F0).
    """
    mean, spread = pitch_statistics(hz)
    voiced = hz > 0
    z = (np.log(np.where(voiced, hz, 1)) - mean) / spread
    melody = np.where(voiced, np.clip(z, -EXTREME, EXTREME) / EXTREME, 0)
    return np.stack([melody, voiced], axis=1).astype(np.float32)


def transpose(hz: Array, source: tuple[float, float], target: tuple[float, float]) -> Array:
    """(t,) Hz: a melody in the register and range of another voice; unvoiced stays 0.

    `source` and `target` are `pitch_statistics`: log-F0 is moved linearly from one to
    the other. The result stays in [LOWEST, HIGHEST].
    """
    z = (np.log(np.where(hz > 0, hz, 1)) - source[0]) / source[1]
    moved = np.clip(np.exp(z * target[1] + target[0]), LOWEST, HIGHEST)
    return np.where(hz > 0, moved, 0).astype(np.float32)
