"""The two layers of a photo: a moving person and a static background."""

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.render.background import BackgroundLayers

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


def crop(image):
    left, top, width, height = ROI
    return image[top : top + height, left : left + width]


@pytest.mark.parametrize("sampling", [cv2.INTER_LINEAR, cv2.INTER_CUBIC])
def test_layers_that_do_not_move_reproduce_the_picture_for_any_matte(sampling):
    anything = np.random.default_rng(1).random((HEIGHT, WIDTH)).astype(np.float32)
    for matte in (disc(), anything, np.zeros_like(anything), np.ones_like(anything)):
        layers = BackgroundLayers(noise(), matte, ROI)
        assert_array_equal(layers.compose(*shifted(), sampling), crop(noise()))


@pytest.mark.parametrize("sampling", [cv2.INTER_LINEAR, cv2.INTER_CUBIC])
def test_pixels_that_the_person_never_covers_do_not_change(sampling):
    matte = disc()
    frame = BackgroundLayers(noise(), matte, ROI).compose(*shifted(2.3, -1.6), sampling)
    far = cv2.dilate((crop(matte) > 0).astype(np.uint8), np.ones((11, 11))) == 0
    assert far.mean() > 0.1
    assert_array_equal(frame[far], crop(noise())[far])


def test_a_matte_of_ones_moves_everything():
    picture = noise()
    maps = shifted(1.5, 2.25)
    frame = BackgroundLayers(picture, np.ones((HEIGHT, WIDTH), np.float32), ROI).compose(
        *maps, cv2.INTER_LINEAR
    )
    expected = cv2.remap(picture, *maps, cv2.INTER_LINEAR)
    inner = np.s_[4:-4, 4:-4]
    assert_allclose(frame[inner].astype(int), expected[inner], atol=2)


def test_a_head_that_moves_uncovers_a_plain_background():
    wall, skin = np.array([200, 180, 60]), np.array([40, 60, 90])
    a = disc()[..., None]
    picture = np.rint(a * skin + (1 - a) * wall).astype(np.uint8)
    frame = BackgroundLayers(picture, disc(), ROI).compose(*shifted(4, 0), cv2.INTER_LINEAR)
    moved = np.roll(disc(), 4, axis=1)[..., None]
    expected = crop(moved * skin + (1 - moved) * wall)
    assert np.abs(frame - expected).max() < 6


def test_a_matte_that_is_too_wide_leaves_no_bright_line():
    """Background that the matte includes stays within the range of the colours around it."""
    picture = np.full((HEIGHT, WIDTH, 3), 150, dtype=np.uint8)
    cv2.circle(picture, (40, 45), 14, (20, 20, 20), -1)
    frame = BackgroundLayers(picture, disc(), ROI).compose(*shifted(5, 3), cv2.INTER_LINEAR)
    assert frame.max() <= 156
    assert frame.min() >= 14
