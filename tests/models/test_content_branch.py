"""The content branch: as long as the audio, the same at once or in steps, able to learn."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from talkinghead.models.content_branch import CONV_CONTEXT, ContentBranch, ContentBranchSize
from talkinghead.motion import predict
from talkinghead.motion.predict import predict_content_motion
from talkinghead.sample_rates import STRIDE
from talkinghead.types import FaceShape, SpeechFeatures

SMALL = ContentBranchSize(
    input_channels=8,
    lstm_channels=16,
    lstm_layers=2,
    conv_channels=12,
    face_channels=4,
    look_ahead=5,
)


def features(frames: int, seed: int = 0) -> SpeechFeatures:
    rng = np.random.default_rng(seed)
    sound = rng.normal(size=(frames * STRIDE - 1, 8)).astype(np.float32)
    return SpeechFeatures(sound, np.ones(frames, np.float32), np.zeros(256, np.float32), sound)


@pytest.fixture
def net() -> ContentBranch:
    torch.manual_seed(0)
    return ContentBranch(SMALL).eval()


@pytest.fixture
def face() -> FaceShape:
    return FaceShape(np.random.default_rng(1).normal(size=(68, 3)).astype(np.float32))


@pytest.mark.parametrize("frames", [1, 2, 3, 40])
def test_the_track_is_as_long_as_the_audio(net, face, frames):
    assert len(predict_content_motion(net, features(frames), face)) == frames


def test_steps_give_what_one_pass_gives(net, face):
    content = torch.randn(1, 20 * STRIDE, 8)
    shape = torch.from_numpy(face.points)[None]
    with torch.inference_mode():
        whole = net(content, shape)
        tail = content[:, -STRIDE:].reshape(1, 1, -1).repeat(1, SMALL.look_ahead, 1)
        padded = torch.cat([content.reshape(1, 20, -1), tail], dim=1)
        state, parts = None, []
        for step in padded.split(1, dim=1):
            moved, state = net.step(step.reshape(1, STRIDE, 8), shape, state)
            parts.append(moved)
    steps = torch.cat(parts, dim=1)[:, SMALL.look_ahead :]
    torch.testing.assert_close(steps, whole, rtol=1e-4, atol=1e-5)


def test_long_audio_in_blocks_has_no_seam(net, face, monkeypatch):
    speech = features(50)
    whole = predict_content_motion(net, speech, face)
    monkeypatch.setattr("talkinghead.motion.predict.PREDICTION_BLOCK", 7)
    np.testing.assert_allclose(
        predict_content_motion(net, speech, face).points, whole.points, atol=1e-5
    )


def test_the_output_depends_on_nothing_beyond_the_look_ahead(net, face):
    early = features(30)
    late = early.encoder_features.copy()
    late[(10 + SMALL.look_ahead + predict.SHARPENING_REACH + 1) * STRIDE :] += 5
    changed = replace(early, encoder_features=late)
    a, b = (
        predict_content_motion(net, early, face).points,
        predict_content_motion(net, changed, face).points,
    )
    np.testing.assert_allclose(a[:11], b[:11], atol=1e-6)
    assert np.abs(a[11:] - b[11:]).max() > 1e-3


def test_the_output_is_the_mean_of_two_branches_of_which_one_is_local(net, face):
    sound = torch.randn(1, 30 * STRIDE, 8)
    early = sound.clone()
    early[:, : 5 * STRIDE] += 1
    shape = torch.from_numpy(face.points)[None]
    with torch.inference_mode():
        lstm, conv = net.branch_outputs(sound, shape)
        changed_lstm, changed_conv = net.branch_outputs(early, shape)
        torch.testing.assert_close(net(sound, shape), (lstm + conv) / 2)
    beyond = 5 + CONV_CONTEXT
    torch.testing.assert_close(changed_conv[:, beyond:], conv[:, beyond:])
    assert (changed_conv[:, beyond - 1] - conv[:, beyond - 1]).abs().max() > 1e-4
    assert (changed_lstm[:, beyond] - lstm[:, beyond]).abs().max() > 1e-5


def test_the_network_can_overfit_one_batch(face):
    torch.manual_seed(0)
    net = ContentBranch(SMALL)
    net.eval()  # without dropout
    content, true = torch.randn(2, 10 * STRIDE, 8), 0.1 * torch.randn(2, 10, 68, 3)
    shape = torch.from_numpy(face.points)[None].expand(2, -1, -1)
    adam = torch.optim.Adam(net.parameters(), lr=1e-2)
    first = last = 0.0
    for step in range(250):
        loss = (net(content, shape) - true).abs().mean()
        adam.zero_grad()
        loss.backward()
        adam.step()
        first, last = (loss.item() if step == 0 else first), loss.item()
    assert last < 0.35 * first
