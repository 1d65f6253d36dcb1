"""The mouth of a set of landmarks: how far it is open, and how it looks closed. Pure.

Every function takes (..., 68, 2) or (..., 68, 3) points; results keep the unit of the points.
"""

from typing import Final

import numpy as np

from talkinghead.landmarks import (
    CHIN,
    INNER_BESIDE,
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
    OUTER_LOWER,
    OUTER_UPPER,
    RIGHT_EYE_OUTER,
)
from talkinghead.types import Array

CLOSED: Final = 0.015  # of the face's width: a smaller gap between the lips is a closed mouth
MEETING: Final = 0.35  # where the lips meet, from the upper (0) to the lower (1)
# The outer points at the lips' ends have only one inner neighbour, and move half as far.
_FOLLOW: Final = np.array([0.5, 1, 1, 1, 0.5])[:, None]


def opening(points: Array) -> Array:
    """(...) height of the open mouth, y66 - y62; the face is taken to stand upright."""
    return np.asarray(points[..., INNER_BOTTOM, 1] - points[..., INNER_TOP, 1])


def width(points: Array) -> Array:
    """(...) distance of the mouth's corners, |p54 - p48|."""
    apart = points[..., MOUTH_RIGHT, :] - points[..., MOUTH_LEFT, :]
    return np.asarray(np.linalg.norm(apart, axis=-1))


def face_width(points: Array) -> Array:
    """(...) distance of the jaw's ends, |p16 - p0|."""
    apart = points[..., JAW_RIGHT, :] - points[..., JAW_LEFT, :]
    return np.asarray(np.linalg.norm(apart, axis=-1))


def down(points: Array) -> Array:
    """(..., d) unit vector in the picture's plane, at right angles to the eyes, to the chin."""
    along = points[..., RIGHT_EYE_OUTER, :] - points[..., LEFT_EYE_OUTER, :]
    out = np.zeros(along.shape, dtype=np.float64)
    out[..., 0], out[..., 1] = -along[..., 1], along[..., 0]
    return np.asarray(out / np.maximum(np.linalg.norm(out, axis=-1, keepdims=True), 1e-12))


def axes(points: Array) -> Array:
    """(2, 2) rows for one face (68, 2 or 3): unit vectors to the right as seen, and `down`."""
    below = down(points[:, :2])
    return np.stack([[below[1], -below[0]], below])


def gaps(points: Array) -> Array:
    """(..., 3) signed distance of each inner pair along the face's own down; negative: crossed."""
    apart = points[..., INNER_LOWER, :] - points[..., INNER_UPPER, :]
    return np.asarray((apart * down(points)[..., None, :]).sum(axis=-1))


def is_open(points: Array) -> bool:
    """Whether the lips of one face stand apart."""
    return bool(gaps(points).max() > CLOSED * float(face_width(points)))


def gapless(offsets: Array) -> Array:
    """Displacements (..., 68, 3) that part no lips: opposite points share their way."""
    shared = offsets.copy()
    pairs = [(INNER_UPPER, INNER_LOWER), (OUTER_UPPER, OUTER_LOWER)]
    for upper, lower in pairs:
        mean = (offsets[..., upper, 1] + offsets[..., lower, 1]) / 2
        shared[..., upper, 1], shared[..., lower, 1] = mean, mean
    return shared


def uncross(points: Array) -> Array:
    """The same points with no inner upper lip below the inner lower one: crossed pairs meet."""
    out = np.array(points, dtype=np.float64)
    half = np.minimum(gaps(out), 0)[..., None] * down(out)[..., None, :] / 2
    out[..., INNER_UPPER, :] += half
    out[..., INNER_LOWER, :] -= half
    return out.astype(points.dtype, copy=False)


def close_mouth(points: Array) -> Array:
    """The same face with lips that just meet; a mouth already closed is left alone.

    The inner pairs meet nearer the upper lip, the outer lip keeps the lips' thickness, and the
    chin comes up as far as the jaw had opened the mouth (a smile parts the lips without it).
    """
    out = np.array(points, dtype=np.float64)
    size = face_width(out)
    part = gaps(out).max(axis=-1) / np.maximum(size, 1e-12)
    wide = (part > CLOSED)[..., None, None]
    out = np.where(wide, uncross(out), out)

    apart = (out[..., INNER_LOWER, :] - out[..., INNER_UPPER, :]) * wide
    fall, rise = MEETING * apart, (MEETING - 1) * apart
    out[..., INNER_UPPER, :] += fall
    out[..., INNER_LOWER, :] += rise
    out[..., OUTER_UPPER, :] += fall[..., INNER_BESIDE, :] * _FOLLOW
    out[..., OUTER_LOWER, :] += rise[..., INNER_BESIDE, :] * _FOLLOW

    by_jaw = 0.7 * np.clip((part - 0.05) / 0.15, 0, 1)[..., None, None]
    from_chin = np.abs(np.arange(JAW.start, JAW.stop) - CHIN) / 6
    near = (np.cos(np.pi * np.clip(from_chin, 0, 1)) + 1)[:, None] / 2
    out[..., JAW, :] += by_jaw * near * rise[..., 1:2, :]
    return out.astype(points.dtype, copy=False)
