"""The tongue is a red mound behind the lower teeth that rises for l, th and k."""

import numpy as np

from talkinghead.appearance.colors import estimate_photo_colors
from talkinghead.appearance.face_light import FaceLight
from talkinghead.appearance.mouth_interior import MouthInterior
from talkinghead.appearance.tongue import draw_tongue, tongue_place
from talkinghead.types import ARTICULATIONS
from tests.appearance.faces import plain_face

REST = dict.fromkeys(ARTICULATIONS, 0.0)


def test_its_front_is_lit_and_its_back_lies_in_the_dark():
    light = FaceLight(np.array([0.0, -0.4, 0.9]), 0.6, np.ones(3))
    tongue = draw_tongue(np.array([0.7, 0.4, 0.4]), light, 200.0)
    solid = tongue[..., 3] > 0.99
    rows = np.nonzero(solid.any(axis=1))[0]
    top, bottom = rows[len(rows) // 5], rows[-len(rows) // 5]
    assert tongue[bottom][solid[bottom]].mean() > 1.3 * tongue[top][solid[top]].mean()


def test_its_tip_reaches_the_upper_teeth_and_its_back_rises():
    rest, tip, back = (
        tongue_place(0.08, 0.027, {**REST, **raised}) for raised in ({}, {"tip": 1}, {"back": 1})
    )
    assert tip.top < 0.027 < 0.08 < rest.bottom
    assert back.top < rest.top
    assert back.light < rest.light


def test_a_tongue_between_the_teeth_covers_the_lower_ones_only():
    image, points = plain_face()
    interior = MouthInterior(image, points, estimate_photo_colors(image, points))
    middle = points[[61, 62, 63, 65, 66, 67], :2].mean(axis=0)
    box = (round(middle[0]) - 40, round(middle[1]) - 10, 80, 50)
    mask, jaw = np.ones((50, 80), np.float32), np.array([0.0, 22.0])
    rest, dental = (
        interior.render(mask, box, np.eye(2, 3), jaw, None, shown)
        for shown in (None, np.array([0.0, 1.0, 0.0, 0.0]))
    )
    upper, lower = slice(8, 13), slice(22, 32)  # rows of upper teeth, and of what is below them
    assert np.abs(rest[upper, 30:50] - dental[upper, 30:50]).max() < 3
    redder = (dental[..., 0] - dental[..., 1])[lower, 34:46].mean()
    assert redder > (rest[..., 0] - rest[..., 1])[lower, 34:46].mean() + 10
