"""Laws of a picture's own mouth: teeth go with their bones, the rest is right only as it is."""

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LIP, INNER_LOWER, OUTER_LIP, OUTER_LOWER
from talkinghead.render.mouth_interior import JAW_SHARE, MouthInterior
from talkinghead.render.own_mouth import own_mouth
from talkinghead.render.palette import palette

UNIT = 160.0
SKIN, LIPS, TEETH, DARK = (190, 150, 130), (150, 80, 80), (225, 220, 205), (40, 15, 15)


def portrait(gap=0.06, teeth=(), grey=False):
    """A plain face whose open mouth is dark but for bands of teeth, in shares of its height."""
    points = np.array(mean_face()) * UNIT + [150, 110, 0]
    middle = points[[61, 62, 63, 65, 66, 67]].mean(axis=0)[1]
    points[INNER_LIP, 1] = middle
    points[[*INNER_LOWER, *OUTER_LOWER], 1] += gap * UNIT
    image = np.full((330, 300, 3), SKIN, np.uint8)
    xy = np.round(points[:, :2]).astype(np.int32)
    cv2.fillPoly(image, [xy[OUTER_LIP]], LIPS)
    inside = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(inside, [xy[INNER_LIP]], 1)
    rows = np.arange(image.shape[0])[:, None]
    image[inside > 0] = DARK
    for first, last in teeth:
        band = (rows >= middle + first * gap * UNIT) & (rows < middle + last * gap * UNIT)
        image[(inside > 0) & band] = TEETH
    if grey:
        image = image.mean(axis=2).astype(np.uint8)[..., None].repeat(3, axis=2)
    return image, points, middle


def painted(image, points, jaw):
    box = (int(points[48, 0]) - 5, int(points[62, 1]) - 15, 120, 80)
    interior = MouthInterior(image, points, palette(image, points))
    return interior.paint(
        np.ones((80, 120), np.float32), box, np.eye(2, 3), np.array([0, jaw])
    ), box


def test_a_shut_mouth_shows_nothing_of_its_own():
    image, points, _ = portrait(gap=0.0)
    assert own_mouth(image, points) is None


@pytest.mark.parametrize("grey", [False, True])
def test_one_row_of_teeth_is_the_skulls(grey):
    image, points, _ = portrait(teeth=[(0, 0.9)], grey=grey)
    own = own_mouth(image, points)
    assert own.upper is not None
    assert own.lower is None
    assert_allclose(own.teeth * 255, image[image.sum(axis=2) > 620].mean(axis=0), atol=12)


def test_two_rows_part_at_the_dark_between_them():
    image, points, middle = portrait(gap=0.12, teeth=[(0, 0.4), (0.6, 1)])
    own = own_mouth(image, points)
    x = round(points[62, 0] - own.place[0, 2])
    upper, lower = ((layer[:, x, 3] > 0.5).nonzero()[0] for layer in (own.upper, own.lower))
    cut = middle + 0.5 * 0.12 * UNIT - own.place[1, 2]
    assert abs(upper.max() - cut) < 3
    assert abs(lower.min() - cut) < 3


def test_teeth_of_the_picture_stay_with_the_skull_and_leave_no_ghost_on_the_jaw():
    image, points, middle = portrait(teeth=[(0, 0.95)])
    frame, box = painted(image, points, 24.0)
    column = frame[:, round(points[62, 0]) - box[0]].mean(axis=1)
    teeth = slice(round(middle) - box[1] + 2, round(middle + 0.04 * UNIT) - box[1])
    assert_allclose(column[teeth], np.mean(TEETH), atol=15)
    below = round(middle + 0.06 * UNIT) - box[1]
    assert column[below + 4 : below + 20].max() < 0.75 * np.mean(TEETH)


def test_a_raised_jaw_shows_no_edge_of_the_pictures_mouth():
    image, points, _ = portrait(gap=0.2, teeth=[(0.5, 1.0)])
    raised, (left, top, *_) = painted(image, points, -0.1 * UNIT)
    x, bottom = np.round(points[66, :2] - [left, top + JAW_SHARE * 0.1 * UNIT]).astype(int)
    below = raised[bottom - 6 : bottom + 12, x].mean(axis=1)
    assert below[0] > 180
    assert (np.abs(np.diff(below)) < 40).all()
    assert below[-1] < 100


def test_a_glimpse_of_an_open_mouth_does_not_hang_between_the_lips():
    """Lips that part a little show lip or dark; further open, that is no part of the skull."""
    image, points, middle = portrait(gap=0.03)
    cv2.fillPoly(image, [np.round(points[INNER_LIP, :2]).astype(np.int32)], (200, 120, 120))
    own = own_mouth(image, points)
    assert own.upper is None
    assert own.lower is None
    here, box = painted(image, points, 0.0)
    row, x = round(middle + 0.015 * UNIT) - box[1], round(points[62, 0]) - box[0]
    assert_allclose(here[row, x], (200, 120, 120), atol=6)
    there, _ = painted(image, points, 20.0)
    assert np.ptp(there[row, x]) < 60  # a tooth's colour


def test_a_wide_mouth_without_teeth_stays_without():
    image, points, _ = portrait(gap=0.2)
    own = own_mouth(image, points)
    assert own.toothless
    frame, _ = painted(image, points, 5.0)
    assert frame.max() < 150


def test_what_a_grey_mouth_shows_is_grey():
    image, points, _ = portrait(teeth=[(0, 0.9)], grey=True)
    frame, _ = painted(image, points, 15.0)
    assert np.ptp(frame, axis=2).max() <= 2
