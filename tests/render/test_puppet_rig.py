"""The puppet rig: neutral landmarks move nothing, a blink does not move the eye."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.landmarks import LOWER_LID, UPPER_LID
from talkinghead.render.puppet_rig import PuppetRig, curve_weights
from talkinghead.types import Puppet

from .pictures import oval_puppet


@pytest.fixture(scope="module")
def puppet() -> Puppet:
    return oval_puppet()


def test_neutral_landmarks_move_nothing(puppet: Puppet) -> None:
    rig = PuppetRig(puppet)
    pose = rig.pose(puppet.closed)
    for matrix in (pose.head, *pose.tusks, *pose.eyes):
        assert_allclose(matrix, np.eye(2, 3), atol=1e-9)
    assert_allclose(pose.vertices, rig.source, atol=1e-9)
    assert pose.lids == (1, 1)
    assert pose.gap == pytest.approx(0, abs=1e-9)


def test_a_blink_does_not_move_the_eye(puppet: Puppet) -> None:
    rig = PuppetRig(puppet)
    shut = puppet.closed.copy()
    shut[UPPER_LID] = shut[LOWER_LID]
    for at_rest, shut_eye in zip(rig.pose(puppet.closed).eyes, rig.pose(shut).eyes, strict=True):
        assert_allclose(shut_eye, at_rest, atol=1e-6)


def test_curves_pass_through_their_landmarks() -> None:
    weights = curve_weights([48, 49, 50, 51], ends=True)
    assert_allclose(weights.sum(axis=1), 1)
    points = np.random.default_rng(2).normal(size=(68, 2))
    assert_allclose((weights @ points)[[0, -1]], points[[48, 51]])
