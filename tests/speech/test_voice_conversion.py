"""Voice conversion: length and loudness of the source, F0 range of the target, no seams."""

import numpy as np
import pytest
import torch

from talkinghead.errors import WeightsError
from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.models.mel import log_mel
from talkinghead.sample_rates import RATE
from talkinghead.speech.f0 import f0_statistics, track_f0
from talkinghead.speech.voice_conversion import VoiceConverter, convert_voice
from talkinghead.types import Waveform

SOURCE, TARGET = np.eye(256, dtype=np.float32)[:2]
TARGET_F0 = (np.log(240.0), 0.1)


class Identity(ContentVoiceModel):
    """Returns the log-mel unchanged for every speaker."""

    def encode_content(self, mel, speaker):
        return mel.unflatten(1, (-1, 2)).flatten(2)

    def decode(self, code, speaker, f0):
        return code.unflatten(-1, (2, 80)).flatten(1, 2)


@pytest.fixture(scope="module")
def identity():
    return Identity(ContentVoiceSize(conv_channels=4, code_channels=4))


@pytest.fixture(scope="module")
def net():
    """Random weights: the context of a chunk matters."""
    torch.manual_seed(0)
    return ContentVoiceModel(ContentVoiceSize(conv_channels=16, code_channels=8)).eval()


def test_the_result_is_as_long_as_the_source_whatever_its_length(identity, voice):
    for samples in (1, 161, 12_345):
        wave = Waveform(voice.samples[8000 : 8000 + samples], RATE)
        converted = convert_voice(identity, wave, SOURCE, TARGET, TARGET_F0)
        assert (converted.samples.size, converted.rate) == (samples, RATE)


def test_f0_moves_to_the_targets_range(identity, voice):
    f0 = track_f0(convert_voice(identity, voice, SOURCE, TARGET, TARGET_F0))
    assert f0_statistics(f0)[0] == pytest.approx(TARGET_F0[0], abs=0.1)


def test_loudness_follows_the_source_whatever_the_network_predicts(net, voice):
    quiet = Waveform(0.05 * voice.samples, RATE)
    converted = convert_voice(net, quiet, SOURCE, TARGET, TARGET_F0)

    def level(wave):
        parts = wave.samples[: wave.samples.size // 1600 * 1600].reshape(-1, 1600)
        return 10 * np.log10((parts**2).mean(axis=1) + 1e-9)

    loud = level(quiet) > level(quiet).max() - 15
    assert np.abs(level(converted) - level(quiet))[loud].mean() < 4
    assert level(converted)[level(quiet) < -85].max() < level(quiet).max() - 30


def test_chunks_have_no_seam(net, voice, monkeypatch):
    monkeypatch.setattr("talkinghead.speech.voice_conversion.vocode", lambda mel, *_: _as_wave(mel))
    whole = convert_voice(net, voice, SOURCE, TARGET, TARGET_F0).samples
    monkeypatch.setattr("talkinghead.speech.voice_conversion.CHUNK", 50)
    monkeypatch.setattr("talkinghead.speech.voice_conversion.CONTEXT", 100)
    parts = convert_voice(net, voice, SOURCE, TARGET, TARGET_F0).samples
    np.testing.assert_allclose(parts, whole, atol=1e-4)


def _as_wave(mel):
    return Waveform(mel.ravel() / 10, RATE)


def test_silence_converts_to_silence(net):
    converted = convert_voice(
        net, Waveform(np.zeros(RATE, np.float32), RATE), SOURCE, TARGET, TARGET_F0
    )
    assert np.abs(log_mel(converted)).max() < 4
    assert np.abs(converted.samples).max() < 0.01


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(WeightsError, match=r"voice\.safetensors"):
        VoiceConverter(ckpt=tmp_path)
