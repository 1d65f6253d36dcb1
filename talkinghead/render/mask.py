"""Smooth masks of polygons at sub-pixel places, in small boxes of a picture."""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.mesh import Roi
from talkinghead.types import Array

_SUPER: Final = 4  # samples a pixel along each axis
_SHIFT: Final = 4  # fractional bits of the drawn corners


def box_around(points: Array, margin: float, size: tuple[int, int]) -> Roi | None:
    """The box of (n, 2) points grown by `margin` pixels, cut by a picture; None outside it."""
    low = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(points.max(axis=0) + margin) + 1, size).astype(int)
    if (high <= low).any():
        return None
    width, height = (high - low).tolist()
    return int(low[0]), int(low[1]), width, height


def clipped(box: Roi | None, roi: Roi) -> Roi | None:
    """The part of a box inside another; None where there is none."""
    if box is None:
        return None
    left, top = max(box[0], roi[0]), max(box[1], roi[1])
    right = min(box[0] + box[2], roi[0] + roi[2])
    bottom = min(box[1] + box[3], roi[1] + roi[3])
    return (left, top, right - left, bottom - top) if right > left and bottom > top else None


def polygon_mask(points: Array, box: Roi, softness: float = 0.0) -> Array:
    """(height, width) float32 share of each pixel of `box` inside a polygon (n, 2), in [0, 1].

    `softness` is the sigma in pixels of a feather around the edge.
    """
    x, y, width, height = box
    large = np.zeros((height * _SUPER, width * _SUPER), dtype=np.uint8)
    corners = (points - [x, y] + 0.5) * _SUPER - 0.5
    outline = [np.round(corners * (1 << _SHIFT)).astype(np.int32)]
    cv2.fillPoly(large, outline, 255, cv2.LINE_8, _SHIFT)
    # Filling draws the outline too: without it, shut lips leave no line.
    cv2.polylines(large, outline, True, 0, 1, cv2.LINE_8, _SHIFT)
    mask = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)
    mask = mask.astype(np.float32) / 255
    if softness > 0:
        mask = cv2.GaussianBlur(mask, (0, 0), softness)
    return np.asarray(mask)


def seam_mask(points: Array, box: Roi, breadth: float, across: Array, softness: float) -> Array:
    """(height, width) in [0, 1]: a line along a chain (n, 2) that thins out to both ends.

    `breadth` is its width in pixels in the middle, measured along the unit vector `across`.
    """
    lens = np.sin(np.pi * np.linspace(0, 1, len(points))) ** 0.5 * breadth / 2
    side = lens[:, None] * across
    return polygon_mask(np.concatenate([points - side, (points + side)[::-1]]), box, softness)


def blend(frame: Array, box: Roi, paint: Array, mask: Array) -> None:
    """Lay `paint` (h, w, 3) in [0, 255] over a box of a uint8 frame, in place."""
    x, y, width, height = box
    part = frame[y : y + height, x : x + width]
    under = part.astype(np.float32)
    part[...] = np.rint(under + (paint - under) * mask[..., None]).clip(0, 255)
