"""The speaker branch: as long as the sound, seamless, seeded, and never in the way of the lips."""

import numpy as np
import pytest
import torch

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import gapless
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, OUTER_LOWER, OUTER_UPPER
from talkinghead.motion.predict import speaker_motion, with_manner
from talkinghead.motion.speaker_branch import LIMITS, SpeakerBranch, SpeakerBranchSize
from talkinghead.motion.windows import Windows
from talkinghead.types import FaceShape, FaceTrack, SpeechFeatures

SMALL = SpeakerBranchSize(content=6, stride=2, width=16, layers=1, heads=2, voice=4, chance=3)


@pytest.fixture(scope="module")
def net() -> SpeakerBranch:
    torch.manual_seed(0)
    net = SpeakerBranch(SMALL)
    with torch.no_grad():
        net.drift.weight.normal_(0, 0.3)
        net.move.weight.normal_(0, 0.1)
        net.govern.weight.normal_(0, 0.1)
        lips = 0.01 * np.random.default_rng(0).normal(size=(4, 68, 3))
        net.lip_modes.copy_(torch.from_numpy(gapless(lips)))
        net.brow_modes[:, 17:27] = 0.01
    return net.eval()


@pytest.fixture(scope="module")
def voice():
    return np.random.default_rng(5).normal(size=SMALL.speaker).astype(np.float32) / 16


def content(frames, seed=0):
    return np.random.default_rng(seed).normal(size=(frames * 2, 6)).astype(np.float32)


@pytest.mark.parametrize("frames", [1, 2, 255, 256, 257, 500])
def test_as_many_frames_come_out_as_go_in(net, voice, frames):
    made = speaker_motion(net, content(frames), voice, frames, 0)
    assert made.pose.shape == (frames, 6)
    assert made.residual.shape == (frames, 68, 3)


def test_sound_that_ends_early_is_held(net, voice):
    made = speaker_motion(net, content(30)[:-1], voice, 30, 0)
    assert np.isfinite(made.pose).all()


def test_the_same_seed_is_the_same_take_and_another_seed_another(net, voice):
    first, again, other = (speaker_motion(net, content(100), voice, 100, s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first.pose, again.pose)
    np.testing.assert_array_equal(first.residual, again.residual)
    assert np.abs(first.pose - other.pose).max() > 0.1


def test_a_longer_recording_begins_like_a_shorter_one(net, voice):
    long = speaker_motion(net, content(900), voice, 900, 0)
    short = speaker_motion(net, content(900)[:1200], voice, 600, 0)
    np.testing.assert_allclose(short.pose[:416], long.pose[:416], atol=1e-4)


def test_a_minute_has_no_seam_where_windows_meet(net, voice):
    frames, windows = 1500, Windows()
    pose = speaker_motion(net, content(frames), voice, frames, 0).pose
    steps = np.abs(np.diff(pose, axis=0)) / np.abs(np.diff(pose, axis=0)).mean(axis=0)
    shared = np.zeros(frames - 1, dtype=bool)
    for start, _ in windows.spans(frames):
        shared[max(0, start - 1) : start + windows.overlap] = start > 0
    assert steps[shared].mean() < 1.15 * steps[~shared].mean()
    assert steps[shared].max() < 1.3 * steps[~shared].max()


def test_no_pair_of_lips_is_moved_apart(net, voice):
    made = speaker_motion(net, content(60), voice, 60, 0)
    assert np.abs(made.residual[:, 48:68]).max() > 1e-4
    for upper, lower in ((INNER_UPPER, INNER_LOWER), (OUTER_UPPER, OUTER_LOWER)):
        apart = made.residual[:, lower, 1] - made.residual[:, upper, 1]
        np.testing.assert_allclose(apart, 0, atol=1e-6)


def test_the_head_stays_within_its_limits(net, voice):
    with torch.no_grad():
        manner = torch.full((1, 8), 6.0)
        unit = net.unit(
            torch.randn(1, 80, 6), torch.from_numpy(voice)[None], torch.randn(1, 40, 15)
        )
        pose = net.ranged(unit, manner).pose
    assert (pose.abs() <= torch.tensor(LIMITS) + 1e-5).all()


def test_nobodys_voice_has_the_mean_manner(net):
    with torch.no_grad():
        nobody = net.manner_of(torch.zeros(1, SMALL.speaker))
    torch.testing.assert_close(nobody[0], net.manner.bias)


def test_the_head_moves_more_in_speech_than_in_silence():
    torch.manual_seed(0)
    net = SpeakerBranch(SpeakerBranchSize(width=16, layers=1, heads=2)).eval()
    face = FaceShape(mean_face().astype(np.float32))
    rest = FaceTrack(np.repeat(face.points[None], 1500, axis=0), np.zeros((1500, 6), np.float32))
    content, voice = np.zeros((6000, 80), np.float32), np.zeros(256, np.float32)
    talking, waiting = (
        with_manner(rest, net, SpeechFeatures(content, activity, voice, content), face, 1).pose.std(
            axis=0
        )
        for activity in (np.ones(1500, np.float32), np.zeros(1500, np.float32))
    )
    assert (talking[:3] > 2 * waiting[:3]).all()
