"""Figures of motion: predicted against true curves and points at 25 frames a second. Pure.

A curve that does not move correlates with nothing: r is 0 by convention, and lag, which
then has no meaning, is NaN. A ratio whose divisor does not move is NaN.
"""

import numpy as np
from scipy.signal import find_peaks

from talkinghead.clock import FPS
from talkinghead.landmarks import INNER_LIP, JAW, MOUTH
from talkinghead.types import Array

FLAT = 1e-5  # face widths: 0.003 pixels on a face of 300, far under any detector's noise
LAG_REACH = 5  # frames
SHORTEST = 12  # frames: fewer leave no overlap to correlate at the longest lag


def spread(values: Array) -> float:
    """Standard deviation, 0 where only rounding moves."""
    std = float(values.std()) if values.size else 0.0
    return std if std > FLAT else 0.0


def ratio(numerator: float, divisor: float) -> float:
    """Quotient, NaN where the divisor is 0."""
    return numerator / divisor if divisor else float("nan")


def correlation(a: Array, b: Array) -> float:
    """Pearson's r of two curves (t,); 0 where one of them does not move."""
    if not spread(a) or not spread(b):
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def in_step(predicted: Array, true: Array, offset: float) -> float:
    """`correlation` of a prediction with a truth that comes `offset` frames later; NaN for NaN."""
    if not np.isfinite(offset):
        return float("nan")
    late, early = max(0, int(offset)), max(0, -int(offset))
    count = len(true)
    return correlation(predicted[early : count - late], true[late : count - early])


def lag(predicted: Array, true: Array) -> float:
    """Frames by which the prediction comes late (negative: early), within +-5.

    The shift that maximises the correlation; the smallest of equals. NaN without motion.
    """
    if not spread(predicted) or not spread(true):
        return float("nan")
    count = len(true)
    shifts = sorted(range(-LAG_REACH, LAG_REACH + 1), key=abs)
    scores = [
        correlation(predicted[max(0, s) : count + min(0, s)], true[max(0, -s) : count - max(0, s)])
        for s in shifts
    ]
    return float(shifts[int(np.argmax(np.round(scores, 9)))])


def amplitude(predicted: Array, true: Array) -> float:
    """Standard deviation of the predicted curve over that of the true one."""
    return ratio(spread(predicted), spread(true))


def distance(predicted: Array, true: Array) -> float:
    """Mean distance of points (t, p, 3), in percent of the unit they come in."""
    return 100 * float(np.linalg.norm(predicted - true, axis=-1).mean())


def mouth_distance(predicted: Array, true: Array) -> float:
    """M-LMD: mean distance of the mouth points of two displacements (t, 68, 3), in percent."""
    return distance(predicted[:, MOUTH], true[:, MOUTH])


def jaw_and_lips(points: Array) -> Array:
    """(t, 68, 3) to the points of MakeItTalk's D-LL and D-VL."""
    return np.concatenate([points[:, JAW], points[:, MOUTH]], axis=1)


def landmark_distance(predicted: Array, true: Array) -> float:
    """D-LL of faces (t, 68, 3), in percent of face width (Zhou et al. 2020, section 6)."""
    return distance(jaw_and_lips(predicted), jaw_and_lips(true))


def velocity_distance(predicted: Array, true: Array) -> float:
    """D-VL: as D-LL, of the differences between consecutive frames."""
    return distance(np.diff(jaw_and_lips(predicted), axis=0), np.diff(jaw_and_lips(true), axis=0))


def open_area(points: Array) -> Array:
    """(t, 68, 3) to (t,) area inside the inner lip, seen from the front (shoelace formula)."""
    x, y = points[:, INNER_LIP, 0], points[:, INNER_LIP, 1]
    ahead_x, ahead_y = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
    area: Array = np.abs((x * ahead_y - ahead_x * y).sum(axis=1)) / 2
    return area


def area_distance(predicted: Array, true: Array) -> float:
    """D-A: mean difference of the open-mouth areas, in percent of the largest true one."""
    areas = open_area(true)
    gap = float(np.abs(open_area(predicted) - areas).mean())
    return 100 * ratio(gap, float(areas.max()))


def under(curve: Array, percent: float) -> Array:
    """(t,) bool, frames of a curve under its percentile, or at its lowest.

    A mouth shut for a third of the clip has its 25th percentile at its lowest: shut frames
    are under it all the same. A curve that does not move is never under.
    """
    low: Array = (curve < np.percentile(curve, percent)) | (curve <= curve.min() + FLAT)
    return low & (spread(curve) > 0)


def closure_frames(true: Array) -> Array:
    """Frames of lip closure: local minima of the opening (t,) under its 10th percentile."""
    minima, _ = find_peaks(-true)
    closed: Array = minima[under(true, 10)[minima]]
    return closed


def closures(predicted: Array, true: Array) -> float:
    """Share of true closures with a predicted opening under its 25th percentile nearby.

    Nearby is within one frame. NaN where the true mouth never closes.
    """
    shut = under(predicted, 25)
    around = shut | np.append(shut[1:], False) | np.append(False, shut[:-1])
    at = closure_frames(true)
    return float(around[at].mean()) if at.size else float("nan")


def silence(predicted: Array, silent: Array) -> float:
    """Standard deviation of the opening (t,) where `silent` (t,) bool over that elsewhere."""
    if not silent.any() or silent.all():
        return float("nan")
    return ratio(spread(predicted[silent]), spread(predicted[~silent]))


def shake(points: Array) -> float:
    """Mean length of the second difference of the mouth points of (t, 68, 3)."""
    bends = np.linalg.norm(np.diff(points[:, MOUTH], n=2, axis=0), axis=-1)
    mean = float(bends.mean())
    return mean if mean > FLAT else 0.0


def jitter(predicted: Array, true: Array) -> float:
    """Second differences of the predicted mouth over those of the true one."""
    return ratio(shake(predicted), shake(true))


def stretches(mask: Array, seconds: float) -> Array:
    """(t,) bool `mask` at 25 frames a second without its runs of `seconds` or less."""
    edges = np.diff(np.concatenate([[0], mask.astype(int), [0]]))
    kept = np.zeros(len(mask), dtype=bool)
    for start, stop in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
        if stop - start > seconds * FPS:
            kept[start:stop] = True
    return kept
