"""Where to look for small faces: windows over a picture, and enlarged crops."""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from talkinghead.types import Array

CROP = 320  # pixels to which the surroundings of a small face are enlarged
MARGIN = 2.2  # side of those surroundings in sides of the box
SMALLEST_WINDOW = 256  # pixels; below it enlarging finds nothing more


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def centred_in(self, other: tuple[float, float, float, float]) -> bool:
        """Whether the middle of this box lies in `other` (left, top, right, bottom)."""
        x, y = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        return other[0] <= x <= other[2] and other[1] <= y <= other[3]


def tiles(image: Array, parts: int) -> Iterator[Box]:
    """Windows over an (h, w, 3) picture, `parts` to its longer side, half overlapping.

    One part is the whole picture. None when they would be too small to be of use.
    """
    height, width = image.shape[:2]
    side = max(height, width) // parts
    if parts > 1 and side < SMALLEST_WINDOW:
        return
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield Box(left, top, min(left + side, width), min(top + side, height))


def _starts(length: int, side: int) -> list[int]:
    """Where windows of `side` begin so that they cover `length`, about half a side apart."""
    last = max(length - side, 0)
    count = int(np.ceil(last / (side / 2))) + 1
    return np.linspace(0, last, count).astype(int).tolist()


def crop_around(image: Array, box: Box, margin: float = MARGIN) -> tuple[Array, float, Array]:
    """The surroundings of a box, `margin` times its side, as (CROP, CROP, 3) uint8.

    Black where the picture ends. Also the scale from picture to crop, and the crop's
    corner (x, y, 0) in the picture: picture = crop / scale + corner.
    """
    side = margin * max(box.right - box.left, box.bottom - box.top)
    scale = CROP / side
    corner = np.array(
        [(box.left + box.right - side) / 2, (box.top + box.bottom - side) / 2, 0], np.float32
    )
    # Pixel centres are whole numbers in OpenCV but lie at a half in landmarks.
    shift = (0.5 - corner[:2]) * scale - 0.5
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    crop: Array = cv2.warpAffine(image, matrix, (CROP, CROP), flags=cv2.INTER_LINEAR)
    return crop, scale, corner
