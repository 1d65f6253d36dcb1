"""Post-processing closes lips in silence, scales motion, and is a function of the seed."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.config import MotionConfig
from talkinghead.geometry.mouth import mouth_opening, mouth_width
from talkinghead.landmarks import LOWER_LID, UPPER_LID
from talkinghead.motion.lip_constraints import SEAL_GAP
from talkinghead.motion.postprocess import (
    FrameControls,
    apply_controls,
    bridge_pauses,
    closure_thresholds,
    postprocess,
    speech_gates,
)
from talkinghead.types import FaceTrack
from tests.motion.tracks import FACE, speaking

SPOKEN, NEAR_SPEECH = slice(0, 20), slice(23, 29)  # frames
QUIET = MotionConfig(still=True, blink=0)


def test_silence_keeps_the_face_neutral():
    still = postprocess(speaking(), FACE, np.zeros(100), QUIET)
    assert_allclose(still.points, np.broadcast_to(FACE.points, still.points.shape), atol=1e-6)


@pytest.mark.parametrize("amount", [2, 4])
def test_silent_lips_near_speech_move_but_show_no_gap(amount):
    activity = np.zeros(100)
    activity[SPOKEN] = 1
    track = postprocess(
        speaking(),
        FACE,
        activity,
        MotionConfig(amp_lip_x=amount, amp_lip_y=amount, still=True, blink=0),
    )
    assert mouth_opening(track.points)[22:].max() < SEAL_GAP
    spoken, silent = (np.ptp(mouth_width(track.points)[part]) for part in (SPOKEN, NEAR_SPEECH))
    assert 0.05 < silent / spoken < 0.15
    assert_allclose(track.points[40:], np.broadcast_to(FACE.points, (60, 68, 3)), atol=1e-6)


@pytest.mark.parametrize(("start", "stop"), [(0, 100), (5, 106)])
def test_natural_amplitudes_keep_a_wide_open_mouth(start, stop):
    """Even if a clip begins and ends with a wide-open mouth."""
    whole = speaking(110)
    track = FaceTrack(whole.points[start:stop], whole.pose[start:stop])
    same = postprocess(track, FACE, np.ones(stop - start), QUIET)
    # These lips touch in a tenth of the frames, a little less often than people's.
    assert mouth_opening(same.points).max() == pytest.approx(
        mouth_opening(track.points).max(), rel=0.1
    )


@pytest.mark.parametrize(("amount", "ratio"), [(1, 0.5), (4, 2)])
def test_lips_move_in_proportion_to_the_amplitude(amount, ratio):
    natural = postprocess(speaking(), FACE, np.ones(100), QUIET)
    changed = postprocess(
        speaking(),
        FACE,
        np.ones(100),
        MotionConfig(amp_lip_x=amount, amp_lip_y=amount, still=True, blink=0),
    )
    assert mouth_opening(changed.points).max() == pytest.approx(
        ratio * mouth_opening(natural.points).max(), rel=0.05
    )
    assert np.ptp(mouth_width(changed.points)) == pytest.approx(
        ratio * np.ptp(mouth_width(natural.points)), rel=0.05
    )


@pytest.mark.parametrize("bias", [-0.03, 0.03])
def test_a_constant_offset_of_the_opening_is_removed(bias):
    track = speaking()
    points = track.points.copy()
    points[:, [65, 66, 67], 1] += bias
    points[:, 55:60, 1] += bias
    result = postprocess(FaceTrack(points, track.pose), FACE, np.ones(100), QUIET)
    assert_allclose(mouth_opening(result.points), mouth_opening(track.points), atol=0.012)


def test_the_same_seed_gives_the_same_motion_and_another_seed_another():
    activity = np.ones(500)
    track = speaking(500)
    first, second = (postprocess(track, FACE, activity, MotionConfig(seed=7)) for _ in range(2))
    other = postprocess(track, FACE, activity, MotionConfig(seed=8))
    assert_array_equal(first.points, second.points)
    assert np.abs(first.points - other.points).max() > 0.01  # the blinks


def test_still_holds_the_head_but_not_the_eyes():
    turned = replace(speaking(500), pose=np.full((500, 6), 4, np.float32))
    track = postprocess(turned, FACE, np.ones(500), MotionConfig(still=True))
    assert not track.pose.any()
    lids = track.points[:, LOWER_LID, 1] - track.points[:, UPPER_LID, 1]
    assert lids.min() < 0.2 * lids.max()


def test_head_motion_scales_with_amp_pos():
    turned = replace(speaking(), pose=np.full((100, 6), 4, np.float32))
    first, half = (
        postprocess(turned, FACE, np.ones(100), MotionConfig(amp_pos=a)) for a in (1.0, 0.5)
    )
    assert_allclose(half.pose, first.pose / 2, rtol=1e-5)


def test_lips_close_in_a_bilabial():
    closure = np.zeros((100, 2))
    closure[35, 0] = 1
    open_opening = mouth_opening(postprocess(speaking(), FACE, np.ones(100), QUIET).points)
    closed_opening = mouth_opening(
        postprocess(speaking(), FACE, np.ones(100), QUIET, lip_closure=closure).points
    )
    assert open_opening[35] > 0.03
    assert closed_opening[35] < 0.001
    assert_allclose(np.delete(closed_opening, 35), np.delete(open_opening, 35), atol=1e-6)


def test_lips_open_in_a_vowel():
    shut = replace(speaking(), points=np.repeat(FACE.points[None], 100, axis=0))
    closure = np.zeros((100, 2))
    closure[35, 1] = 1
    opening = mouth_opening(
        postprocess(shut, FACE, np.ones(100), QUIET, lip_closure=closure).points
    )
    assert opening[35] > 0.02
    assert_allclose(np.delete(opening, 35), 0, atol=1e-6)


def test_short_pauses_are_bridged_and_long_ones_kept():
    activity = np.ones(60)
    activity[10:14] = 0
    activity[30:50] = 0
    activity[55:] = 0  # a clip cut where nobody happens to speak
    filled = bridge_pauses(activity, 7)
    assert_array_equal(filled[30:50], 0)
    assert_array_equal(np.delete(filled, np.s_[30:50]), 1)
    assert_array_equal(bridge_pauses(np.zeros(5), 7), 0)


def test_each_frame_is_constrained_on_its_own(rng):
    """So a stream, frame by frame, gets the same result as a recording."""
    track = replace(speaking(30), pose=rng.normal(size=(30, 6)).astype(np.float32))
    config = MotionConfig(amp_brow=2.0, amp_pos=1.5, yaw=(10.0,))
    shares = rng.uniform(size=(6, 30))
    controls = FrameControls(0.02 * shares[0], *shares[1:4], shares[4:].T)
    whole = apply_controls(track, FACE, config, controls)
    for frame in range(30):
        at = slice(frame, frame + 1)
        part = apply_controls(
            FaceTrack(track.points[at], track.pose[at]), FACE, config,
            FrameControls(0.02 * shares[0, at], *shares[1:4, at], shares[4:, at].T),
        )  # fmt: skip
        assert_array_equal(part.points[0], whole.points[frame])
        assert_array_equal(part.pose[0], whole.pose[frame])


def test_gates_depend_on_two_seconds_around_a_frame():
    """So a stream, which knows that much, gates its lips as a recording does."""
    activity = np.random.default_rng(3).uniform(size=40).repeat(np.arange(1, 41))
    whole = np.array(speech_gates(activity, 25.0))
    for frame in range(60, len(activity) - 60, 7):
        around = activity[frame - 50 : frame + 51]
        assert_allclose(np.array(speech_gates(around, 25.0))[:, 50], whole[:, frame], atol=1e-6)


def test_the_closure_threshold_is_the_opening_of_a_mouth_that_never_closes():
    opening = np.where(np.arange(500) % 5 < 1, 0.02, 0.1)
    assert_allclose(closure_thresholds(opening, np.ones(500), 25.0), 0.02, atol=1e-6)
    assert not closure_thresholds(opening[:40], np.ones(40), 25.0).any()
