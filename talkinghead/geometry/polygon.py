"""Which pixels a polygon covers."""

import cv2
import numpy as np

from talkinghead.types import Array


def pixels_in(shape: tuple[int, ...], polygon: Array) -> Array:
    """(h, w) bool: the pixels of a picture of `shape` inside a polygon (n, 2)."""
    out = np.zeros(shape[:2], dtype=np.uint8)
    cv2.fillPoly(out, [np.round(polygon * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    return out > 0
