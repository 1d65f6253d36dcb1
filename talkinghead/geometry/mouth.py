"""Measures the mouth of 68 landmarks (opening, width, lip gaps) and closes it.

The functions take points (..., 68, 2) or (..., 68, 3); results are in the units of the points.
"""

from typing import Final

import numpy as np

from talkinghead.landmarks import (
    CHIN,
    INNER_BOTTOM,
    INNER_LOWER,
    INNER_TOP,
    INNER_UPPER,
    JAW,
    JAW_LEFT,
    JAW_RIGHT,
    LEFT_EYE_OUTER,
    MOUTH_LEFT,
    MOUTH_RIGHT,
    NEAREST_INNER,
    OUTER_LOWER,
    OUTER_UPPER,
    RIGHT_EYE_OUTER,
)
from talkinghead.types import Array

CLOSED_GAP: Final = 0.015  # face widths; a mouth whose lips are closer together is closed
LIP_MEETING_HEIGHT: Final = 0.35  # where closing lips meet: 0 is the upper lip, 1 the lower
# The outer points near the mouth corners have only one inner neighbour, and move half as far.
_OUTER_SHARE: Final = np.array([0.5, 1, 1, 1, 0.5])[:, None]


def mouth_opening(points: Array) -> Array:
    """(...) mouth opening of an upright face: y66 - y62 of the inner lips."""
    return np.asarray(points[..., INNER_BOTTOM, 1] - points[..., INNER_TOP, 1])


def mouth_width(points: Array) -> Array:
    """(...) distance between the mouth corners, |p54 - p48|."""
    between = points[..., MOUTH_RIGHT, :] - points[..., MOUTH_LEFT, :]
    return np.asarray(np.linalg.norm(between, axis=-1))


def face_width(points: Array) -> Array:
    """(...) distance between the ends of the jaw, |p16 - p0|."""
    between = points[..., JAW_RIGHT, :] - points[..., JAW_LEFT, :]
    return np.asarray(np.linalg.norm(between, axis=-1))


def down_axis(points: Array) -> Array:
    """(..., d) unit vector in the picture plane, perpendicular to the eye line, downwards."""
    along = points[..., RIGHT_EYE_OUTER, :] - points[..., LEFT_EYE_OUTER, :]
    out = np.zeros(along.shape, dtype=np.float64)
    out[..., 0], out[..., 1] = -along[..., 1], along[..., 0]
    return np.asarray(out / np.maximum(np.linalg.norm(out, axis=-1, keepdims=True), 1e-12))


def face_axes(points: Array) -> Array:
    """(2, 2) axes of one face (68, 2 or 3) in the picture: unit row vectors right and down."""
    below = down_axis(points[:, :2])
    return np.stack([[below[1], -below[0]], below])


def lip_gaps(points: Array) -> Array:
    """(..., 3) signed gap of each inner lip pair along `down_axis`; negative where they cross."""
    between = points[..., INNER_LOWER, :] - points[..., INNER_UPPER, :]
    return np.asarray((between * down_axis(points)[..., None, :]).sum(axis=-1))


def is_mouth_open(points: Array) -> bool:
    """Whether the lips of one face (68, 2 or 3) are apart."""
    return bool(lip_gaps(points).max() > CLOSED_GAP * float(face_width(points)))


def equalize_lip_offsets(offsets: Array) -> Array:
    """Offsets (..., 68, 3) that keep lip gaps: opposite lip points get their mean y offset."""
    shared = offsets.copy()
    pairs = [(INNER_UPPER, INNER_LOWER), (OUTER_UPPER, OUTER_LOWER)]
    for upper, lower in pairs:
        mean = (offsets[..., upper, 1] + offsets[..., lower, 1]) / 2
        shared[..., upper, 1], shared[..., lower, 1] = mean, mean
    return shared


def uncross_lips(points: Array) -> Array:
    """The points with each crossed pair of inner lip points moved to its midpoint."""
    out = np.array(points, dtype=np.float64)
    half = np.minimum(lip_gaps(out), 0)[..., None] * down_axis(out)[..., None, :] / 2
    out[..., INNER_UPPER, :] += half
    out[..., INNER_LOWER, :] -= half
    return out.astype(points.dtype, copy=False)


def close_mouth(points: Array) -> Array:
    """The points with the mouth closed so that the lips just meet; a closed mouth is unchanged.

    Inner lip points meet at LIP_MEETING_HEIGHT and outer lip points keep the thickness of the
    lips. The chin rises by the share of the opening that the jaw caused (a smile parts the lips
    without moving the jaw).
    """
    out = np.array(points, dtype=np.float64)
    size = face_width(out)
    gap = lip_gaps(out).max(axis=-1) / np.maximum(size, 1e-12)
    is_open = (gap > CLOSED_GAP)[..., None, None]
    out = np.where(is_open, uncross_lips(out), out)

    between = (out[..., INNER_LOWER, :] - out[..., INNER_UPPER, :]) * is_open
    fall, rise = LIP_MEETING_HEIGHT * between, (LIP_MEETING_HEIGHT - 1) * between
    out[..., INNER_UPPER, :] += fall
    out[..., INNER_LOWER, :] += rise
    out[..., OUTER_UPPER, :] += fall[..., NEAREST_INNER, :] * _OUTER_SHARE
    out[..., OUTER_LOWER, :] += rise[..., NEAREST_INNER, :] * _OUTER_SHARE

    jaw_share = 0.7 * np.clip((gap - 0.05) / 0.15, 0, 1)[..., None, None]
    from_chin = np.abs(np.arange(JAW.start, JAW.stop) - CHIN) / 6
    falloff = (np.cos(np.pi * np.clip(from_chin, 0, 1)) + 1)[:, None] / 2
    out[..., JAW, :] += jaw_share * falloff * rise[..., 1:2, :]
    return out.astype(points.dtype, copy=False)


def join_inner_lips(points: Array) -> Array:
    """The points with each pair of inner lip points moved to its midpoint."""
    out = np.array(points)
    middle = (out[..., INNER_UPPER, :] + out[..., INNER_LOWER, :]) / 2
    out[..., INNER_UPPER, :], out[..., INNER_LOWER, :] = middle, middle
    return out


def snap_closed_lips(points: Array) -> Array:
    """One face (68, 3) whose closed lips share one line, so that a warp opens no slit between them.

    The lips of an open mouth are only uncrossed.
    """
    out = uncross_lips(points)
    return out if is_mouth_open(out) else join_inner_lips(out)
