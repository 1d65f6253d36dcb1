"""Registration finds what was done to a face, and undoes it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.errors import FaceError
from talkinghead.geometry.align import face_frame, mean_face, register, similarity
from talkinghead.landmarks import JAW_LEFT, JAW_RIGHT, MIRROR, MOUTH
from talkinghead.rotation import rotations

TURN = rotations(np.array([[15.0, -8.0, 20.0]]))[0]


def test_similarity_finds_the_similarity_that_was_applied():
    source = np.random.default_rng(0).normal(size=(9, 3))
    scale, rotation, shift = similarity(source, 3.0 * source @ TURN.T + [1, 2, 3])
    assert scale == pytest.approx(3)
    assert_allclose(rotation, TURN, atol=1e-9)
    assert_allclose(shift, [1, 2, 3], atol=1e-9)


def test_similarity_never_mirrors():
    source = np.random.default_rng(0).normal(size=(9, 3))
    _, rotation, _ = similarity(source, source * [-1, 1, 1])
    assert np.linalg.det(rotation) == pytest.approx(1)


def test_points_in_one_place_cannot_be_registered():
    with pytest.raises(FaceError, match="coincide"):
        similarity(np.ones((9, 3)), np.ones((9, 3)))


def test_the_mean_face_is_symmetric_and_one_wide():
    face = mean_face()
    assert_allclose(face[MIRROR] * [-1, 1, 1], face, atol=1e-4)
    assert np.linalg.norm(face[JAW_RIGHT] - face[JAW_LEFT]) == pytest.approx(1, abs=1e-3)


def test_a_face_frame_brings_a_placed_face_back_upright():
    placed = 80.0 * mean_face() @ TURN.T + [200, 150, 0]
    frame = face_frame(placed)
    assert frame.scale == pytest.approx(80, rel=1e-3)
    assert_allclose(frame.to_face(placed), mean_face(), atol=2e-3)
    assert_allclose(frame.to_pixels(frame.to_face(placed)), placed, atol=1e-9)


def test_registration_takes_head_motion_out_and_leaves_the_mouth():
    rng = np.random.default_rng(0)
    speaking = np.repeat(mean_face()[None], 30, axis=0)
    speaking[:, MOUTH, 1] += rng.normal(0, 0.02, size=(30, 20))
    turns = rotations(rng.uniform(-20, 20, size=(30, 3)))
    moved = 60.0 * np.einsum("tij,tpj->tpi", turns, speaking) + rng.normal(0, 9, size=(30, 1, 3))
    found = register(moved, mean_face())
    assert_allclose(found.points, speaking, atol=1e-9)
    assert_allclose(found.rotations, turns, atol=1e-9)
    assert_allclose(found.scales, 60)
