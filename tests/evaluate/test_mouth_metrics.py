"""The figures of a mouth see teeth, tongue, detail and tone between the lips."""

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.evaluate.mouth_metrics import compute_mouth_metrics, is_tongue_visible
from talkinghead.landmarks import INNER_LIP, INNER_LOWER, OUTER_LOWER
from tests.appearance.faces import plain_face

DARK, TEETH, TONGUE = (35, 15, 15), (225, 220, 205), (150, 75, 75)


def open_mouth(*bands, gap=0.12):
    """A face with an open dark mouth; bands are (first, last, colour) in shares of its height."""
    image, points = plain_face()
    middle = points[[61, 62, 63, 65, 66, 67], 1].mean()
    points[INNER_LIP, 1] = middle
    points[[*INNER_LOWER, *OUTER_LOWER], 1] += gap * 200
    inside = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(inside, [np.round(points[INNER_LIP, :2]).astype(np.int32)], 1)
    rows = np.arange(len(image))[:, None]
    image[inside > 0] = DARK
    for first, last, colour in bands:
        image[(inside > 0) & (rows >= middle + first * gap * 200)
              & (rows < middle + last * gap * 200)] = colour  # fmt: skip
    return image, points


def measure(real, ours, points):
    stack = [np.stack([value] * 2) for value in (real, ours, points)]
    return compute_mouth_metrics(*stack)


def test_a_picture_compared_with_itself_is_perfect():
    image, points = open_mouth((0, 0.4, TEETH))
    metrics = measure(image, image, points)
    assert_allclose(metrics["interior_gradient"], 1)
    assert metrics["interior_tones"] == 0
    assert metrics["teeth_seen"] == 1
    assert np.isnan(metrics["teeth_false"])


def test_missing_and_invented_teeth_are_told_apart():
    with_teeth, points = open_mouth((0, 0.4, TEETH))
    without, _ = open_mouth()
    missing = measure(with_teeth, without, points)
    assert missing["teeth_seen"] == 0
    assert missing["interior_gradient"] < 0.3
    assert missing["interior_tones"] > 30
    assert measure(without, with_teeth, points)["teeth_false"] == 1


def test_the_lower_row_is_told_from_the_upper_one():
    both, points = open_mouth((0, 0.35, TEETH), (0.65, 1, TEETH), gap=0.2)
    upper, _ = open_mouth((0, 0.35, TEETH), gap=0.2)
    metrics = measure(both, upper, points)
    assert metrics["teeth_seen"] == 1
    assert metrics["lower_seen"] == 0


@pytest.mark.parametrize(("band", "visible"), [((0.4, 1, TONGUE), True), ((0, 0.4, TEETH), False)])
def test_a_tongue_is_as_red_as_the_lips(band, visible):
    assert is_tongue_visible(*open_mouth(band)) is visible


def test_closed_mouths_are_not_measured():
    image, points = plain_face()
    points[INNER_LIP, 1] = points[INNER_LIP, 1].mean()
    assert all(np.isnan(value) for value in measure(image, image, points).values())
