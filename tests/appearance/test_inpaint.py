"""Inpainting keeps known pixels and fills holes with the surrounding colours."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.appearance.inpaint import (
    continue_colors,
    fill_nearest,
    inpaint,
    inpaint_eyes_and_mouth,
    inpaint_large,
)
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LIP, INNER_LOWER, LEFT_EYE, OUTER_LOWER

LEFT, RIGHT, SKIN = (200, 40, 40), (40, 40, 200), (200, 150, 130)


@pytest.fixture
def halves():
    """A red half, a blue half, and a white disc between them."""
    image = np.full((60, 80, 3), LEFT, np.uint8)
    image[:, 40:] = RIGHT
    rows, columns = np.indices((60, 80))
    hole = np.hypot(columns - 39.5, rows - 30) < 8
    image[hole] = 255
    return image, hole


@pytest.mark.parametrize(
    "fill",
    [
        lambda image, hole: inpaint(image, hole, 1.0),
        lambda image, hole: continue_colors(image, ~hole),
        lambda image, hole: inpaint_large(image, ~hole),
    ],
)
def test_known_pixels_stay_and_holes_are_filled(halves, fill):
    image, hole = halves
    filled = fill(image.copy(), hole)
    assert_array_equal(filled[~hole], image[~hole])
    assert filled[hole].max() <= 210
    assert filled[30, 34, 0] > filled[30, 34, 2]
    assert filled[30, 45, 2] > filled[30, 45, 0]


def test_nearest_colours_are_those_of_the_nearest_known_pixel(halves):
    image, hole = halves
    filled = fill_nearest(image, ~hole)
    assert_array_equal(filled[30, 34], LEFT)
    assert_array_equal(filled[30, 45], RIGHT)


@pytest.mark.parametrize("known", [True, False])
def test_a_picture_that_is_known_or_unknown_everywhere_is_unchanged(halves, known):
    image, hole = halves
    assert continue_colors(image, np.full(hole.shape, known)) is image


def face(gap):
    points = np.array(mean_face()) * 100 + [100, 80, 0]
    points[INNER_LIP, 1] = points[INNER_LIP, 1].mean()
    points[[*INNER_LOWER, *OUTER_LOWER], 1] += gap
    return np.full((200, 200, 3), SKIN, np.uint8), points


@pytest.mark.parametrize("gap", [0, 12])
def test_an_open_mouth_is_inpainted_and_a_closed_one_is_not(gap):
    image, points = face(gap)
    mouth = points[INNER_LIP, :2]
    x, y = np.round(mouth.mean(axis=0)).astype(int)
    image[y - 2 : y + 3, x - 5 : x + 6] = 255
    skin = inpaint_eyes_and_mouth(image, points, {"mouth": mouth}, 0.5, np.array([0.4, 0.2, 0.2]))
    assert (skin[y, x].max() < 230) == bool(gap)


def test_the_white_of_an_eye_is_inpainted():
    image, points = face(0)
    eye = points[LEFT_EYE, :2]
    x, y = np.round(eye.mean(axis=0)).astype(int)
    image[y, x - 1 : x + 2] = 255
    skin = inpaint_eyes_and_mouth(image, points, {"left_eye": eye}, 0.5, np.zeros(3))
    assert np.abs(skin[y, x].astype(int) - SKIN).max() < 10
