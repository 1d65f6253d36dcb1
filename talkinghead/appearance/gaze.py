"""Turns the eyes of a photo against its head, so that their gaze stays where it was.

People hold their gaze while the head moves (vestibulo-ocular reflex, Leigh and Zee 2015, ch. 2).
An eye's picture is shifted between its corners, which stay: the iris moves as one, and the white
on its two sides widens and narrows.
"""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.masks import smoothstep
from talkinghead.types import Array

# In face widths. The eyeball's radius is 12 mm, of which the iris lies 11 mm from its centre.
_IRIS_RADIUS: Final = 0.078
_LARGEST: Final = 0.020  # of a shift; more would push the iris under the corner
_LEAST: Final = 0.02  # pixels; a smaller shift is not seen
_COMPENSATED: Final = 0.8  # share of the head's rotation
_MOBILE: Final = 0.3  # share of the eye's width at either corner that stretches
# Radians of the portrait's rotation at which the eyes begin to stay fixed, and do.
_FRONTAL, _SIDE = np.deg2rad([25.0, 40.0])


def gaze_shift(rotation: Array, portrait_yaw: float, unit: float) -> Array:
    """(2,) shift of the irises in pixels of the portrait, for a head turned by `rotation` (3, 3).

    `portrait_yaw` is the rotation in radians of the head in the portrait, `unit` the width of the
    face in pixels.
    """
    # The direction towards the viewer, -z, in axes of the turned head.
    shift = -_COMPENSATED * _IRIS_RADIUS * rotation[2, :2]
    length = float(np.hypot(*shift))
    limited = _LARGEST * np.tanh(length / _LARGEST) / max(length, 1e-9)
    share = 1 - float(smoothstep((portrait_yaw - _FRONTAL) / (_SIDE - _FRONTAL)))
    return np.asarray(unit * share * limited * shift)


def warp_eye(
    image: Array, affine: Array, corners: Array, shift: Array, size: tuple[int, int]
) -> Array:
    """(h, w, 3) uint8: an eye of the (H, W, 3) uint8 portrait in a box of `size` (width, height).

    `affine` (2, 3) leads from the portrait to the box, `corners` (2, 2) are those of the eye and
    `shift` (2,) is that of its iris, in pixels of the portrait.
    """
    if np.hypot(*shift) < _LEAST:
        return np.asarray(
            cv2.warpAffine(
                image, affine, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
            )
        )
    inverse = cv2.invertAffineTransform(affine)
    columns, rows = np.arange(size[0]), np.arange(size[1])[:, None]
    x, y = (row[0] * columns + (row[1] * rows + row[2]) for row in inverse)
    along = corners[1] - corners[0]
    place = ((x - corners[0, 0]) * along[0] + (y - corners[0, 1]) * along[1]) / (along @ along)
    share = smoothstep(np.minimum(place, 1 - place) / _MOBILE)
    map_x, map_y = (
        (at - share * step).astype(np.float32) for at, step in zip((x, y), shift, strict=True)
    )
    return np.asarray(
        cv2.remap(image, map_x, map_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    )
