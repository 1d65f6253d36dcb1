"""Laws of the colours a mouth is painted with."""

import cv2
import numpy as np
import pytest

from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import LEFT_EYE, OUTER_LIP, RIGHT_EYE
from talkinghead.render.palette import palette


def teeth(lips):
    """How light teeth are in a face of light skin with lips of a grey level."""
    points = np.array(mean_face()) * 100 + [150, 150, 0]
    image = np.full((300, 300, 3), 180, np.uint8)
    corners = np.round(points[:, :2]).astype(np.int32)
    for eye in (LEFT_EYE, RIGHT_EYE):
        cv2.fillPoly(image, [corners[eye]], (170, 170, 170))
    cv2.fillPoly(image, [corners[OUTER_LIP]], (lips, lips, lips))
    return float(palette(image, points).teeth.mean())


def test_teeth_behind_lips_in_shade_are_in_shade_too():
    assert teeth(30) < 0.7 * teeth(120)


def test_darker_lips_alone_make_no_shade():
    assert teeth(120) == pytest.approx(teeth(160))
