"""Laws of a head that stands still while its face speaks."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import CHIN, JAW, NOSE_BASE, NOSE_TIP, STABLE
from talkinghead.render.steady import rounded, steadied
from talkinghead.rotation import rotations

UNIT = 200.0


@pytest.fixture
def head():
    return np.array(mean_face()) * UNIT + [300, 200, 0]


def hair(head):
    return head.mean(axis=0) + np.array([[-0.7, -1.0, 0], [0.7, -1.0, 0], [0, -1.3, 0]]) * UNIT


def moved(fit, points):
    scale, turn, shift = fit
    return scale * points @ turn.T + shift


def test_a_wrinkled_nose_does_not_move_the_hair(head):
    speaking = head.copy()
    speaking[[NOSE_TIP, NOSE_BASE], 1] -= 0.004 * UNIT
    fit = steadied(head[STABLE], speaking[STABLE], UNIT)
    assert np.abs(moved(fit, hair(head)) - hair(head)).max() < 0.001 * UNIT


@pytest.mark.parametrize("degrees", [(5, 0, 0), (0, -4, 0), (0, 0, 6), (8, 3, -3)])
def test_a_head_that_turns_is_followed(head, degrees):
    turn = rotations(np.array([degrees], dtype=float))[0]
    there = (head - head.mean(axis=0)) @ turn.T + head.mean(axis=0) + [4, -3, 0]
    fit = steadied(head[STABLE], there[STABLE], UNIT)
    assert_allclose(moved(fit, head), there, atol=0.005 * UNIT)


def test_motion_grows_without_a_jump_and_never_turns_back(head):
    ways = [
        moved(steadied(head[STABLE], head[STABLE] + [x, 0, 0], UNIT), head)[0, 0] - head[0, 0]
        for x in np.linspace(0, 0.04 * UNIT, 41)
    ]
    steps = np.diff(ways)
    assert steps.min() >= 0
    assert steps.max() < 2 * 0.001 * UNIT


def test_a_head_at_rest_is_at_rest(head):
    scale, turn, shift = steadied(head[STABLE], head[STABLE], UNIT)
    assert_allclose(scale, 1)
    assert_allclose(turn, np.eye(3), atol=1e-9)
    assert_allclose(shift, 0, atol=1e-9)


def test_a_chin_that_falls_takes_the_jaw_along():
    falling = np.zeros((68, 3))
    falling[CHIN, 1] = 10.0
    jaw = rounded(falling)[JAW, 1]
    assert 3 < jaw[8] < 8
    assert jaw[7] == jaw[9] > 1
    assert_allclose(jaw.sum(), 10.0)


def test_what_moves_evenly_is_left_as_it_is():
    even = np.zeros((68, 3))
    even[JAW] = [1.5, -2.0, 0.5]
    even[60:68, 1] = np.arange(8)
    assert_allclose(rounded(even), even)
