"""Closing a mouth makes the lips meet, is idempotent, and changes nothing else."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import (
    close_mouth,
    down_axis,
    lip_gaps,
    mouth_opening,
    mouth_width,
    uncross_lips,
)
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, OUTER_LOWER, OUTER_UPPER


def face(gap=0.0, dims=3):
    points = np.array(mean_face()[:, :dims])
    middle = (points[INNER_UPPER] + points[INNER_LOWER]) / 2
    points[INNER_UPPER], points[INNER_LOWER] = middle, middle
    points[INNER_LOWER, 1] += gap
    points[OUTER_LOWER, 1] += gap
    return points


def rolled(points, degrees):
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    out = points.copy()
    out[:, :2] = points[:, :2] @ turn.T
    return out


def test_opening_and_width_follow_their_definitions():
    points = face(gap=0.1)
    assert_allclose(mouth_opening(points), 0.1)
    assert_allclose(mouth_width(points), np.linalg.norm(points[54] - points[48]))
    assert mouth_opening(np.stack([points, points])).shape == (2,)


@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("degrees", [0, 30, -100])
def test_a_closed_mouth_has_lips_that_just_meet(dims, degrees):
    closed = close_mouth(rolled(face(gap=0.12, dims=dims), degrees))
    assert_allclose(closed[INNER_UPPER], closed[INNER_LOWER], atol=1e-12)


def test_closing_is_idempotent():
    closed = close_mouth(face(gap=0.15))
    assert_array_equal(close_mouth(closed), closed)


def test_closing_keeps_the_thickness_of_the_lips():
    opened = face(gap=0.1)
    closed = close_mouth(opened)
    for outer, inner in [(OUTER_UPPER, INNER_UPPER), (OUTER_LOWER, INNER_LOWER)]:
        before = opened[outer[2]] - opened[inner[1]]
        assert_allclose(closed[outer[2]] - closed[inner[1]], before, atol=1e-12)


def test_lips_meet_closer_to_the_upper_lip():
    opened = face(gap=0.1)
    closed = close_mouth(opened)
    assert_allclose(closed[62, 1] - opened[62, 1], 0.035, atol=1e-9)


def test_a_closed_mouth_is_unchanged():
    points = face(gap=0.005).astype(np.float32)
    assert_array_equal(close_mouth(points), points)
    assert close_mouth(points).dtype == np.float32


def test_the_jaw_follows_a_yawn_but_not_a_smile():
    yawn, smile = face(gap=0.25), face(gap=0.04)
    assert close_mouth(yawn)[8, 1] < yawn[8, 1] - 0.05
    assert_array_equal(close_mouth(smile)[8], smile[8])
    assert_array_equal(close_mouth(yawn)[[0, 16]], yawn[[0, 16]])


def test_a_batch_of_faces_closes_like_each_face_alone():
    stack = np.stack([face(gap=0.2), face(gap=0.0), face(gap=0.06)])
    assert_allclose(close_mouth(stack), [close_mouth(points) for points in stack], atol=1e-12)


@pytest.mark.parametrize("degrees", [0, 45])
def test_uncrossed_lips_are_never_crossed(degrees):
    points = rolled(face(gap=-0.03), degrees)
    assert (lip_gaps(points) < -0.02).all()
    assert_allclose(lip_gaps(uncross_lips(points)), 0, atol=1e-12)
    assert_allclose(uncross_lips(points).mean(axis=0), points.mean(axis=0))


def test_uncrossing_leaves_an_open_mouth_unchanged():
    points = face(gap=0.05)
    assert_array_equal(uncross_lips(points), points)


def test_the_down_axis_points_from_brow_to_chin():
    points = rolled(face(), 70)
    assert down_axis(points) @ (points[8] - points[27]) > 0
    assert_allclose(np.linalg.norm(down_axis(points)), 1)
