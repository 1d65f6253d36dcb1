"""The content-voice model depends on no more than its receptive field, and chunks have no seam."""

import numpy as np
import pytest
import torch

from talkinghead.models import conv_encoder
from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.speech.content_encoder import encode_content

SMALL = ContentVoiceSize(conv_channels=16, code_channels=8)


@pytest.fixture
def net() -> ContentVoiceModel:
    torch.manual_seed(0)
    return ContentVoiceModel(SMALL).eval()


def mel(frames: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(frames, 80)).astype(np.float32)


SPEAKER = np.full(256, 1 / 16, dtype=np.float32)


@pytest.mark.parametrize("frames", [1, 2, 7, 100])
def test_a_code_frame_for_every_two_mel_frames(net, frames):
    assert encode_content(net, mel(frames), SPEAKER).shape == (-(-frames // SUBSAMPLING), 8)


def test_chunks_give_what_one_pass_gives(net, monkeypatch):
    sound = mel(501)
    whole = encode_content(net, sound, SPEAKER)
    monkeypatch.setattr(conv_encoder, "CHUNK", 90)
    np.testing.assert_allclose(encode_content(net, sound, SPEAKER), whole, atol=1e-4)


def test_the_future_beyond_the_look_ahead_has_no_effect(net):
    assert net.look_ahead < 30  # 300 ms
    sound, other = mel(300), mel(300)
    other[150 + net.look_ahead + 1 :] += 3
    one, two = encode_content(net, sound, SPEAKER), encode_content(net, other, SPEAKER)
    np.testing.assert_allclose(one[:76], two[:76], atol=1e-5)
    assert np.abs(one[77:90] - two[77:90]).max() > 1e-3


def test_the_past_beyond_the_look_back_has_no_effect(net):
    sound, other = mel(400), mel(400)
    other[:100] += 3
    first = -(-(100 + net.look_back) // SUBSAMPLING)
    one, two = encode_content(net, sound, SPEAKER), encode_content(net, other, SPEAKER)
    np.testing.assert_allclose(one[first:], two[first:], atol=1e-5)


def test_the_decoder_returns_as_many_mel_frames_as_were_encoded(net):
    speaker = torch.from_numpy(SPEAKER)[None]
    code = net.encode_content(torch.from_numpy(mel(40))[None], speaker)
    assert net.decode(code, speaker, torch.zeros(1, 40, 2)).shape == (1, 40, 80)
