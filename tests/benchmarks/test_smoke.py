"""Every benchmark runs on little data and prints numbers."""

import importlib.util
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from talkinghead import read_audio, write_video
from talkinghead.media.audio import write_wav
from talkinghead.media.loading import demo_portrait
from talkinghead.train.content import trainer
from talkinghead.train.content.batches import ContentBatches
from talkinghead.train.data import synthetic
from talkinghead.train.data.clips import save_example
from talkinghead.train.data.speech import save_utterance
from talkinghead.types import Clip, Waveform
from tests.train.examples import example, utterance

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a benchmark in this process and returns what it prints."""

    def run(name: str, *words: object) -> str:
        path = ROOT / "benchmarks" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(f"benchmark_{name}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)  # dataclasses look it up
        monkeypatch.setattr(sys, "path", list(sys.path))
        spec.loader.exec_module(module)
        monkeypatch.setattr(sys, "argv", [str(path), *map(str, words)])
        module.main()
        return capfd.readouterr().out

    return run


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Three seconds of speech."""
    audio = read_audio(ROOT / "examples" / "hello_slt.wav")
    write_wav(Waveform(audio.samples[: 3 * audio.rate], audio.rate), tmp_path / "speech.wav")
    return tmp_path / "speech.wav"


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    """Two clips of each of three speakers, one of whom is of the validation split."""
    for number, speaker in enumerate(("ann", "bob", "hd_05") * 2):
        clip = example(frames=30, speaker=speaker, seed=number)
        save_example(clip, tmp_path / "examples" / f"{number}.npz")
    return tmp_path / "examples"


@pytest.fixture
def no_flite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only espeak-ng speaks: flite is not installed everywhere."""
    monkeypatch.setattr(synthetic, "FLITE_SHARE", 0.0)


@pytest.mark.parametrize(
    ("name", "words", "rows"),
    [
        ("batch", "--jobs 1 --seconds 0.3 --size 64 --workers 1", r"identical bit for bit: True"),
        ("branches", "--seconds 3", r"\d MiB"),
        ("cartoon", "--frames 4 --rounds 1", r"\d ms"),
        ("generator", "--frames 4", r"ratio +\d"),
        ("pipeline", "--seconds 0.4 --only=cartoon", r"\d MiB"),
        ("stream", "--seconds 0.5 --only='photo 512'", r"\d MiB"),
        ("live", "--seconds 1.5 --size 64 --source voice", r"drift: [+-]\d+\.\d ms"),
    ],
)
def test_a_benchmark_of_speed_prints_its_table(run: Run, name: str, words: str, rows: str) -> None:
    assert re.search(rows, run(name, *shlex.split(words)))


def test_openings_without_a_voice_and_agreements_with_one_are_printed(
    run: Run, recording: Path
) -> None:
    output = run("music", recording, "--pieces", 1, "--seconds", 3)
    assert re.search(r"music at +0 dB +median \d\.\d+", output)
    assert re.search(r"voice +0 dB over music +spoken -?\d\.\d\d", output), output


def test_damaged_files_are_read_or_refused_in_a_line(run: Run) -> None:
    output = run("damaged_files", "--each", 6)
    found = re.search(r"^(\d+) damaged files .* (\d+) neither", output, re.M)
    assert found is not None, output
    assert int(found[1]) >= 240
    assert found[2] == "0", output


def test_the_agreement_of_a_stream_is_printed(run: Run, recording: Path) -> None:
    assert re.search(r"r [01]\.\d\d", run("stream_agreement", recording))


@pytest.mark.usefixtures("no_flite")
@pytest.mark.parametrize("name", ["articulation", "bilabials", "cues"])
def test_a_benchmark_on_synthetic_speech_prints_shares(run: Run, name: str) -> None:
    assert re.search(r"\d\.\d ?%", run(name, "--utterances", 20))


def test_the_upper_bound_is_printed(run: Run, recording: Path, tmp_path: Path) -> None:
    face = demo_portrait("astronaut")[:256, 96:352]
    frames = [np.roll(face, shift, axis=1) for shift in (0, 1, 2, 1) * 6]
    audio = read_audio(recording)
    write_video(Clip(iter(frames), len(frames), (256, 256), 25, audio), tmp_path / "clip.mp4")
    assert "agree_open" in run("upper_bound", tmp_path)


def test_the_quality_of_each_look_ahead_is_printed(
    run: Run, recording: Path, tmp_path: Path
) -> None:
    face = demo_portrait("astronaut")[:192, 128:320]
    frames = [np.roll(face, shift, axis=1) for shift in (0, 1, 2, 1) * 9]
    clip = Clip(iter(frames), len(frames), (192, 192), 25, read_audio(recording))
    (tmp_path / "data").mkdir()
    write_video(clip, tmp_path / "data" / "clip.mp4")
    output = run("look_ahead", tmp_path / "data", "--ms", 200)
    for row in ("recording", "200 ms"):
        assert re.search(rf"^{row} ", output, re.MULTILINE), output


def test_the_sync_of_rendered_videos_is_printed(run: Run, recording: Path, tmp_path: Path) -> None:
    face = demo_portrait("astronaut")[:192, 128:320]
    frames = [np.roll(face, shift, axis=1) for shift in (0, 1, 2, 1) * 9]
    audio = read_audio(recording)
    (tmp_path / "data").mkdir()
    write_video(
        Clip(iter(frames), len(frames), (192, 192), 25, audio), tmp_path / "data" / "clip.mp4"
    )
    output = run("rendered_sync", tmp_path / "data", "--split", "train")
    for row in ("original", "ours", "true lips"):
        assert re.search(rf"^{row} +-?\d\.\d+ +[01]\.0", output, re.MULTILINE)


def test_the_correlations_of_both_linear_maps_are_printed(run: Run, examples: Path) -> None:
    row = r" +-?[01]\.\d\d / -?[01]\.\d\d  -?[01]\.\d\d / -?[01]\.\d\d\n"
    output = run("predictability", examples, "--min-clips", 2)
    for name, count in (("ann", 2), ("bob", 2), ("hd_05", 2), ("mean folder", 3)):
        assert re.search(rf"^{name} +{count}{row}", output, re.MULTILINE), output


def test_the_metrics_of_a_share_of_the_speakers_are_printed(
    run: Run, examples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def small_batches(*data: Any, size: int, seed: int) -> ContentBatches:
        return ContentBatches(*data, size=2, seed=seed)

    monkeypatch.setattr(trainer, "ContentBatches", small_batches)
    speech = examples.with_name("speech")
    save_utterance(utterance(), speech / "0.npz")
    output = run("more_speakers", examples, speech, "--shares", 0.5, 1, "--steps", 1)
    shares = re.findall(r"^(\d) speakers, 0 minutes: .*r_open -?[01]\.\d+  r_width", output, re.M)
    assert shares == ["1", "2"], output
