"""Compares faces by their looks, to find a person again after a cut.

The descriptor is a histogram of oriented gradients (Dalal and Triggs 2005) of the aligned face with
its coarse colours. It tells the few people of one video apart; it is no identification.
"""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.align import fit_similarity, mean_face
from talkinghead.landmarks import STABLE
from talkinghead.types import Array

SIMILAR: Final = 0.6  # cosine from which two faces of a video count as one person
_SIDE: Final = 64  # pixels of the aligned face
_HALF_WIDTH: Final = 0.62  # face widths from the centre of the aligned face to its edge
_CENTRE: Final = (0.0, 0.22)  # of the aligned face, in face widths from the top of the nose
_COLOR_SHARE: Final = 0.7  # weight of colours against gradients


def describe_face(image: Array, landmarks: Array) -> Array:
    """(d,) unit vector of the looks of a face (68, 2 or 3) in an (h, w, 3) uint8 picture."""
    step = 2 * _HALF_WIDTH / _SIDE
    reference = mean_face()[STABLE, :2]
    target = (reference - np.array(_CENTRE) + _HALF_WIDTH) / step - 0.5
    scale, turn, shift = fit_similarity(landmarks[STABLE, :2].astype(np.float64), target)
    matrix = np.column_stack([scale * turn, shift])
    face = cv2.warpAffine(
        image, matrix, (_SIDE, _SIDE), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    grey = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)
    grey = cv2.createCLAHE(2.0, (4, 4)).apply(grey)
    hog = cv2.HOGDescriptor((_SIDE, _SIDE), (16, 16), (8, 8), (8, 8), 9)
    gradients = np.asarray(hog.compute(grey)).ravel()
    colors = cv2.resize(face, (4, 4), interpolation=cv2.INTER_AREA).astype(np.float32)
    colors = (colors - colors.mean()).ravel()
    parts = (_unit(gradients - gradients.mean()), _COLOR_SHARE * _unit(colors))
    return _unit(np.concatenate(parts))


def _unit(vector: Array) -> Array:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-9), dtype=np.float32)
