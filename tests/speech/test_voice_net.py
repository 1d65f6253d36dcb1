"""The voice network hears no further than it says, and blocks leave no seam."""

import numpy as np
import pytest
import torch

from talkinghead import encoder
from talkinghead.encoder import HALVING
from talkinghead.speech.content_encoder import encode
from talkinghead.speech.voice_net import VoiceNet, VoiceNetSize

SMALL = VoiceNetSize(width=16, code=8)


@pytest.fixture
def net() -> VoiceNet:
    torch.manual_seed(0)
    return VoiceNet(SMALL).eval()


def mel(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(frames, 80)).astype(np.float32)


SPEAKER = np.full(256, 1 / 16, dtype=np.float32)


@pytest.mark.parametrize("frames", [1, 2, 7, 100])
def test_a_code_frame_for_every_two_mel_frames(net, frames):
    assert encode(net, mel(frames), SPEAKER).shape == (-(-frames // HALVING), 8)


def test_blocks_give_what_one_pass_gives(net, monkeypatch):
    sound = mel(501)
    whole = encode(net, sound, SPEAKER)
    monkeypatch.setattr(encoder, "PASS", 90)
    np.testing.assert_allclose(encode(net, sound, SPEAKER), whole, atol=1e-4)


def test_the_future_beyond_the_look_ahead_is_not_heard(net):
    assert net.look_ahead < 30  # 300 ms
    sound, other = mel(300), mel(300)
    other[150 + net.look_ahead + 1 :] += 3
    one, two = encode(net, sound, SPEAKER), encode(net, other, SPEAKER)
    np.testing.assert_allclose(one[:76], two[:76], atol=1e-5)
    assert np.abs(one[77:90] - two[77:90]).max() > 1e-3


def test_the_past_beyond_the_look_back_is_forgotten(net):
    sound, other = mel(400), mel(400)
    other[:100] += 3
    first = -(-(100 + net.look_back) // HALVING)
    one, two = encode(net, sound, SPEAKER), encode(net, other, SPEAKER)
    np.testing.assert_allclose(one[first:], two[first:], atol=1e-5)


def test_code_and_pitch_become_as_many_mel_frames_as_went_in(net):
    speaker = torch.from_numpy(SPEAKER)[None]
    code = net.encode(torch.from_numpy(mel(40))[None], speaker)
    assert net.decode(code, speaker, torch.zeros(1, 40, 2)).shape == (1, 40, 80)
