"""Bring a detector's eyes to drawn ones: cartoons have larger eyes than people."""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.polygon import pixels_in
from talkinghead.landmarks import LEFT_BROW, LEFT_EYE, RIGHT_BROW, RIGHT_EYE
from talkinghead.types import Array

_LOOK: Final = 1.3  # widths of the eye: how far from its middle a drawn eye may reach
_FLAT: Final = 9.0  # levels: the skin around a drawn eye differs this little from its median
_EVEN: Final = 0.6  # share of the pixels around the eye that must be such skin
_LARGER: Final = (0.8, 2.4)  # a drawn eye against the detected one, in width
_TALL: Final = (0.25, 1.6)  # height of a drawn eye in widths


def fitted_eyes(picture: Array, points: Array) -> Array:
    """(68, 2) the points with the eyes on the rims of drawn ones, where such are found.

    Takes a picture (h, w, 3 or 4) uint8. A drawn eye is one patch that differs from the even
    skin around it; on a photo, whose skin is never even, the points stay. Both eyes or none.
    """
    out = np.array(points, dtype=np.float64)
    found = [
        _rim(picture, points, eye, brow)
        for eye, brow in ((LEFT_EYE, LEFT_BROW), (RIGHT_EYE, RIGHT_BROW))
    ]
    if found[0] is None or found[1] is None:
        return out
    out[LEFT_EYE], out[RIGHT_EYE] = found
    return out


def _rim(picture: Array, points: Array, eye: slice, brow: slice) -> Array | None:
    """(6, 2) the points of one eye on the rim of the patch it lies in; None where there is none."""
    middle = points[eye].mean(axis=0)
    wide = max(float(np.linalg.norm(points[eye][3] - points[eye][0])), 4.0)
    low = np.maximum(np.floor(middle - _LOOK * wide), 0).astype(int)
    high = np.minimum(np.ceil(middle + _LOOK * wide) + 1, picture.shape[1::-1]).astype(int)
    if (high - low < 8).any():
        return None
    view = picture[low[1] : high[1], low[0] : high[0], :3].astype(np.float32)
    ring = _ring(view.shape, points[eye] - low, wide)
    skin = np.median(view[ring], axis=0) if ring.any() else np.zeros(3)
    far = np.abs(view - skin).max(axis=2)
    if not ring.any() or (far[ring] <= _FLAT).mean() < _EVEN:
        return None
    patch = (far > 2 * _FLAT).astype(np.uint8)
    # A brow may touch the eye's outline: it is cut away.
    line = np.round(points[brow] - low).astype(np.int32)
    cv2.polylines(patch, [line], False, 0, max(2, round(0.2 * wide)))
    mine = _patch_of(patch, points[eye] - low)
    return None if mine is None else _placed(mine, wide, low)


def _ring(shape: tuple[int, ...], eye: Array, wide: float) -> Array:
    """Where skin is to be seen: left, right and below an eye of up to twice the size."""
    middle = eye.mean(axis=0)
    columns, rows = np.meshgrid(np.arange(shape[1]) - middle[0], np.arange(shape[0]) - middle[1])
    radius = np.hypot(columns, rows) / wide
    return np.asarray((radius > 0.85) & (radius < 1.15) & (rows > -0.2 * wide))


def _patch_of(patch: Array, eye: Array) -> Array | None:
    """(h, w) bool the patch that fills most of an eye (6, 2), its holes filled."""
    _, parts = cv2.connectedComponents(patch)
    inside = parts[pixels_in(parts.shape, eye)]
    if inside.size == 0:
        return None
    number = int(np.bincount(inside).argmax())
    if number == 0:
        return None
    outlines, _ = cv2.findContours(
        (parts == number).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    filled = np.zeros(parts.shape, np.uint8)
    cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)
    touches = filled[[0, -1]].any() or filled[:, [0, -1]].any()
    return None if touches else np.asarray(filled > 0)


def _placed(patch: Array, wide: float, low: Array) -> Array | None:
    """(6, 2) an eye's points on the rim of a patch, in pixels of the whole picture."""
    columns = np.flatnonzero(patch.any(axis=0))
    left, right = float(columns[0]), float(columns[-1])
    across = right - left
    tall = float(np.ptp(np.flatnonzero(patch.any(axis=1))))
    fits = _LARGER[0] * wide < across < _LARGER[1] * wide
    if not fits or not _TALL[0] * across < tall < _TALL[1] * across:
        return None

    def ends(share: float) -> tuple[float, float, float]:
        x = left + share * across
        rows = np.flatnonzero(patch[:, round(x)])
        return x, float(rows[0]), float(rows[-1])

    corners = [(left, np.flatnonzero(patch[:, round(left)]).mean())]
    corners.append((right, np.flatnonzero(patch[:, round(right)]).mean()))
    (x1, top1, low1), (x2, top2, low2) = ends(0.25), ends(0.75)
    rim = [corners[0], (x1, top1), (x2, top2), corners[1], (x2, low2), (x1, low1)]
    return np.array(rim, dtype=np.float64) + low
