import numpy as np
import pytest
import torch

from talkinghead.clock import RATE
from talkinghead.errors import WeightsError
from talkinghead.speech.convert import VoiceConverter, convert
from talkinghead.speech.mel import log_mel
from talkinghead.speech.pitch import pitch_statistics, track_pitch
from talkinghead.speech.voice_net import VoiceNet, VoiceNetSize
from talkinghead.types import Waveform

SOMEBODY, ANOTHER = np.eye(256, dtype=np.float32)[:2]
HIGH = (np.log(240.0), 0.1)


class Parrot(VoiceNet):
    """Repeats the mel as it is, whoever speaks."""

    def encode(self, mel, speaker):
        return mel.unflatten(1, (-1, 2)).flatten(2)

    def decode(self, code, speaker, pitch):
        return code.unflatten(-1, (2, 80)).flatten(1, 2)


@pytest.fixture(scope="module")
def parrot():
    return Parrot(VoiceNetSize(width=4, code=4))


@pytest.fixture(scope="module")
def net():
    """Random, but it hears: the blocks' context matters."""
    torch.manual_seed(0)
    return VoiceNet(VoiceNetSize(width=16, code=8)).eval()


def test_the_result_is_as_long_as_the_source_whatever_its_length(parrot, voice):
    for samples in (1, 161, 12_345):
        wave = Waveform(voice.samples[8000 : 8000 + samples], RATE)
        made = convert(parrot, wave, SOMEBODY, ANOTHER, HIGH)
        assert (made.samples.size, made.rate) == (samples, RATE)


def test_the_melody_moves_to_the_target_register(parrot, voice):
    found = track_pitch(convert(parrot, voice, SOMEBODY, ANOTHER, HIGH))
    assert pitch_statistics(found)[0] == pytest.approx(HIGH[0], abs=0.1)


def test_loudness_follows_the_source_whatever_the_network_says(net, voice):
    quiet = Waveform(0.05 * voice.samples, RATE)
    made = convert(net, quiet, SOMEBODY, ANOTHER, HIGH)

    def level(wave):
        parts = wave.samples[: wave.samples.size // 1600 * 1600].reshape(-1, 1600)
        return 10 * np.log10((parts**2).mean(axis=1) + 1e-9)

    loud = level(quiet) > level(quiet).max() - 15
    assert np.abs(level(made) - level(quiet))[loud].mean() < 4
    assert level(made)[level(quiet) < -85].max() < level(quiet).max() - 30


def test_no_seam_where_the_network_heard_blocks(net, voice, monkeypatch):
    monkeypatch.setattr("talkinghead.speech.convert.vocode", lambda mel, *_: _as_wave(mel))
    whole = convert(net, voice, SOMEBODY, ANOTHER, HIGH).samples
    monkeypatch.setattr("talkinghead.speech.convert.BLOCK", 50)
    monkeypatch.setattr("talkinghead.speech.convert.MARGIN", 100)
    parts = convert(net, voice, SOMEBODY, ANOTHER, HIGH).samples
    np.testing.assert_allclose(parts, whole, atol=1e-4)


def _as_wave(mel):
    return Waveform(mel.ravel() / 10, RATE)


def test_silence_converts_to_silence(net):
    made = convert(net, Waveform(np.zeros(RATE, np.float32), RATE), SOMEBODY, ANOTHER, HIGH)
    assert np.abs(log_mel(made)).max() < 4
    assert np.abs(made.samples).max() < 0.01


def test_missing_weights_say_where_they_should_be(tmp_path):
    with pytest.raises(WeightsError, match=r"voice\.safetensors"):
        VoiceConverter(ckpt=tmp_path)
