"""The far lens of glasses is added to the matte; background is not."""

import cv2
import numpy as np
import pytest

from talkinghead.face.glasses import add_far_lens
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import LEFT_EYE_OUTER, RIGHT_EYE_OUTER
from talkinghead.rotation import euler_to_matrix

UNIT, SIZE = 150.0, (320, 360)


def turned_head(yaw):
    """Landmarks of a turned face, and a matte that ends at the far eye."""
    turn = euler_to_matrix(np.array([[yaw, 0, 0]]))[0]
    points = mean_face() @ turn.T * UNIT + [180, 130, 0]
    far = points[RIGHT_EYE_OUTER if points[16, 2] > points[0, 2] else LEFT_EYE_OUTER]
    out = 1 if far[0] > 180 else -1
    columns = np.broadcast_to(np.arange(SIZE[1]), SIZE)
    matte = (out * (columns - far[0]) < 0.04 * UNIT).astype(np.float32)
    return points, far, out, matte


def scene(matte, lens=None, striped=False):
    """A dark head in front of a light wall, visible through a lens in a thin frame."""
    image = np.full((*SIZE, 3), (190, 200, 205), np.uint8)
    if striped:
        image[::6] = (120, 150, 110)
    if lens is not None:
        cv2.ellipse(image, lens, (26, 16), 0, 0, 360, (30, 25, 20), 3)
    image[matte > 0.5] = (120, 90, 80)
    return image


def lens_centre(far, out):
    return int(far[0] + out * 0.12 * UNIT), int(far[1] + 3)


@pytest.mark.parametrize("yaw", [-35, 35])
def test_the_frame_and_glass_of_a_far_lens_are_added_to_the_matte(yaw):
    points, far, out, matte = turned_head(yaw)
    middle = lens_centre(far, out)
    result = add_far_lens(matte, matte, scene(matte, middle), points)
    assert result[middle[1], middle[0]] > 0.99
    assert result[middle[1], middle[0] + out * 24] > 0.9
    assert (result >= matte).all()
    around_lens = np.zeros(SIZE, np.uint8)
    cv2.ellipse(around_lens, middle, (40, 30), 0, 0, 360, 1, -1)
    assert (result == matte)[around_lens == 0].all()


def test_a_raised_probability_reveals_a_lens():
    points, far, out, matte = turned_head(35)
    x, y = lens_centre(far, out)
    probability = matte.copy()
    probability[y - 14 : y + 15, x - 26 : x + 27] = np.maximum(
        probability[y - 14 : y + 15, x - 26 : x + 27], 0.4
    )
    result = add_far_lens(matte, probability, scene(matte, striped=True), points)
    assert result[y, x] > 0.99


@pytest.mark.parametrize("striped", [False, True])
def test_a_head_without_glasses_keeps_its_matte(striped):
    points, _, _, matte = turned_head(35)
    assert add_far_lens(matte, matte, scene(matte, striped=striped), points) is matte


def test_a_head_seen_from_the_front_keeps_its_matte():
    points, far, out, matte = turned_head(10)
    image = scene(matte, lens_centre(far, out))
    assert add_far_lens(matte, matte, image, points) is matte


def test_an_object_that_does_not_touch_the_head_is_not_a_lens():
    points, far, out, matte = turned_head(35)
    x, y = lens_centre(far, out)
    image = scene(matte)
    cv2.circle(image, (x + out * 12, y), 8, (30, 25, 20), -1)
    assert add_far_lens(matte, matte, image, points) is matte
