"""Laws of the two layers: a person that moves, a background that does not."""

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.render.backdrop import Backdrop

HEIGHT, WIDTH = 90, 80
ROI = (6, 4, 66, 80)


def noise(seed=0):
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)


def disc(softness=2.0):
    matte = np.zeros((HEIGHT, WIDTH), dtype=np.float32)
    cv2.circle(matte, (40, 45), 20, 1.0, -1)
    return cv2.GaussianBlur(matte, (0, 0), softness).clip(0, 1)


def shifted(x=0.0, y=0.0):
    left, top, width, height = ROI
    maps = np.meshgrid(
        np.arange(left, left + width, dtype=np.float32),
        np.arange(top, top + height, dtype=np.float32),
    )
    return maps[0] - np.float32(x), maps[1] - np.float32(y)


def cut(image):
    left, top, width, height = ROI
    return image[top : top + height, left : left + width]


@pytest.mark.parametrize("sampling", [cv2.INTER_LINEAR, cv2.INTER_CUBIC])
def test_at_rest_the_layers_give_the_picture_back_whatever_the_matte(sampling):
    anything = np.random.default_rng(1).random((HEIGHT, WIDTH)).astype(np.float32)
    for matte in (disc(), anything, np.zeros_like(anything), np.ones_like(anything)):
        backdrop = Backdrop(noise(), matte, ROI)
        assert_array_equal(backdrop.compose(*shifted(), sampling), cut(noise()))


@pytest.mark.parametrize("sampling", [cv2.INTER_LINEAR, cv2.INTER_CUBIC])
def test_where_no_person_comes_or_was_nothing_changes(sampling):
    matte = disc()
    frame = Backdrop(noise(), matte, ROI).compose(*shifted(2.3, -1.6), sampling)
    far = cv2.dilate((cut(matte) > 0).astype(np.uint8), np.ones((11, 11))) == 0
    assert far.mean() > 0.1
    assert_array_equal(frame[far], cut(noise())[far])


def test_where_all_is_person_all_moves():
    picture = noise()
    maps = shifted(1.5, 2.25)
    frame = Backdrop(picture, np.ones((HEIGHT, WIDTH), np.float32), ROI).compose(
        *maps, cv2.INTER_LINEAR
    )
    want = cv2.remap(picture, *maps, cv2.INTER_LINEAR)
    inner = np.s_[4:-4, 4:-4]
    assert_allclose(frame[inner].astype(int), want[inner], atol=2)


def test_a_head_before_a_plain_wall_leaves_plain_wall_behind():
    wall, skin = np.array([200, 180, 60]), np.array([40, 60, 90])
    a = disc()[..., None]
    picture = np.rint(a * skin + (1 - a) * wall).astype(np.uint8)
    frame = Backdrop(picture, disc(), ROI).compose(*shifted(4, 0), cv2.INTER_LINEAR)
    moved = np.roll(disc(), 4, axis=1)[..., None]
    want = cut(moved * skin + (1 - moved) * wall)
    assert np.abs(frame - want).max() < 6


def test_a_matte_too_broad_draws_no_bright_line():
    """Wall taken for person stays between the colours that are there."""
    picture = np.full((HEIGHT, WIDTH, 3), 150, dtype=np.uint8)
    cv2.circle(picture, (40, 45), 14, (20, 20, 20), -1)
    frame = Backdrop(picture, disc(), ROI).compose(*shifted(5, 3), cv2.INTER_LINEAR)
    assert frame.max() <= 156
    assert frame.min() >= 14
