"""Content encoders: the same content from audio, from its log-mel and from a stream."""

import numpy as np
import pytest
import torch

from talkinghead.errors import WeightsError
from talkinghead.models import checkpoint
from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.models.mel import log_mel
from talkinghead.sample_rates import FRAME_SAMPLES, motion_frames
from talkinghead.speech.content_encoder import (
    ContentEncoder,
    ContentVoiceEncoder,
    LogMelEncoder,
    load_content_voice,
)
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.types import Array

SPEAKER = np.full(256, 1 / 16, np.float32)


def small_model() -> ContentVoiceModel:
    torch.manual_seed(0)
    return ContentVoiceModel(ContentVoiceSize(conv_channels=8, code_channels=4)).eval()


@pytest.fixture(params=["log-mel", "content-voice"])
def encoder(request: pytest.FixtureRequest) -> ContentEncoder:
    if request.param == "log-mel":
        return LogMelEncoder()
    return ContentVoiceEncoder(small_model(), SpeakerEncoder())


def test_a_recording_and_its_log_mel_have_the_same_content(encoder, voice):
    content = encoder(voice, SPEAKER)
    assert content.shape == (round(voice.seconds * encoder.fps), encoder.channels)
    assert content.dtype == np.float32
    np.testing.assert_array_equal(encoder.encode(log_mel(voice), SPEAKER), content)


def test_a_stream_has_the_content_of_the_recording(encoder, voice):
    mel = log_mel(voice)
    stream = encoder.open_stream()
    parts: list[Array] = [stream(part, SPEAKER, False) for part in np.array_split(mel, 23)]
    parts.append(stream(mel[:0], SPEAKER, True))
    np.testing.assert_allclose(np.concatenate(parts), encoder.encode(mel, SPEAKER), atol=1e-4)


def test_lip_closure_has_a_row_for_every_motion_frame_begun(encoder, voice):
    content = encoder(voice, SPEAKER)
    for samples in (1, FRAME_SAMPLES, FRAME_SAMPLES + 1, voice.samples.size):
        closure = encoder.lip_closure(content, samples)
        assert closure.shape == (motion_frames(samples), 2)
        assert closure.min() >= 0
        assert closure.max() <= 1


def test_only_the_expected_content_voice_model_is_loaded(tmp_path):
    net = small_model()
    path = tmp_path / "voice.safetensors"
    checkpoint.save(net, path, {"size": net.size.as_dict()})
    assert load_content_voice(path, expected=checkpoint.identity(path)).size == net.size
    with pytest.raises(WeightsError, match="not the content-voice model"):
        load_content_voice(path, expected="0" * 64)
