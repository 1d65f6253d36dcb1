"""`talkinghead evaluate speech` and `style`: from prepared data to a table, JSON and a plot."""

import json
from pathlib import Path

import numpy as np
import pytest

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.models import checkpoint
from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.sample_rates import HOP
from talkinghead.train.data.clips import Example, save_example
from talkinghead.train.data.speech import Utterance, save_utterance
from talkinghead.train.data.splits import split_of
from talkinghead.types import Waveform

SPEAKERS = ("grid_s2", "hd_02", "hd_04", "vx_02")  # of the test split


@pytest.fixture
def ckpt(tmp_path: Path) -> Path:
    """A small untrained content-voice model."""
    size = ContentVoiceSize(conv_channels=8, code_channels=4)
    card = {"size": size.as_dict()}
    checkpoint.save(ContentVoiceModel(size), tmp_path / "ckpt" / "voice.safetensors", card)
    return tmp_path / "ckpt"


@pytest.fixture
def data(tmp_path: Path, voice: Waveform) -> Path:
    """Two speakers of the training split and two of the test split, five seconds each."""
    test = [n for n in range(99) if split_of(f"librispeech/{n}") == "test"][:2]
    rng = np.random.default_rng(0)
    for number in (*test, *(n for n in range(99) if split_of(f"librispeech/{n}") == "train")):
        samples = np.resize(voice.samples[number * 100 :], 5 * 16_000)
        count = samples.size // HOP
        phones = rng.integers(0, 40, count).astype(np.int8)
        utterance = Utterance(
            samples, phones, np.zeros(count, np.float32), np.zeros(256, np.float32),
            f"librispeech/{number}", f"librispeech/{number}-1-1",
        )  # fmt: skip
        save_utterance(utterance, tmp_path / "data" / f"{utterance.source}.npz")
        if number > 20:
            break
    return tmp_path / "data"


def test_a_folder_of_utterances_is_measured_and_drawn(cli, ckpt: Path, data: Path, tmp_path: Path):
    out, picture = tmp_path / "voice.json", tmp_path / "confusion.png"
    status, text, err = cli(
        "evaluate", "speech", data, "--ckpt", ckpt, "--json", "--out", out,
        "--confusion", picture, "--pairs", 1, "--device", "cpu", "--quiet",
    )  # fmt: skip
    assert (status, err) == (0, [])
    report = json.loads(text)
    assert report == json.loads(out.read_text())
    assert report["speakers"] == {"librispeech": 2}
    assert 0 <= report["mean"]["phone_accuracy"] < 0.2  # the labels are chance
    assert -2 < report["mean"]["conversion"] < 2
    assert picture.stat().st_size > 1_000


def test_data_without_held_out_speakers_and_a_missing_network_are_one_line(
    cli, ckpt: Path, data: Path, tmp_path: Path
):
    status, _, err = cli("evaluate", "speech", data, "--ckpt", tmp_path, "--quiet")
    assert status == 2
    assert len(err) == 1
    assert "voice.safetensors" in err[0]
    for path in data.rglob("*.npz"):
        path.unlink()
    status, _, err = cli("evaluate", "speech", data, "--ckpt", ckpt, "--quiet", "--pairs", 0)
    assert status == 2
    assert "preprocess speech" in err[0]


def test_every_metric_is_reported_for_the_held_out_speakers(cli, voice, tiny_ckpt, tmp_path):
    face = close_mouth(mean_face()).astype(np.float32)
    for number, speaker in enumerate((*SPEAKERS, "grid_s1")):
        pose = np.zeros((50, 6), np.float32)
        pose[:, 0] = number * np.sin(np.arange(50) / 5)
        points = np.repeat(face[None], 50, axis=0)
        example = Example(points, pose, voice.samples, speaker, f"x/{speaker}.mp4")
        save_example(example, tmp_path / "data" / f"{speaker}.npz")
    words = ("evaluate", "style", tmp_path / "data", "--json", "--pairs", 2, "--ckpt", tiny_ckpt)
    status, out, _ = cli(*words)
    assert status == 0
    report = json.loads(out)
    assert report["speakers"] == sorted(SPEAKERS)
    assert set(report["metrics"]["yaw"]) == {"rank", "ratio", "swap"}
    assert report["metrics"]["mouth"]["swap"] is None  # no two mouths are apart


def test_too_few_speakers_are_refused(cli, voice, tiny_ckpt, tmp_path):
    face = close_mouth(mean_face()).astype(np.float32)
    points = np.repeat(face[None], 50, axis=0)
    example = Example(points, np.zeros((50, 6), np.float32), voice.samples, "hd_02", "x/y.mp4")
    save_example(example, tmp_path / "data" / "a.npz")
    status, _, err = cli("evaluate", "style", tmp_path / "data", "--ckpt", tiny_ckpt)
    assert status == 2
    assert "one speaker" in err[-1]
