"""Finds the lips of a mouth that is open so far that the face mesh takes it for a closed one.

In a picture that is compressed vertically such a mouth is no taller than usual ones, and the mesh
finds its lips. Closed mouths remain closed there.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from talkinghead.face.detectors.base import Face
from talkinghead.face.detectors.small_faces import CROP_SIDE
from talkinghead.geometry.mouth import face_axes, face_width, lip_gaps
from talkinghead.types import Array

# Crops that must agree: side relative to the face's box, and vertical scale. The landmarks are the
# mean of the first two; the last one, though less accurate, rejects mouths that are closed.
_CROPS: Final = ((1.5, 0.7), (2.2, 0.7), (2.2, 0.6))
_MIN_OPENING: Final = 0.1  # face widths between the lips that are found
_MIN_GAIN: Final = 0.04  # and how much wider they are than those of the first detection


def find_wide_mouth(image: Array, face: Face, find_faces: Callable[[Array], list[Face]]) -> Face:
    """The face with its lips where they are, if all compressed crops show a wide open mouth.

    Otherwise the face unchanged. `find_faces` detects faces in an (h, w, 3) uint8 RGB crop.
    """
    needed = max(_MIN_OPENING, _opening(face.points) + _MIN_GAIN)
    found = []
    for margin, height in _CROPS:
        points = _detect_compressed(image, face, margin, height, find_faces)
        if points is None or _opening(points) < needed:
            return face
        found.append(points)
    return Face(((found[0] + found[1]) / 2).astype(np.float32), face.score)


def _opening(points: Array) -> float:
    """Greatest distance of the inner lips in face widths, in the picture plane."""
    flat = points[:, :2]
    return float(lip_gaps(flat).max() / max(float(face_width(flat)), 1e-6))


def _detect_compressed(
    image: Array,
    face: Face,
    margin: float,
    height: float,
    find_faces: Callable[[Array], list[Face]],
) -> Array | None:
    """(68, 3) landmarks in the picture, detected in an upright crop scaled vertically by `height`.

    Returns None if no face is found there.
    """
    left, top, right, bottom = face.box
    scale = CROP_SIDE / (margin * max(right - left, bottom - top))
    linear = np.diag([scale, scale * height]) @ face_axes(face.points)
    # Pixel centres have integer coordinates in OpenCV, and lie at 0.5 in detected landmarks.
    centre = np.array([(left + right) / 2, (top + bottom) / 2])
    shift = CROP_SIDE / 2 - linear @ centre
    matrix = np.column_stack([linear, shift + linear @ [0.5, 0.5] - 0.5])
    crop = cv2.warpAffine(
        image, matrix, (CROP_SIDE, CROP_SIDE),
        flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    for other in find_faces(np.asarray(crop)):
        flat = (other.points[:, :2] - shift) @ np.linalg.inv(linear).T
        x, y = flat.mean(axis=0)
        if left <= x <= right and top <= y <= bottom:
            return np.column_stack([flat, other.points[:, 2] / scale])
    return None
