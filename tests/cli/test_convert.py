"""`talkinghead convert`: any two recordings in, a wav out, mistakes in one line."""

import json

import numpy as np
import pytest
import torch

from talkinghead.media.audio import read_audio, write_wav
from talkinghead.models import checkpoint
from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.sample_rates import RATE
from talkinghead.types import Waveform


@pytest.fixture(autouse=True)
def quick_ears(monkeypatch):
    """Everybody who is heard is the same person: the real encoder takes seconds to begin."""

    def hears(wave):
        return np.eye(256, dtype=np.float32)[0] * bool(wave.samples.any())

    monkeypatch.setattr("talkinghead.speech.voice_conversion.SpeakerEncoder", lambda device: hears)


@pytest.fixture(scope="module")
def voice_ckpt(tmp_path_factory):
    """A folder with a small random voice network."""
    folder = tmp_path_factory.mktemp("ckpt")
    torch.manual_seed(0)
    net = ContentVoiceModel(ContentVoiceSize(conv_channels=8, code_channels=4))
    checkpoint.save(net, folder / "voice.safetensors", {"size": net.size.as_dict()})
    return folder


def test_the_result_is_a_wav_as_long_as_the_source(cli, voice_file, voice_ckpt, tmp_path):
    out = tmp_path / "new" / "out.wav"
    words = ("convert", voice_file, voice_file, "-o", out, "--ckpt", voice_ckpt)
    status, printed, err = cli(*words, "--progress", "json")
    assert (status, printed) == (0, f"{out}\n")
    assert json.loads(err[-1])["event"] == "success"
    assert read_audio(out).samples.size == read_audio(voice_file).samples.size
    assert [file.name for file in out.parent.iterdir()] == ["out.wav"]


def test_a_target_without_a_voice_is_named(cli, voice_file, voice_ckpt, tmp_path):
    silent = tmp_path / "silent.wav"
    write_wav(Waveform(np.zeros(RATE, np.float32), RATE), silent)
    out = tmp_path / "out.wav"
    status, _, err = cli("convert", voice_file, silent, "-o", out, "--ckpt", voice_ckpt)
    assert (status, len(err)) == (2, 1)
    assert "silent.wav" in err[0]
    assert not out.exists()


@pytest.mark.parametrize(
    ("source", "target", "out", "named"),
    [
        ("no.wav", "voice", "out.wav", "no.wav"),
        ("voice", "no.wav", "out.wav", "no.wav"),
        ("voice", "voice", "out.mp3", "name it .wav"),
        ("voice", "voice", "voice", "would replace"),
        ("voice", "voice", "out.wav", "voice.safetensors"),
    ],
)
def test_mistakes_are_one_line(cli, voice_file, tmp_path, source, target, out, named):
    places = {"voice": voice_file}
    paths = [places.get(name, tmp_path / name) for name in (source, target, out)]
    status, printed, err = cli("convert", *paths[:2], "-o", paths[2], "--ckpt", tmp_path)
    assert (status, printed, len(err)) == (2, "", 1), err
    assert named in err[0]
