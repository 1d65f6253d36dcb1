"""Motion is transferred from the reference; angles are interpolated without overshoot."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.config import MotionConfig
from talkinghead.errors import InputError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.motion.blink import close_eyelids
from talkinghead.motion.postprocess import postprocess
from talkinghead.motion.transfer import (
    interpolate_angles,
    ping_pong_indices,
    transfer_eyelids,
    transfer_pose,
)
from talkinghead.types import FaceShape, FaceTrack

FACE = FaceShape(close_mouth(mean_face()).astype(np.float32))


def nodding(frames: int) -> FaceTrack:
    """Nods twice a second and blinks once, in the middle."""
    points = np.repeat(FACE.points[None], frames, axis=0)
    closure = np.zeros(frames)
    closure[frames // 2 : frames // 2 + 3] = 1
    pose = np.zeros((frames, 6), np.float32)
    pose[:, 1] = 8 * np.sin(np.arange(frames) / 6)
    return FaceTrack(close_eyelids(points, closure), pose)


@pytest.mark.parametrize("length", [1, 2, 7])
def test_a_short_reference_is_played_back_and_forth(length):
    indices = ping_pong_indices(length, 30)
    assert indices.min() == 0
    assert indices.max() == length - 1
    assert np.abs(np.diff(indices)).max() <= 1


def test_the_pose_of_a_long_reference_is_transferred_unchanged():
    reference = nodding(100)
    assert_allclose(transfer_pose(reference, 80), reference.pose[:80], atol=0.5)


def test_blinks_are_transferred_at_the_times_of_the_reference():
    closure = transfer_eyelids(nodding(100), 100)
    assert closure[51] == 1
    assert closure[:48].max() == 0


def test_a_reference_pose_replaces_the_predicted_one():
    track = FaceTrack(np.repeat(FACE.points[None], 60, axis=0), np.full((60, 6), 9.0, np.float32))
    styled = postprocess(track, FACE, np.ones(60), MotionConfig(), pose_reference=nodding(60))
    assert_allclose(styled.pose, nodding(60).pose, atol=0.5)


@pytest.mark.parametrize("keys", [(0, 10, -5), (20,), (3, 3), ()])
def test_angles_pass_through_the_given_ones_and_never_overshoot(keys):
    angles = interpolate_angles(keys, 101)
    assert len(angles) == 101
    for place, key in zip(np.linspace(0, 100, max(len(keys), 1)), keys, strict=False):
        assert angles[int(place)] == pytest.approx(key)
    assert angles.max() <= max((*keys, 0))
    assert angles.min() >= min((*keys, 0))


def test_a_still_head_still_turns_to_given_angles():
    track = FaceTrack(np.repeat(FACE.points[None], 50, axis=0), np.ones((50, 6), np.float32))
    styled = postprocess(track, FACE, np.ones(50), MotionConfig(still=True, yaw=(0, 15)))
    assert_allclose(styled.pose[[0, -1], 0], [0, 15], atol=1e-5)
    assert not styled.pose[:, 1:].any()


def test_an_angle_out_of_range_is_refused():
    with pytest.raises(InputError, match="yaw must lie in"):
        MotionConfig(yaw=(0, 90))


def test_brows_move_in_proportion_to_their_amount():
    points = np.repeat(FACE.points[None], 30, axis=0)
    points[:, 17:27, 1] -= 0.03
    track = FaceTrack(points, np.zeros((30, 6), np.float32))
    one, none = (postprocess(track, FACE, np.ones(30), MotionConfig(amp_brow=a)) for a in (1, 0))
    assert_allclose(one.points[:, 17:27], points[:, 17:27], atol=1e-6)
    assert_allclose(none.points[:, 17:27], points[:, 17:27] + [0, 0.03, 0], atol=1e-6)
