"""The matte separates person and background; if it would be unreliable there is none."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.face.detectors import load_detector
from talkinghead.face.segmentation import guided_filter, person_matte
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import NOSE_TOP
from talkinghead.media.loading import demo_portrait


@pytest.fixture(scope="module")
def sample():
    image = demo_portrait("astronaut")
    return image, load_detector("mediapipe", "cpu").detect(image)[0].points


def test_a_portrait_is_split_into_person_and_background(sample):
    image, points = sample
    matte = person_matte(image, points)
    assert matte.shape == image.shape[:2]
    assert matte.dtype == np.float32
    assert matte.min() >= 0
    assert matte.max() <= 1
    columns, rows = np.round(points[17:, :2]).astype(int).T
    assert matte[rows, columns].min() > 0.99
    width = np.ptp(points[:, 0])
    x, y = points[NOSE_TOP, :2]
    beside = (np.array([-1.1, 1.1]) * width + x).astype(int)
    assert matte[int(y - 0.3 * width), beside].max() < 0.01
    assert ((matte > 0.05) & (matte < 0.95)).mean() < 0.05


def test_the_matte_does_not_depend_on_the_size_of_the_picture(sample):
    image, points = sample
    half = person_matte(np.ascontiguousarray(image[::2, ::2]), points / 2)
    assert np.abs(half - person_matte(image, points)[::2, ::2]).mean() < 0.02


def test_landmarks_need_no_depth(sample):
    """Without depth no far lens is added; a frontal head has none."""
    image, points = sample
    assert_array_equal(person_matte(image, points[:, :2]), person_matte(image, points))


@pytest.mark.parametrize("kind", ["plain", "noise"])
def test_there_is_no_matte_without_a_person(kind):
    points = (np.array(mean_face()) * 90 + [150, 150, 0]).astype(np.float32)
    image = np.full((300, 300, 3), 128, dtype=np.uint8)
    if kind == "noise":
        image = np.random.default_rng(0).integers(0, 256, image.shape).astype(np.uint8)
    assert person_matte(image, points) is None


def test_there_is_no_matte_without_background(sample):
    image, points = sample
    low, high = points[:, :2].min(axis=0).astype(int), points[:, :2].max(axis=0).astype(int)
    low, high = low + 15, high - 15  # nothing but skin
    close = np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]])
    assert person_matte(close, points - [*low, 0]) is None


def test_the_guided_filter_keeps_values_that_are_linear_in_the_picture():
    guide = np.random.default_rng(0).random((40, 50, 3)).astype(np.float32)
    values = guide @ np.array([0.5, -0.2, 0.3], dtype=np.float32) + np.float32(0.1)
    slope, offset = guided_filter(guide, values, 4, 1e-6)
    assert_allclose((slope * guide).sum(axis=2) + offset, values, atol=1e-3)


def test_the_guided_filter_smooths_where_the_picture_has_no_edge():
    guide = np.full((30, 30, 3), 0.5, dtype=np.float32)
    step = np.zeros((30, 30), dtype=np.float32)
    step[:, 15:] = 1
    slope, offset = guided_filter(guide, step, 3, 1e-3)
    smooth = (slope * guide).sum(axis=2) + offset
    assert np.abs(np.diff(smooth, axis=1)).max() < 0.3
