"""Prediction is the same in one pass and in parts; fast motion is sharpened, slow motion kept."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.models.content_branch import ContentBranch, ContentBranchSize
from talkinghead.models.speaker_branch import SpeakerBranch, SpeakerBranchSize
from talkinghead.motion.predict import (
    SHARPENING_REACH,
    ContentPredictor,
    denormalize_motion,
    predict_content_motion,
    predict_speaker_motion,
    predict_window,
    sharpen,
    style_vector,
)
from talkinghead.motion.windows import Windows, noise
from talkinghead.types import SpeechFeatures
from tests.motion.tracks import FACE


@pytest.mark.parametrize(
    ("period", "least", "most"), [(100, 1.0, 1.02), (8, 1.2, 1.4), (4, 1.6, 1.9)]
)
def test_faster_motion_is_amplified_more(period, least, most):
    wave = np.sin(2 * np.pi * (np.arange(400) + 0.5) / period)[:, None, None]
    ratio = np.ptp(sharpen(wave)[50:-50]) / np.ptp(wave[50:-50])
    assert least <= ratio <= most


def test_a_constant_displacement_is_kept():
    held = np.full((30, 68, 3), 0.05, np.float32)
    assert_allclose(sharpen(held), held, atol=1e-7)
    assert sharpen(held).dtype == np.float32


def test_sharpening_shifts_nothing_in_time():
    pulse = np.zeros((41, 1, 1))
    pulse[20] = 1
    assert sharpen(pulse)[:, 0, 0].argmax() == 20
    assert_allclose(sharpen(pulse), sharpen(pulse)[::-1])


def test_a_sharpened_frame_depends_on_its_neighbours_only(rng):
    offsets = rng.normal(size=(40, 68, 3)).astype(np.float32)
    whole = sharpen(offsets)
    for frame in range(SHARPENING_REACH, 40 - SHARPENING_REACH):
        part = sharpen(offsets[frame - SHARPENING_REACH : frame + SHARPENING_REACH + 1])
        assert_array_equal(part[SHARPENING_REACH], whole[frame])


@pytest.fixture(scope="module")
def content_branch() -> ContentBranch:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return ContentBranch(ContentBranchSize(lstm_channels=16)).eval()


@pytest.mark.parametrize("step", [1, 3, 50])
def test_content_motion_does_not_depend_on_how_features_are_split(content_branch, rng, step):
    stride, ahead = content_branch.size.stride, content_branch.size.look_ahead
    features = rng.normal(size=(40 * stride, 80)).astype(np.float32)
    activity, speaker = np.ones(40, np.float32), np.zeros(256, np.float32)
    whole = predict_content_motion(
        content_branch, SpeechFeatures(features, activity, speaker, features), FACE
    )
    predictor = ContentPredictor(content_branch, FACE)
    held = np.concatenate([features, np.repeat(features[-1:], ahead * stride, axis=0)])
    parts = [
        predictor(held[start * stride : (start + step) * stride])
        for start in range(0, 40 + ahead, step)
    ]
    points = FACE.points + sharpen(np.concatenate(parts))
    assert_allclose(points, whole.points, atol=1e-6)


def test_one_window_of_the_speaker_branch_is_a_short_recording(rng):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        net = SpeakerBranch(
            SpeakerBranchSize(content_channels=8, token_channels=16, layers=1, heads=2)
        ).eval()
    frames = Windows().width
    content = rng.normal(size=(frames * net.size.stride, 8)).astype(np.float32)
    speaker = rng.normal(size=256).astype(np.float32) / 16
    whole = predict_speaker_motion(net, content, speaker, frames, seed=5)
    window = predict_window(net, content, speaker, noise(5, 0, frames, net.size.noise_channels))
    motion = denormalize_motion(net, window, style_vector(net, speaker))
    assert_array_equal(motion.pose, whole.pose)
    assert_array_equal(motion.residual, whole.residual)
    assert motion.mouth_range == whole.mouth_range
