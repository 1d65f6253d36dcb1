"""Alignment recovers the transform that was applied to a face, and inverts it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.errors import FaceError
from talkinghead.geometry.align import (
    affine_scale,
    align_track,
    apply_affine,
    compose_affine,
    face_frame,
    fit_similarity,
    mean_face,
    translation,
)
from talkinghead.landmarks import JAW_LEFT, JAW_RIGHT, MIRROR, MOUTH
from talkinghead.rotation import euler_to_matrix

TURN = euler_to_matrix(np.array([[15.0, -8.0, 20.0]]))[0]


def test_similarity_recovers_the_applied_similarity():
    source = np.random.default_rng(0).normal(size=(9, 3))
    scale, rotation, shift = fit_similarity(source, 3.0 * source @ TURN.T + [1, 2, 3])
    assert scale == pytest.approx(3)
    assert_allclose(rotation, TURN, atol=1e-9)
    assert_allclose(shift, [1, 2, 3], atol=1e-9)


def test_similarity_never_mirrors():
    source = np.random.default_rng(0).normal(size=(9, 3))
    _, rotation, _ = fit_similarity(source, source * [-1, 1, 1])
    assert np.linalg.det(rotation) == pytest.approx(1)


def test_coinciding_points_cannot_be_aligned():
    with pytest.raises(FaceError, match="coincide"):
        fit_similarity(np.ones((9, 3)), np.ones((9, 3)))


def test_the_mean_face_is_symmetric_and_one_wide():
    face = mean_face()
    assert_allclose(face[MIRROR] * [-1, 1, 1], face, atol=1e-4)
    assert np.linalg.norm(face[JAW_RIGHT] - face[JAW_LEFT]) == pytest.approx(1, abs=1e-3)


def test_a_face_frame_turns_a_placed_face_upright():
    placed = 80.0 * mean_face() @ TURN.T + [200, 150, 0]
    frame = face_frame(placed)
    assert frame.scale == pytest.approx(80, rel=1e-3)
    assert_allclose(frame.to_face(placed), mean_face(), atol=2e-3)
    assert_allclose(frame.to_pixels(frame.to_face(placed)), placed, atol=1e-9)


def test_an_aligned_track_has_no_head_motion_and_keeps_the_mouth():
    rng = np.random.default_rng(0)
    speaking = np.repeat(mean_face()[None], 30, axis=0)
    speaking[:, MOUTH, 1] += rng.normal(0, 0.02, size=(30, 20))
    turns = euler_to_matrix(rng.uniform(-20, 20, size=(30, 3)))
    moved = 60.0 * np.einsum("tij,tpj->tpi", turns, speaking) + rng.normal(0, 9, size=(30, 1, 3))
    aligned = align_track(moved, mean_face())
    assert_allclose(aligned.points, speaking, atol=1e-9)
    assert_allclose(aligned.rotations, turns, atol=1e-9)
    assert_allclose(aligned.scales, 60)


def test_a_composed_affine_applies_the_first_then_the_second():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 2, 3))
    points = rng.normal(size=(7, 2))
    expected = apply_affine(second, apply_affine(first, points))
    assert_allclose(apply_affine(compose_affine(second, first), points), expected)


def test_affine_scale_is_the_ratio_of_lengths():
    turn = TURN[:2, :2] / np.sqrt(np.linalg.det(TURN[:2, :2]))
    assert affine_scale(np.column_stack([3 * turn, [5, 6]])) == pytest.approx(3)
    assert affine_scale(translation(np.array([4.0, 5.0]))) == pytest.approx(1)
