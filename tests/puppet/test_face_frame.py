"""A puppet's face frame maps to its closed pose, open poses close, and mouth gain is limited."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.errors import PuppetError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import lip_gaps
from talkinghead.landmarks import JAW_LEFT, JAW_RIGHT, MOUTH, NOSE_TOP
from talkinghead.puppet.face_frame import MAX_GAIN, close_pose, mouth_gain, open_pose, puppet_face
from talkinghead.types import FaceTrack, Layer, Puppet
from tests.puppet.drawing import drawn_points


@pytest.fixture
def puppet() -> Puppet:
    points = mean_face()[:, :2] * 300 + (256, 200)
    head = Layer("head", np.zeros((512, 512, 4), np.uint8))
    return Puppet("plain", {"head": head}, points, points)


def test_the_neutral_face_is_placed_on_the_closed_pose(puppet: Puppet) -> None:
    face, frame = puppet_face(puppet)
    track = FaceTrack(face.points[None], np.zeros((1, 6)))
    assert_allclose(frame.place(track).points[0, :, :2], puppet.closed, atol=1e-3)


def test_a_puppets_face_is_one_wide_with_the_nose_top_at_the_origin(puppet: Puppet) -> None:
    points = puppet_face(puppet)[0].points
    assert_allclose(np.linalg.norm(points[JAW_RIGHT, :2] - points[JAW_LEFT, :2]), 1, atol=1e-6)
    assert_allclose(points[NOSE_TOP, :2], 0, atol=1e-6)


def test_a_human_mouth_needs_no_gain(puppet: Puppet) -> None:
    assert_allclose(mouth_gain(puppet), 1, atol=1e-6)


def test_a_wider_mouth_moves_further_up_to_a_limit(puppet: Puppet) -> None:
    gains = []
    for width in (1.3, 5.0):
        closed = puppet.closed.copy()
        closed[MOUTH, 0] = 256 + (closed[MOUTH, 0] - 256) * width
        gains.append(mouth_gain(replace(puppet, closed=closed))[0])
    assert_allclose(gains, [1.3, MAX_GAIN], rtol=1e-3)


def test_the_gain_of_the_record_takes_precedence(puppet: Puppet) -> None:
    assert mouth_gain(replace(puppet, meta={"mouth_gain": [0.7, 2.5]})) == (0.7, 2.5)


def test_a_face_without_width_is_refused(puppet: Puppet) -> None:
    with pytest.raises(PuppetError, match="two ends of the jaw"):
        puppet_face(replace(puppet, closed=puppet.closed * 0))


def test_an_open_pose_can_be_closed_again():
    points = drawn_points()
    assert_allclose(lip_gaps(close_pose(open_pose(points))), 0, atol=1e-9)
