"""The speaker branch: as long as the audio, seamless, reproducible, and without lip opening."""

import numpy as np
import pytest
import torch

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import equalize_lip_offsets
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, OUTER_LOWER, OUTER_UPPER
from talkinghead.models.speaker_branch import POSE_LIMITS, SpeakerBranch, SpeakerBranchSize
from talkinghead.motion.predict import add_speaking_style, predict_speaker_motion
from talkinghead.motion.windows import Windows
from talkinghead.types import FaceShape, FaceTrack, SpeechFeatures

SMALL = SpeakerBranchSize(
    content_channels=6,
    stride=2,
    token_channels=16,
    layers=1,
    heads=2,
    speaker_bottleneck=4,
    noise_channels=3,
)


@pytest.fixture(scope="module")
def net() -> SpeakerBranch:
    torch.manual_seed(0)
    net = SpeakerBranch(SMALL)
    with torch.no_grad():
        net.noise_proj.weight.normal_(0, 0.3)
        net.motion_head.weight.normal_(0, 0.1)
        net.gate.weight.normal_(0, 0.1)
        lips = 0.01 * np.random.default_rng(0).normal(size=(4, 68, 3))
        net.lip_modes.copy_(torch.from_numpy(equalize_lip_offsets(lips)))
        net.brow_modes[:, 17:27] = 0.01
    return net.eval()


@pytest.fixture(scope="module")
def voice():
    return np.random.default_rng(5).normal(size=SMALL.speaker_channels).astype(np.float32) / 16


def content(frames, seed=0):
    return np.random.default_rng(seed).normal(size=(frames * 2, 6)).astype(np.float32)


@pytest.mark.parametrize("frames", [1, 2, 255, 256, 257, 500])
def test_as_many_frames_come_out_as_go_in(net, voice, frames):
    motion = predict_speaker_motion(net, content(frames), voice, frames, 0)
    assert motion.pose.shape == (frames, 6)
    assert motion.residual.shape == (frames, 68, 3)


def test_the_last_content_frame_is_held_where_content_ends_early(net, voice):
    motion = predict_speaker_motion(net, content(30)[:-1], voice, 30, 0)
    assert np.isfinite(motion.pose).all()


def test_the_same_seed_gives_the_same_motion_and_another_seed_another(net, voice):
    first, again, other = (
        predict_speaker_motion(net, content(100), voice, 100, s) for s in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.pose, again.pose)
    np.testing.assert_array_equal(first.residual, again.residual)
    assert np.abs(first.pose - other.pose).max() > 0.1


def test_a_longer_recording_starts_with_the_same_motion(net, voice):
    long = predict_speaker_motion(net, content(900), voice, 900, 0)
    short = predict_speaker_motion(net, content(900)[:1200], voice, 600, 0)
    np.testing.assert_allclose(short.pose[:416], long.pose[:416], atol=1e-4)


def test_a_minute_has_no_seam_where_windows_meet(net, voice):
    frames, windows = 1500, Windows()
    pose = predict_speaker_motion(net, content(frames), voice, frames, 0).pose
    steps = np.abs(np.diff(pose, axis=0)) / np.abs(np.diff(pose, axis=0)).mean(axis=0)
    shared = np.zeros(frames - 1, dtype=bool)
    for start, _ in windows.spans(frames):
        shared[max(0, start - 1) : start + windows.overlap] = start > 0
    assert steps[shared].mean() < 1.15 * steps[~shared].mean()
    assert steps[shared].max() < 1.3 * steps[~shared].max()


def test_the_residual_never_opens_the_lips(net, voice):
    motion = predict_speaker_motion(net, content(60), voice, 60, 0)
    assert np.abs(motion.residual[:, 48:68]).max() > 1e-4
    for upper, lower in ((INNER_UPPER, INNER_LOWER), (OUTER_UPPER, OUTER_LOWER)):
        gap_change = motion.residual[:, lower, 1] - motion.residual[:, upper, 1]
        np.testing.assert_allclose(gap_change, 0, atol=1e-6)


def test_the_head_pose_stays_within_its_limits(net, voice):
    with torch.no_grad():
        style = torch.full((1, 8), 6.0)
        unit = net.predict_unit_motion(
            torch.randn(1, 80, 6), torch.from_numpy(voice)[None], torch.randn(1, 40, 15)
        )
        pose = net.denormalize(unit, style).pose
    assert (pose.abs() <= torch.tensor(POSE_LIMITS) + 1e-5).all()


def test_an_empty_embedding_has_the_mean_style(net):
    with torch.no_grad():
        nobody = net.predict_style(torch.zeros(1, SMALL.speaker_channels))
    torch.testing.assert_close(nobody[0], net.style_head.bias)


def test_the_head_moves_more_in_speech_than_in_silence():
    torch.manual_seed(0)
    net = SpeakerBranch(SpeakerBranchSize(token_channels=16, layers=1, heads=2)).eval()
    face = FaceShape(mean_face().astype(np.float32))
    rest = FaceTrack(np.repeat(face.points[None], 1500, axis=0), np.zeros((1500, 6), np.float32))
    content, voice = np.zeros((6000, 80), np.float32), np.zeros(256, np.float32)
    talking, waiting = (
        add_speaking_style(
            rest, net, SpeechFeatures(content, activity, voice, content), face, 1
        ).pose.std(axis=0)
        for activity in (np.ones(1500, np.float32), np.zeros(1500, np.float32))
    )
    assert (talking[:3] > 2 * waiting[:3]).all()
