"""The square mouth crop, which follows the head.

Head motion is removed in the crop, so the upper teeth stay at the same pixels in every frame. The
translator, its training data and SyncNet use this crop.
"""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.align import affine_scale, compose_affine, fit_similarity
from talkinghead.geometry.mouth import close_mouth, face_axes, face_width
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, MOUTH, NOSTRILS, STABLE
from talkinghead.types import Array

CROP_HALF_SIDE: Final = 0.31  # half the side of the crop in face widths
_BELOW: Final = 0.04  # face widths from the closed lips down to the centre of the crop


def mouth_crop_matrix(landmarks: Array, side: int, margin: int = 0) -> Array:
    """(2, 3) affine from crop pixels to picture pixels.

    Takes landmarks (68, 3) in pixels of the picture. The crop has `side` pixels, and `margin`
    more on every side.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    unit = float(face_width(points))
    axis_x, axis_y = face_axes(points)
    lips = close_mouth(points)[[*INNER_UPPER, *INNER_LOWER], :2].mean(axis=0)
    step = 2 * CROP_HALF_SIDE * unit / side
    corner = step * ((side - 1) / 2 + margin)
    origin = lips + _BELOW * unit * axis_y - corner * (axis_x + axis_y)
    return np.column_stack([step * axis_x, step * axis_y, origin])


def head_stabilised_affine(landmarks: Array, points: Array) -> Array:
    """(2, 3) affine from the portrait to a frame for what is fixed to the skull.

    Takes the landmarks (68, 3) of the portrait and of the frame. The 3-D similarity of the STABLE
    points is applied to the mouth and the nostrils, and an affine is fitted to the result by
    least squares.
    """
    source = np.asarray(landmarks, dtype=np.float64)
    scale, turn, shift = fit_similarity(source[STABLE], np.asarray(points, np.float64)[STABLE])
    anchors = np.concatenate([source[NOSTRILS], source[MOUTH]])
    targets = (scale * anchors @ turn.T + shift)[:, :2]
    design = np.column_stack([anchors[:, :2], np.ones(len(anchors))])
    return np.asarray(np.linalg.lstsq(design, targets, rcond=None)[0].T)


def points_in_crop(points: Array, matrix: Array) -> Array:
    """(n, 2) picture points (n, 2 or 3) in crop pixels; `matrix` is that of `crop_square`."""
    return np.asarray((points[:, :2] - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T)


def crop_square(image: Array, matrix: Array, side: int) -> Array:
    """(side, side, 3) uint8 crop of an (h, w, 3) uint8 picture, sampled without aliasing.

    `matrix` (2, 3) maps crop pixels to picture pixels.
    """
    step = affine_scale(matrix)
    if step > 1.5:
        corners = matrix[:, :2] @ np.array([[0, side, 0, side], [0, 0, side, side]], dtype=float)
        corners = corners + matrix[:, 2:]
        low = np.clip(np.floor(corners.min(axis=1)) - 2, 0, None).astype(int)
        high = np.ceil(corners.max(axis=1)).astype(int) + 3
        part = image[low[1] : high[1], low[0] : high[0]]
        if part.size:
            size = [max(1, round(length / step)) for length in part.shape[1::-1]]
            factors = np.array(size) / part.shape[1::-1]
            shrink = np.column_stack([np.diag(factors), (factors - 1) / 2 - factors * low])
            image = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
            matrix = compose_affine(shrink, matrix)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(image, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    )
