"""Laws of the far lens: glass before a wall goes with the head, and walls stay where they are."""

import cv2
import numpy as np
import pytest

from talkinghead.face.glasses import with_far_lens
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import LEFT_EYE_OUTER, RIGHT_EYE_OUTER
from talkinghead.types import rotations

UNIT, SIZE = 150.0, (320, 360)


def head(yaw):
    """Landmarks of a turned face, and a matte that ends at the far eye."""
    turn = rotations(np.array([[yaw, 0, 0]]))[0]
    points = mean_face() @ turn.T * UNIT + [180, 130, 0]
    far = points[RIGHT_EYE_OUTER if points[16, 2] > points[0, 2] else LEFT_EYE_OUTER]
    out = 1 if far[0] > 180 else -1
    columns = np.broadcast_to(np.arange(SIZE[1]), SIZE)
    matte = (out * (columns - far[0]) < 0.04 * UNIT).astype(np.float32)
    return points, far, out, matte


def scene(matte, lens=None, striped=False):
    """A dark head before a light wall, with a thin frame around a lens and the wall in it."""
    image = np.full((*SIZE, 3), (190, 200, 205), np.uint8)
    if striped:
        image[::6] = (120, 150, 110)
    if lens is not None:
        cv2.ellipse(image, lens, (26, 16), 0, 0, 360, (30, 25, 20), 3)
    image[matte > 0.5] = (120, 90, 80)
    return image


def lens_beside(far, out):
    return int(far[0] + out * 0.12 * UNIT), int(far[1] + 3)


@pytest.mark.parametrize("yaw", [-35, 35])
def test_a_far_lens_goes_with_the_head_glass_and_all(yaw):
    points, far, out, matte = head(yaw)
    middle = lens_beside(far, out)
    got = with_far_lens(matte, matte, scene(matte, middle), points)
    assert got[middle[1], middle[0]] > 0.99
    assert got[middle[1], middle[0] + out * 24] > 0.9
    assert (got >= matte).all()
    beyond = np.zeros(SIZE, np.uint8)
    cv2.ellipse(beyond, middle, (40, 30), 0, 0, 360, 1, -1)
    assert (got == matte)[beyond == 0].all()


def test_a_lens_that_only_the_network_doubts_counts():
    points, far, out, matte = head(35)
    x, y = lens_beside(far, out)
    doubt = matte.copy()
    doubt[y - 14 : y + 15, x - 26 : x + 27] = np.maximum(
        doubt[y - 14 : y + 15, x - 26 : x + 27], 0.4
    )
    got = with_far_lens(matte, doubt, scene(matte, striped=True), points)
    assert got[y, x] > 0.99


@pytest.mark.parametrize("striped", [False, True])
def test_a_head_without_glasses_keeps_its_matte(striped):
    points, _, _, matte = head(35)
    assert with_far_lens(matte, matte, scene(matte, striped=striped), points) is matte


def test_a_head_seen_from_the_front_keeps_its_matte():
    points, far, out, matte = head(10)
    image = scene(matte, lens_beside(far, out))
    assert with_far_lens(matte, matte, image, points) is matte


def test_what_does_not_touch_the_head_is_no_lens():
    points, far, out, matte = head(35)
    x, y = lens_beside(far, out)
    image = scene(matte)
    cv2.circle(image, (x + out * 12, y), 8, (30, 25, 20), -1)
    assert with_far_lens(matte, matte, image, points) is matte
