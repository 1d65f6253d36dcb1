"""The content branch: as long as the sound, the same in one piece or in steps, able to learn."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from talkinghead.clock import STRIDE
from talkinghead.motion import crisp
from talkinghead.motion.content_branch import REACH, ContentBranch, ContentBranchSize
from talkinghead.motion.predict import predict
from talkinghead.types import FaceShape, SpeechFeatures

SMALL = ContentBranchSize(sound=8, hidden=16, layers=2, wide=12, face=4, look_ahead=5)


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
def test_the_track_is_as_long_as_the_sound(net, face, frames):
    assert len(predict(net, features(frames), face)) == frames


def test_steps_give_what_the_whole_gives(net, face):
    content = torch.randn(1, 20 * STRIDE, 8)
    shape = torch.from_numpy(face.points)[None]
    with torch.inference_mode():
        whole = net(content, shape)
        tail = content[:, -STRIDE:].repeat(1, SMALL.look_ahead, 1)
        tail = content[:, -STRIDE:].reshape(1, 1, -1).repeat(1, SMALL.look_ahead, 1)
        padded = torch.cat([content.reshape(1, 20, -1), tail], dim=1)
        state, parts = None, []
        for step in padded.split(1, dim=1):
            moved, state = net.step(step.reshape(1, STRIDE, 8), shape, state)
            parts.append(moved)
    steps = torch.cat(parts, dim=1)[:, SMALL.look_ahead :]
    torch.testing.assert_close(steps, whole, rtol=1e-4, atol=1e-5)


def test_long_sound_in_blocks_has_no_seam(net, face, monkeypatch):
    heard = features(50)
    whole = predict(net, heard, face)
    monkeypatch.setattr("talkinghead.motion.predict.BLOCK", 7)
    np.testing.assert_allclose(predict(net, heard, face).points, whole.points, atol=1e-5)


def test_nothing_further_than_the_look_ahead_is_heard(net, face):
    early = features(30)
    late = early.heard.copy()
    late[(10 + SMALL.look_ahead + crisp.REACH + 1) * STRIDE :] += 5
    changed = replace(early, heard=late)
    a, b = predict(net, early, face).points, predict(net, changed, face).points
    np.testing.assert_allclose(a[:11], b[:11], atol=1e-6)
    assert np.abs(a[11:] - b[11:]).max() > 1e-3


def test_what_is_shown_is_the_mean_of_two_readers_and_one_knows_only_what_is_near(net, face):
    sound = torch.randn(1, 30 * STRIDE, 8)
    early = sound.clone()
    early[:, : 5 * STRIDE] += 1
    shape = torch.from_numpy(face.points)[None]
    with torch.inference_mode():
        far, near = net.readings(sound, shape)
        far_too, near_too = net.readings(early, shape)
        torch.testing.assert_close(net(sound, shape), (far + near) / 2)
    torch.testing.assert_close(near_too[:, 5 + REACH :], near[:, 5 + REACH :])
    assert (near_too[:, 4 + REACH] - near[:, 4 + REACH]).abs().max() > 1e-4
    assert (far_too[:, 5 + REACH] - far[:, 5 + REACH]).abs().max() > 1e-5


def test_the_net_can_learn_one_batch_by_heart(face):
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
