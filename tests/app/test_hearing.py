"""`evaluate voice` from utterances on disk to a table, JSON and a picture."""

import json
from pathlib import Path

import numpy as np
import pytest

from talkinghead import weights
from talkinghead.clock import HOP
from talkinghead.speech.voice_net import VoiceNet, VoiceNetSize
from talkinghead.train.speech import Utterance, save_utterance
from talkinghead.train.splits import split_of
from talkinghead.types import Waveform


@pytest.fixture
def ckpt(tmp_path: Path) -> Path:
    """A small voice network that learnt nothing."""
    size = VoiceNetSize(width=8, code=4)
    card = {"size": size.as_dict()}
    weights.save(VoiceNet(size), tmp_path / "ckpt" / "voice.safetensors", card)
    return tmp_path / "ckpt"


@pytest.fixture
def data(tmp_path: Path, voice: Waveform) -> Path:
    """Two voices of the training split and two of the test split, five seconds each."""
    test = [n for n in range(99) if split_of(f"librispeech/{n}") == "test"][:2]
    rng = np.random.default_rng(0)
    for number in (*test, *(n for n in range(99) if split_of(f"librispeech/{n}") == "train")):
        samples = np.resize(voice.samples[number * 100 :], 5 * 16_000)
        count = samples.size // HOP
        phones = rng.integers(0, 40, count).astype(np.int8)
        one = Utterance(
            samples, phones, np.zeros(count, np.float32), np.zeros(256, np.float32),
            f"librispeech/{number}", f"librispeech/{number}-1-1",
        )  # fmt: skip
        save_utterance(one, tmp_path / "data" / f"{one.source}.npz")
        if number > 20:
            break
    return tmp_path / "data"


def test_a_folder_of_utterances_is_measured_and_drawn(cli, ckpt: Path, data: Path, tmp_path: Path):
    out, picture = tmp_path / "voice.json", tmp_path / "confusion.png"
    status, text, err = cli(
        "evaluate", "voice", data, "--ckpt", ckpt, "--json", "--out", out,
        "--confusion", picture, "--pairs", 1, "--device", "cpu", "--quiet",
    )  # fmt: skip
    assert (status, err) == (0, [])
    report = json.loads(text)
    assert report == json.loads(out.read_text())
    assert report["speakers"] == {"librispeech": 2}
    assert 0 <= report["mean"]["phone_accuracy"] < 0.2  # the labels are chance
    assert -2 < report["mean"]["conversion"] < 2
    assert picture.stat().st_size > 1_000


def test_data_without_held_out_voices_and_a_missing_network_are_one_line(
    cli, ckpt: Path, data: Path, tmp_path: Path
):
    status, _, err = cli("evaluate", "voice", data, "--ckpt", tmp_path, "--quiet")
    assert status == 2
    assert len(err) == 1
    assert "voice.safetensors" in err[0]
    for path in data.rglob("*.npz"):
        path.unlink()
    status, _, err = cli("evaluate", "voice", data, "--ckpt", ckpt, "--quiet", "--pairs", 0)
    assert status == 2
    assert "preprocess speech" in err[0]
