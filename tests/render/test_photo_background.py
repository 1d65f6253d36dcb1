"""The photo renderer with a matte: the person moves, the background does not."""

from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.errors import ImageError
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LOWER, OUTER_LOWER
from talkinghead.render.photo import PhotoRenderer
from talkinghead.types import Portrait

SIZE = (300, 320)  # width, height


@pytest.fixture(scope="module")
def portrait():
    """A smooth head before fine stripes, and its matte."""
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


def test_the_background_does_not_move_with_the_head(portrait):
    frame = PhotoRenderer(portrait).warp(swayed(portrait)).image
    far = cv2.dilate((portrait.matte > 0).astype(np.uint8), np.ones((21, 21))) == 0
    assert_array_equal(frame[far], portrait.image[far])
    dragged = PhotoRenderer(replace(portrait, matte=None)).warp(swayed(portrait)).image
    change = np.abs(dragged[far].astype(int) - portrait.image[far])
    assert change.mean() > 1  # without a matte it is dragged along


def test_the_landmarks_of_the_portrait_reproduce_the_picture(portrait):
    renderer = PhotoRenderer(portrait)
    frame = renderer.warp(portrait.landmarks).image.astype(float)
    error = np.mean((frame - portrait.image) ** 2)
    assert 10 * np.log10(255**2 / max(error, 1e-9)) > 45


def test_a_matte_of_ones_is_like_no_matte(portrait):
    everything = replace(portrait, matte=np.ones_like(portrait.matte))
    frames = [
        PhotoRenderer(variant).warp(swayed(portrait)).image.astype(int)
        for variant in (everything, replace(portrait, matte=None))
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


def moving_region(portrait):
    """(h, w) bool: the person, and the margin that a swaying head may reach."""
    region = cv2.dilate((portrait.matte > 0.02).astype(np.uint8), np.ones((17, 17), np.uint8))
    return region > 0


def psnr(frames, picture, where):
    error = np.mean([(frame[where].astype(float) - picture[where]) ** 2 for frame in frames])
    return 99.0 if error == 0 else 10 * np.log10(255**2 / error)


def test_the_background_of_a_swaying_speaker_is_that_of_the_picture(portrait):
    """Its error is below that of a lossy codec at 40 dB."""
    renderer = PhotoRenderer(portrait)
    frames = [
        renderer.warp(open_mouth(portrait, gap) + np.array([*shift, 0])).image
        for gap, shift in [(0.0, (3, 1)), (0.1, (-4, 2)), (0.2, (2, -5))]
    ]
    assert psnr(frames, portrait.image, ~moving_region(portrait)) > 45


def test_with_a_still_head_only_the_face_changes(portrait):
    """Neck, shoulders and background neither move nor flicker with the mouth."""
    renderer = PhotoRenderer(portrait)
    frames = [renderer.warp(open_mouth(portrait, gap)).image for gap in (0.0, 0.08, 0.16)]
    below = portrait.landmarks[8, 1] + 0.5 * 80
    rows = np.arange(SIZE[1])[:, None] * np.ones(SIZE[0]) > below
    outside = rows | ~moving_region(portrait)
    changes = [np.abs(b.astype(int) - a)[outside].mean() for a, b in pairwise(frames)]
    assert max(changes) < 0.05
    assert psnr(frames, portrait.image, outside) > 45


def open_mouth(portrait, gap):
    points = portrait.landmarks.copy()
    for group, share in [(INNER_LOWER, 1.0), (OUTER_LOWER, 1.0), ([7, 8, 9], 0.7)]:
        points[group, 1] += share * gap * 80
    return points
