"""Laws of the photo renderer where it knows the person from the background."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.errors import ImageError
from talkinghead.geometry.align import mean_face
from talkinghead.render.photo import PhotoRenderer
from talkinghead.types import Portrait

SIZE = (300, 320)  # width, height


@pytest.fixture(scope="module")
def portrait():
    """A smooth head before a wall of fine stripes, and its matte."""
    width, height = SIZE
    points = np.array(mean_face()) * 80 + [width / 2, height / 2 - 20, 0]
    matte = np.zeros((height, width), dtype=np.float32)
    middle = (width // 2, height // 2 - 10)
    cv2.ellipse(matte, middle, (52, 72), 0, 0, 360, 1.0, -1)
    cv2.rectangle(matte, (middle[0] - 25, middle[1]), (middle[0] + 25, height), 1.0, -1)
    matte = cv2.GaussianBlur(matte, (0, 0), 1.5).clip(0, 1)
    wall = np.full((height, width, 3), (90, 110, 140), dtype=np.float32)
    wall[:, ::6] += 80
    image = wall + (np.array([200, 160, 140]) - wall) * matte[..., None]
    return Portrait(np.rint(image).astype(np.uint8), points.astype(np.float32), matte)


def swayed(portrait):
    return portrait.landmarks + np.array([4, -2.5, 0], dtype=np.float32)


def test_the_background_stands_still_while_the_head_moves(portrait):
    frame = PhotoRenderer(portrait).warp(swayed(portrait)).image
    far = cv2.dilate((portrait.matte > 0).astype(np.uint8), np.ones((21, 21))) == 0
    assert_array_equal(frame[far], portrait.image[far])
    dragged = PhotoRenderer(replace(portrait, matte=None)).warp(swayed(portrait)).image
    change = np.abs(dragged[far].astype(int) - portrait.image[far])
    assert change.mean() > 1  # without a matte it is dragged along


def test_rest_gives_the_picture_back(portrait):
    renderer = PhotoRenderer(portrait)
    frame = renderer.warp(portrait.landmarks).image.astype(float)
    error = np.mean((frame - portrait.image) ** 2)
    assert 10 * np.log10(255**2 / max(error, 1e-9)) > 45


def test_a_matte_of_all_is_as_no_matte(portrait):
    everything = replace(portrait, matte=np.ones_like(portrait.matte))
    frames = [
        PhotoRenderer(each).warp(swayed(portrait)).image.astype(int)
        for each in (everything, replace(portrait, matte=None))
    ]
    assert np.abs(frames[0] - frames[1]).max() <= 2


@pytest.mark.parametrize("size", [200, 480])
def test_a_size_scales_the_matte_with_the_picture(portrait, size):
    renderer = PhotoRenderer(portrait, size)
    frame = renderer.warp(swayed(portrait)).image
    edge = np.s_[:, : size // 12]
    assert_array_equal(frame[edge], renderer._image[edge])


def test_a_matte_of_another_picture_is_refused(portrait):
    with pytest.raises(ImageError, match="matte"):
        replace(portrait, matte=portrait.matte[1:])
    with pytest.raises(ImageError, match="matte"):
        replace(portrait, matte=portrait.matte * 2)
