"""Metrics of predicted motion against the ground truth, at 25 frames/s. Pure functions.

The correlation with a constant curve is 0 by convention, its lag is NaN, and so is a ratio to
its spread.
"""

import math

import numpy as np
from scipy.signal import find_peaks

from talkinghead.landmarks import INNER_LIP, JAW, MOUTH
from talkinghead.sample_rates import FPS
from talkinghead.types import Array, Waveform

FLAT = 1e-5  # face widths, 0.003 pixels on a face of 300: far below any detector's noise
MAX_LAG = 5  # frames
MIN_FRAMES = 12  # fewer leave no overlap at the maximum lag
MAX_RANGE_DB = 50.0  # below loud frames: lower limit of the scale
SILENCE_DB = 25.0  # below loud frames; room noise may be at -30 dB
LONG_CLIP = 4.0  # seconds
MIN_PAUSE = 0.3  # seconds; shorter gaps are closures of plosives, not pauses


def standard_deviation(values: Array) -> float:
    """Standard deviation; 0 if it is no more than rounding noise."""
    std = float(values.std()) if values.size else 0.0
    return std if std > FLAT else 0.0


def ratio(numerator: float, divisor: float) -> float:
    """`numerator / divisor`; NaN for a divisor of 0."""
    return numerator / divisor if divisor else float("nan")


def correlation(a: Array, b: Array) -> float:
    """Pearson correlation of two curves (t,); 0 if either is constant."""
    if not standard_deviation(a) or not standard_deviation(b):
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def aligned_correlation(predicted: Array, true: Array, offset: float) -> float:
    """Correlation with the true curve moved `offset` frames earlier; NaN for an offset of NaN."""
    if not np.isfinite(offset):
        return float("nan")
    late, early = max(0, int(offset)), max(0, -int(offset))
    count = len(true)
    return correlation(predicted[early : count - late], true[late : count - early])


def lag(predicted: Array, true: Array) -> float:
    """Frames by which the prediction is late (negative: early), within +-MAX_LAG.

    The shift with the highest correlation; of equal ones the smallest. NaN if either is constant.
    """
    if not standard_deviation(predicted) or not standard_deviation(true):
        return float("nan")
    count = len(true)
    shifts = sorted(range(-MAX_LAG, MAX_LAG + 1), key=abs)
    scores = [
        correlation(predicted[max(0, s) : count + min(0, s)], true[max(0, -s) : count - max(0, s)])
        for s in shifts
    ]
    return float(shifts[int(np.argmax(np.round(scores, 9)))])


def amplitude(predicted: Array, true: Array) -> float:
    """Standard deviation of the predicted curve divided by that of the true curve."""
    return ratio(standard_deviation(predicted), standard_deviation(true))


def long_clip_amplitude(predicted: Array, true: Array) -> float:
    """`amplitude` of a clip of LONG_CLIP seconds or more, NaN of a shorter one.

    In a short clip the true mouth may hardly move, which makes any ratio large.
    """
    return amplitude(predicted, true) if len(true) >= LONG_CLIP * FPS else float("nan")


def distance(predicted: Array, true: Array) -> float:
    """Mean distance of points (t, p, 3), in percent of the unit of the points."""
    return 100 * float(np.linalg.norm(predicted - true, axis=-1).mean())


def mouth_distance(predicted: Array, true: Array) -> float:
    """M-LMD: mean distance of the 20 mouth points of two displacements (t, 68, 3), in percent."""
    return distance(predicted[:, MOUTH], true[:, MOUTH])


def jaw_and_lips(points: Array) -> Array:
    """The points of MakeItTalk's D-LL and D-VL, (t, 37, 3) of (t, 68, 3)."""
    return np.concatenate([points[:, JAW], points[:, MOUTH]], axis=1)


def landmark_distance(predicted: Array, true: Array) -> float:
    """D-LL of faces (t, 68, 3), in percent of face width (Zhou et al. 2020, section 6)."""
    return distance(jaw_and_lips(predicted), jaw_and_lips(true))


def velocity_distance(predicted: Array, true: Array) -> float:
    """D-VL: the same for differences between consecutive frames."""
    return distance(np.diff(jaw_and_lips(predicted), axis=0), np.diff(jaw_and_lips(true), axis=0))


def open_area(points: Array) -> Array:
    """(t,) area inside the inner lips of (t, 68, 3), frontal view (shoelace formula)."""
    x, y = points[:, INNER_LIP, 0], points[:, INNER_LIP, 1]
    ahead_x, ahead_y = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
    area: Array = np.abs((x * ahead_y - ahead_x * y).sum(axis=1)) / 2
    return area


def area_distance(predicted: Array, true: Array) -> float:
    """D-A: mean difference of the open-mouth areas, in percent of the largest true area."""
    areas = open_area(true)
    gap = float(np.abs(open_area(predicted) - areas).mean())
    return 100 * ratio(gap, float(areas.max()))


def below_percentile(curve: Array, percent: float) -> Array:
    """(t,) bool: frames in which a curve is below its percentile or at its minimum.

    If a mouth is closed in a third of the frames, the 25th percentile is the minimum, and these
    frames must count. False for a constant curve.
    """
    low: Array = (curve < np.percentile(curve, percent)) | (curve <= curve.min() + FLAT)
    return low & (standard_deviation(curve) > 0)


def closure_frames(true: Array) -> Array:
    """Frames of lip closure: local minima of the opening (t,) below its 10th percentile."""
    minima, _ = find_peaks(-true)
    closed: Array = minima[below_percentile(true, 10)[minima]]
    return closed


def closures(predicted: Array, true: Array) -> float:
    """Share of true closures with a predicted opening below its 25th percentile within 1 frame.

    NaN if the true mouth never closes.
    """
    shut = below_percentile(predicted, 25)
    around = shut | np.append(shut[1:], False) | np.append(False, shut[:-1])
    frames = closure_frames(true)
    return float(around[frames].mean()) if frames.size else float("nan")


def silence(predicted: Array, silent: Array) -> float:
    """Standard deviation of the opening (t,) in `silent` (t,) frames divided by that elsewhere."""
    if not silent.any() or silent.all():
        return float("nan")
    return ratio(standard_deviation(predicted[silent]), standard_deviation(predicted[~silent]))


def mean_acceleration(points: Array) -> float:
    """Mean length of the second difference of the mouth points of (t, 68, 3)."""
    accelerations = np.linalg.norm(np.diff(points[:, MOUTH], n=2, axis=0), axis=-1)
    mean = float(accelerations.mean())
    return mean if mean > FLAT else 0.0


def jitter(predicted: Array, true: Array) -> float:
    """Mean acceleration of the predicted mouth points divided by that of the true ones."""
    return ratio(mean_acceleration(predicted), mean_acceleration(true))


def denoised_jitter(predicted: Array, true: Array, second: Array) -> float:
    """RMS acceleration of the predicted mouth points divided by that of the true ones.

    The true one is free of the detector's noise: `second` (t, 68, 3) are the same frames, detected
    once more after a rotation, and noise that differs between the two detections has no part in
    the product of their accelerations. NaN where they have nothing in common.
    """
    own, first, other = (
        np.diff(points[:, MOUTH], n=2, axis=0) for points in (predicted, true, second)
    )
    common = float((first * other).sum(axis=-1).mean())
    own_power = float((own**2).sum(axis=-1).mean())
    return math.sqrt(own_power / common) if common > FLAT**2 else float("nan")


def drop_short_runs(mask: Array, seconds: float) -> Array:
    """(t,) bool `mask` at 25 frames/s without runs of `seconds` or less."""
    edges = np.diff(np.concatenate([[0], mask.astype(int), [0]]))
    long_runs = np.zeros(len(mask), dtype=bool)
    for start, stop in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        if stop - start > seconds * FPS:
            long_runs[start:stop] = True
    return long_runs


def energy_db(wave: Waveform, count: int) -> Array:
    """(count,) log energy of each motion frame in dB below loud speech, at least -MAX_RANGE_DB.

    Frame i covers the audio from i / 25 to (i + 1) / 25 seconds; after the end there is silence.
    Loud speech is the 95th percentile of the frames. Deliberately independent of `speech.vad`: a
    metric must not share code with what it measures.
    """
    edges = np.round(np.arange(count + 1) * wave.rate / FPS).astype(int)
    power = np.concatenate([[0.0], np.cumsum(wave.samples.astype(np.float64) ** 2)])
    inside = power[np.minimum(edges, wave.samples.size)]
    energy = np.maximum(np.diff(inside) / np.diff(edges), 1e-12)
    decibels = 10 * np.log10(energy)
    relative: Array = np.maximum(decibels - np.percentile(decibels, 95), -MAX_RANGE_DB)
    return relative


def silent_frames(wave: Waveform, count: int) -> Array:
    """(count,) bool: frames in pauses of more than MIN_PAUSE seconds."""
    return drop_short_runs(energy_db(wave, count) < -SILENCE_DB, MIN_PAUSE)
