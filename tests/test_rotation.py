"""Rotations have the documented signs, and their inverse recovers the angles."""

import numpy as np
from numpy.testing import assert_allclose

from talkinghead.rotation import euler_to_matrix, matrix_to_euler


def test_yaw_turns_the_nose_right_pitch_lowers_it_and_roll_tilts_clockwise():
    yaw, pitch, roll = euler_to_matrix(np.diag([20.0, 20.0, 20.0]))
    nose = np.array([0.0, 0.0, -1.0])  # towards the viewer
    assert (yaw @ nose)[0] > 0
    assert (pitch @ nose)[1] > 0
    assert (roll @ np.array([1.0, 0.0, 0.0]))[1] > 0


def test_matrices_are_rotations():
    turns = euler_to_matrix(np.random.default_rng(0).uniform(-60, 60, size=(9, 3)))
    assert_allclose(
        turns @ turns.transpose(0, 2, 1), np.broadcast_to(np.eye(3), turns.shape), atol=1e-12
    )
    assert_allclose(np.linalg.det(turns), 1)


def test_angles_are_recovered():
    degrees = np.random.default_rng(0).uniform(-60, 60, size=(20, 3))
    assert_allclose(matrix_to_euler(euler_to_matrix(degrees)), degrees, atol=1e-9)
