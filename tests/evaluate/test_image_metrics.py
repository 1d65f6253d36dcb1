"""Image metrics of known pictures, and the regions that they are measured in."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.evaluate import image_metrics
from talkinghead.geometry.align import mean_face

from .synthetic_clips import babble, nodding, speaking

SIDE = 96


@pytest.fixture
def points():
    return nodding(speaking(babble(12)))


def test_psnr_of_a_known_error():
    black = np.zeros((8, 8, 3), np.uint8)
    assert_allclose(image_metrics.psnr(black, black + 255), 0)
    assert_allclose(image_metrics.psnr(black, black + 1), 20 * np.log10(255), atol=1e-9)
    assert image_metrics.psnr(black, black) == image_metrics.MAX_PSNR
    half = np.zeros((8, 8), bool)
    half[:4] = True
    damaged = black.copy()
    damaged[4:] = 255
    assert image_metrics.psnr(black, damaged, half) == image_metrics.MAX_PSNR


def test_mouth_box_holds_the_mouth_and_stays_in_the_picture(points):
    rows, columns = image_metrics.mouth_box(points[0], SIDE, SIDE)
    mouth = points[0, 48:68, :2]
    box = np.array([columns.stop - columns.start, rows.stop - rows.start])
    assert (np.abs(box - 1.5 * np.ptp(mouth, axis=0)) <= 2).all()
    rows, columns = image_metrics.mouth_box(points[0] + 60, SIDE, SIDE)
    assert rows.stop == SIDE
    assert columns.stop == SIDE


def test_the_head_is_larger_than_the_face():
    face = mean_face() * 80 + 128
    outside_face = image_metrics.outside_face(face, 256, 256)
    outside_head = image_metrics.outside_head(face, 256, 256)
    assert not (outside_head & ~outside_face).any()
    assert outside_face.sum() > outside_head.sum() > 0
    inside = np.round(face[:, :2]).astype(int)
    assert not outside_head[inside[:, 1], inside[:, 0]].any()
