"""Visible teeth move with skull and jaw; the rest of the picture's mouth is shown only unmoved."""

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.appearance.colors import estimate_photo_colors
from talkinghead.appearance.mouth_interior import JAW_SHARE, MouthInterior
from talkinghead.appearance.source_mouth import extract_source_mouth
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LIP, INNER_LOWER, OUTER_LIP, OUTER_LOWER

UNIT = 160.0
SKIN, LIPS, TEETH, DARK = (190, 150, 130), (150, 80, 80), (225, 220, 205), (40, 15, 15)


def portrait(gap=0.06, teeth=(), grey=False):
    """A plain face with an open, dark mouth; `teeth` are bands in shares of the mouth's height."""
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


def render_mouth(image, points, jaw):
    box = (int(points[48, 0]) - 5, int(points[62, 1]) - 15, 120, 80)
    interior = MouthInterior(image, points, estimate_photo_colors(image, points))
    return interior.render(
        np.ones((80, 120), np.float32), box, np.eye(2, 3), np.array([0, jaw])
    ), box


def test_a_closed_mouth_has_no_layers():
    image, points, _ = portrait(gap=0.0)
    assert extract_source_mouth(image, points) is None


@pytest.mark.parametrize("grey", [False, True])
def test_a_single_row_of_teeth_is_the_upper_one(grey):
    image, points, _ = portrait(teeth=[(0, 0.9)], grey=grey)
    source = extract_source_mouth(image, points)
    assert source.upper is not None
    assert source.lower is None
    assert_allclose(source.teeth * 255, image[image.sum(axis=2) > 620].mean(axis=0), atol=12)


def test_two_rows_are_split_at_the_dark_valley_between_them():
    image, points, middle = portrait(gap=0.12, teeth=[(0, 0.4), (0.6, 1)])
    source = extract_source_mouth(image, points)
    x = round(points[62, 0] - source.affine[0, 2])
    upper, lower = (
        (teeth.layer[:, x, 3] > 0.5).nonzero()[0] for teeth in (source.upper, source.lower)
    )
    cut = middle + 0.5 * 0.12 * UNIT - source.affine[1, 2]
    assert abs(upper.max() - cut) < 3
    assert abs(lower.min() - cut) < 3


def test_upper_teeth_stay_with_the_skull_and_leave_no_ghost_on_the_jaw():
    image, points, middle = portrait(teeth=[(0, 0.95)])
    frame, box = render_mouth(image, points, 24.0)
    column = frame[:, round(points[62, 0]) - box[0]].mean(axis=1)
    teeth = slice(round(middle) - box[1] + 2, round(middle + 0.04 * UNIT) - box[1])
    assert_allclose(column[teeth], np.mean(TEETH), atol=15)
    below = round(middle + 0.06 * UNIT) - box[1]
    assert column[below + 4 : below + 20].max() < 0.75 * np.mean(TEETH)


def test_drawn_teeth_continue_those_that_the_lip_of_the_picture_covers():
    image, points, _ = portrait(gap=0.2, teeth=[(0.75, 1.0)])
    raised, (left, top, *_) = render_mouth(image, points, -0.1 * UNIT)
    x, bottom = np.round(points[66, :2] - [left, top + JAW_SHARE * 0.1 * UNIT]).astype(int)
    across = raised[bottom - 6 : bottom, x].mean(axis=1)
    assert across.min() > 100
    assert (np.abs(np.diff(across)) < 50).all()


def test_a_slightly_open_mouth_does_not_stay_in_place_when_it_opens():
    """Slightly open lips show no teeth: nothing to fix to the skull or to the jaw."""
    image, points, middle = portrait(gap=0.03)
    cv2.fillPoly(image, [np.round(points[INNER_LIP, :2]).astype(np.int32)], (200, 120, 120))
    source = extract_source_mouth(image, points)
    assert source.upper is None
    assert source.lower is None
    still, box = render_mouth(image, points, 0.0)
    row, x = round(middle + 0.015 * UNIT) - box[1], round(points[62, 0]) - box[0]
    assert_allclose(still[row, x], (200, 120, 120), atol=6)
    opened, _ = render_mouth(image, points, 20.0)
    assert np.ptp(opened[row, x]) < 60  # the colour of a tooth


def test_a_wide_open_mouth_without_teeth_stays_toothless():
    image, points, _ = portrait(gap=0.2)
    source = extract_source_mouth(image, points)
    assert source.toothless
    frame, _ = render_mouth(image, points, 5.0)
    assert frame.min(axis=2).max() < 110  # nothing pale: a tongue is red


def test_the_mouth_of_a_grey_picture_is_grey():
    image, points, _ = portrait(teeth=[(0, 0.9)], grey=True)
    frame, _ = render_mouth(image, points, 15.0)
    assert np.ptp(frame, axis=2).max() <= 2
