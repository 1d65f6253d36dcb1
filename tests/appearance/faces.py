"""A plain face with lit skin, for tests of the mouth."""

import cv2
import numpy as np

from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import OUTER_LIP


def plain_face(unit=200.0, grey=False):
    """Picture (h, w, 3) uint8 and landmarks (68, 3): pale skin, red closed lips."""
    points = np.array(mean_face()) * unit + [unit, 0.8 * unit, 0]
    image = np.full((round(2 * unit), round(2 * unit), 3), (200, 160, 140), np.uint8)
    cv2.fillPoly(image, [np.round(points[OUTER_LIP, :2]).astype(np.int32)], (160, 85, 85))
    if grey:
        image = image.mean(axis=2).astype(np.uint8)[..., None].repeat(3, axis=2)
    return image, points
