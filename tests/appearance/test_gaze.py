"""Eyes turn against the head: the iris moves as one, the corners stay, nothing tears."""

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.appearance.gaze import gaze_shift, warp_eye
from talkinghead.rotation import euler_to_matrix

UNIT = 200.0
CORNERS = np.array([[20.0, 20.0], [60.0, 20.0]])
SIZE = (80, 40)


def rotation(yaw, pitch):
    return euler_to_matrix(np.array([[yaw, pitch, 0.0]]))[0]


def eye():
    """A dark iris on white, with a spot at either corner."""
    image = np.full((SIZE[1], SIZE[0], 3), 220, np.uint8)
    cv2.circle(image, (40, 20), 6, (40, 40, 40), -1)
    for x, y in CORNERS.astype(int).tolist():
        image[y - 1 : y + 2, x - 1 : x + 2] = 90
    return image


def iris_center(image):
    dark = (255.0 - image.mean(axis=2)) * (image.mean(axis=2) < 80)
    rows, columns = np.indices(dark.shape)
    return np.array([(dark * columns).sum(), (dark * rows).sum()]) / dark.sum()


@pytest.mark.parametrize(("yaw", "pitch"), [(10, 0), (-10, 0), (0, 8), (0, -8)])
def test_the_gaze_stays_where_it_was_while_the_head_turns(yaw, pitch):
    x, y = gaze_shift(rotation(yaw, pitch), 0.0, UNIT)
    assert x * yaw <= 0  # positive yaw turns the nose to the right
    assert y * pitch <= 0  # positive pitch lowers it
    assert 0.5 < np.hypot(x, y) < 0.02 * UNIT


def test_the_eyes_of_a_head_at_rest_and_of_a_profile_do_not_move():
    assert_array_equal(gaze_shift(np.eye(3), 0.0, UNIT), 0)
    assert_allclose(gaze_shift(rotation(10, 0), np.deg2rad(45), UNIT), 0)


def test_an_iris_moves_as_one_and_the_corners_stay():
    still = warp_eye(eye(), np.eye(2, 3), CORNERS, np.zeros(2), SIZE)
    assert_array_equal(still, eye())
    moved = warp_eye(eye(), np.eye(2, 3), CORNERS, np.array([3.0, 1.0]), SIZE)
    assert_allclose(iris_center(moved) - iris_center(still), [3.0, 1.0], atol=0.15)
    for x, y in CORNERS.astype(int).tolist():
        assert_allclose(moved[y, x], 90, atol=12)


def test_a_shifted_eye_is_placed_in_the_frame_as_one_that_is_not():
    place = np.array([[1.0, 0, 5], [0, 1.0, -3]])
    moved = warp_eye(eye(), place, CORNERS, np.array([2.0, 0.0]), (90, 40))
    assert_allclose(iris_center(moved) - iris_center(eye()), [7.0, -3.0], atol=0.15)
