"""The mouth crop follows the head, contains the open lips and is sampled without aliasing."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.geometry.align import compose_affine, mean_face
from talkinghead.geometry.mouth_crop import (
    crop_square,
    head_stabilised_affine,
    mouth_crop_matrix,
    points_in_crop,
)
from talkinghead.landmarks import INNER_LOWER, MOUTH, OUTER_LOWER

SIDE = 48
WIDTH, HEIGHT, UNIT = 200, 220, 90.0


@pytest.fixture
def face():
    return np.array(mean_face()) * UNIT + [WIDTH / 2, HEIGHT / 2 - 10, 0]


def test_the_crop_moves_with_the_skull(face):
    angle = np.deg2rad(12.0)
    roll = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    centre = face.mean(axis=0)
    moved = (face - centre) @ roll.T * 1.1 + centre + (9.0, -4.0, 0.0)
    matrix = mouth_crop_matrix(face, SIDE)
    in_frame = compose_affine(head_stabilised_affine(face, moved), matrix)
    assert_allclose(points_in_crop(moved, in_frame), points_in_crop(face, matrix), atol=1e-6)


def test_wide_open_lips_lie_inside_the_crop(face):
    opened = face.copy()
    opened[[*INNER_LOWER, *OUTER_LOWER], 1] += 0.2 * UNIT
    lips = points_in_crop(opened, mouth_crop_matrix(face, SIDE))[MOUTH]
    assert (lips > 2).all()
    assert (lips < SIDE - 3).all()


def test_a_margin_is_added_on_every_side(face):
    small, large = mouth_crop_matrix(face, SIDE), mouth_crop_matrix(face, SIDE, 5)
    assert_allclose(points_in_crop(face, large), points_in_crop(face, small) + 5, atol=1e-9)


def test_a_crop_of_a_large_picture_averages_its_pixels(face):
    board = np.indices((8 * HEIGHT, 8 * WIDTH)).sum(axis=0) % 2 * 255
    board = np.repeat(board[..., None], 3, axis=2).astype(np.uint8)
    crop = crop_square(board, mouth_crop_matrix(face * 8, SIDE), SIDE)
    assert abs(crop.astype(int) - 127).max() < 20


@pytest.mark.parametrize("step", [0.5, 1.0, 2.5])
def test_a_crop_of_a_gradient_is_that_gradient(step):
    y, x = np.mgrid[:200, :200].astype(np.float64)
    image = np.repeat((60 + 0.5 * x + 0.2 * y)[..., None], 3, axis=2).round().astype(np.uint8)
    matrix = np.array([[step, 0, 40.0], [0, step, 30.0]])
    v, u = np.mgrid[:40, :40] * step
    expected = 60 + 0.5 * (u + 40) + 0.2 * (v + 30)
    assert_allclose(crop_square(image, matrix, 40)[..., 0], expected, atol=1.2)
