"""Windows and enlarged crops of a picture, for detecting small faces."""

from collections.abc import Iterator
from typing import Final, NamedTuple

import cv2
import numpy as np

from talkinghead.types import Array

CROP_SIDE: Final = 320  # pixels of an enlarged crop
CROP_MARGIN: Final = 2.2  # side of the cropped area relative to that of the face's box
SMALLEST_WINDOW: Final = 256  # pixels; smaller windows detect no further faces


class Box(NamedTuple):
    """A rectangle in pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def is_centred_in(self, other: tuple[float, float, float, float]) -> bool:
        """Whether the centre of this box lies in `other` (left, top, right, bottom)."""
        x, y = (self.left + self.right) / 2, (self.top + self.bottom) / 2
        return other[0] <= x <= other[2] and other[1] <= y <= other[3]


def tiles(image: Array, parts: int) -> Iterator[Box]:
    """Square windows over an (h, w, 3) picture, overlapping by about half.

    Their side is the longer side of the picture divided by `parts`. Yields nothing if they would
    be smaller than SMALLEST_WINDOW.
    """
    height, width = image.shape[:2]
    side = max(height, width) // parts
    if parts > 1 and side < SMALLEST_WINDOW:
        return
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield Box(left, top, min(left + side, width), min(top + side, height))


def _starts(length: int, side: int) -> list[int]:
    """The starts of windows of `side` that cover `length`, about half a side apart."""
    last = max(length - side, 0)
    count = int(np.ceil(last / (side / 2))) + 1
    return np.linspace(0, last, count).astype(int).tolist()


def crop_around(image: Array, box: Box, margin: float = CROP_MARGIN) -> tuple[Array, float, Array]:
    """The square around a box, `margin` times as large, as (CROP_SIDE, CROP_SIDE, 3) uint8.

    Pixels outside the picture are black. Also returns the scale from picture to crop and the
    crop's corner (x, y, 0) in the picture: picture = crop / scale + corner.
    """
    side = margin * max(box.right - box.left, box.bottom - box.top)
    scale = CROP_SIDE / side
    corner = np.array(
        [(box.left + box.right - side) / 2, (box.top + box.bottom - side) / 2, 0], np.float32
    )
    # Pixel centres have integer coordinates in OpenCV, and lie at 0.5 in detected landmarks.
    shift = (0.5 - corner[:2]) * scale - 0.5
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    crop: Array = cv2.warpAffine(image, matrix, (CROP_SIDE, CROP_SIDE), flags=cv2.INTER_LINEAR)
    return crop, scale, corner
