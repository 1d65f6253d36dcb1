"""Polygon masks, binary and anti-aliased; image boxes around points; alpha blending."""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.mesh import Roi
from talkinghead.types import Array

_SUPERSAMPLES: Final = 4  # per axis and pixel
_SHIFT: Final = 4  # fractional bits of a corner's coordinates


def box_around(points: Array, margin: float, size: tuple[int, int]) -> Roi | None:
    """The bounding box of points (n, 2), enlarged by `margin` pixels and clipped to a picture.

    `size` is (width, height) of the picture. None if the box lies outside it.
    """
    low = np.maximum(np.floor(points.min(axis=0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(points.max(axis=0) + margin) + 1, size).astype(int)
    if (high <= low).any():
        return None
    width, height = (high - low).tolist()
    return int(low[0]), int(low[1]), width, height


def intersect_boxes(box: Roi | None, roi: Roi) -> Roi | None:
    """The intersection of two boxes; None if it is empty."""
    if box is None:
        return None
    left, top = max(box[0], roi[0]), max(box[1], roi[1])
    right = min(box[0] + box[2], roi[0] + roi[2])
    bottom = min(box[1] + box[3], roi[1] + roi[3])
    return (left, top, right - left, bottom - top) if right > left and bottom > top else None


def polygon_mask(points: Array, box: Roi, softness: float = 0.0) -> Array:
    """(height, width) float32 in [0, 1]: coverage of each pixel of `box` by a polygon (n, 2).

    `softness` is the sigma in pixels of a Gaussian blur of the edge.
    """
    x, y, width, height = box
    mask = np.zeros((height, width), dtype=np.float32)
    drawn = intersect_boxes(box_around(points, 1, (x + width, y + height)), box)
    if drawn is not None:  # pixels beyond the polygon are not drawn
        rows, columns = slice(drawn[1] - y, None), slice(drawn[0] - x, None)
        mask[rows, columns][: drawn[3], : drawn[2]] = _coverage(points, drawn)
    if softness > 0:
        mask = cv2.GaussianBlur(mask, (0, 0), softness)
    return np.asarray(mask)


def _coverage(points: Array, box: Roi) -> Array:
    x, y, width, height = box
    large = np.zeros((height * _SUPERSAMPLES, width * _SUPERSAMPLES), dtype=np.uint8)
    corners = (points - [x, y] + 0.5) * _SUPERSAMPLES - 0.5
    outline = [np.round(corners * (1 << _SHIFT)).astype(np.int32)]
    cv2.fillPoly(large, outline, 255, cv2.LINE_8, _SHIFT)
    # OpenCV fills the outline as well: erase it, or closed lips would leave a line.
    cv2.polylines(large, outline, True, 0, 1, cv2.LINE_8, _SHIFT)
    mask = cv2.resize(large, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(mask.astype(np.float32) / 255)


def seam_mask(points: Array, box: Roi, breadth: float, across: Array, softness: float) -> Array:
    """(height, width) float32 in [0, 1]: a line along a chain (n, 2) that tapers to both ends.

    `breadth` is its width in pixels at the middle, measured along the unit vector `across` (2,).
    `softness` is that of `polygon_mask`.
    """
    half_width = np.sin(np.pi * np.linspace(0, 1, len(points))) ** 0.5 * breadth / 2
    side = half_width[:, None] * across
    return polygon_mask(np.concatenate([points - side, (points + side)[::-1]]), box, softness)


def blend(frame: Array, box: Roi, colors: Array, mask: Array) -> None:
    """Blend `colors` (h, w, 3) or (3,) in [0, 255] into a box of a uint8 frame, in place.

    `mask` (h, w) in [0, 1] is their opacity.
    """
    x, y, width, height = box
    part = frame[y : y + height, x : x + width]
    under = part.astype(np.float32)
    part[...] = np.rint(under + (colors - under) * mask[..., None]).clip(0, 255)


def polygon_pixels(shape: tuple[int, ...], polygon: Array) -> Array:
    """(h, w) bool: the pixels inside a polygon (n, 2), for a picture of `shape` (h, w, ...)."""
    out = np.zeros(shape[:2], dtype=np.uint8)
    cv2.fillPoly(out, [np.round(polygon * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    return out > 0


def smoothstep(t: Array | float) -> Array:
    """Hermite interpolation 3 t^2 - 2 t^3 of `t` clipped to [0, 1]: slope 0 at both ends."""
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))
