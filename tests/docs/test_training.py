"""The commands that make training data, train and measure work, on seconds of data.

They run as the pages show them, each on what the ones before it wrote, the networks included. What
differs: the names in FOLDERS stand for folders of this test, the arguments in APPENDED make them
short, a clip gives few pairs and speech of any length a style, and jobs run in this process.
"""

import csv
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any

import cv2
import pytest

from talkinghead import Animator, MotionConfig, read_audio, write_video
from talkinghead.cli import styles
from talkinghead.media.audio import write_wav
from talkinghead.media.loading import demo_portrait
from talkinghead.models import checkpoint
from talkinghead.train.data import pairing, synthetic
from talkinghead.train.data.splits import split_of
from talkinghead.train.speaker import styles as style_speakers
from talkinghead.train.vad import trainer as vad_trainer
from talkinghead.types import Waveform
from talkinghead.workers.engine import LocalEngine
from talkinghead.workers.job_queue import Finished
from tests.docs.commands import ROOT, TRAINING, matching, run

PAGES = ("docs/training.md", "docs/figures.md", "README.md")
FOLDERS = {"SPEECH": "speech.d", "EXAMPLES": "examples.d", "DIR": "DATA/ann"}
APPENDED = {
    "talkinghead train": "--steps 2 --eval-every 2 --batch 4",
    "talkinghead preprocess frame-pairs": "--side 48",
    "talkinghead train translator": (
        "--side 48 --base 8 --steps 7 --eval-every 7"  # 0.9 of 7 leaves one adversarial
    ),
    "talkinghead preprocess speech": "--synthetic 3",
    "talkinghead evaluate speech": "--pairs 4",
    "talkinghead evaluate style": "--pairs 4",
    "talkinghead evaluate render": "--max-frames 6",
    "talkinghead evaluate dub": "--fast --split train",
    "python benchmarks/predictability.py": "--min-clips 2",
}
CLIPS = ("ann", "ann", "bob", "hd_05", "hd_02", "hd_04", "hd_07", "vx_02")  # their speakers
CLIP_SECONDS, RECORDING_SECONDS = 1.4, 0.7
SIDE = 160  # pixels of a clip
# Speakers that read, of each split; `styles choose` needs 16.
READERS = {"train": 16, "validation": 1, "test": 2}


def run_here(
    engine: LocalEngine,
    make_work: Callable[[int], Callable[[Any], Any]],
    jobs: Sequence[Any],
    group_of: object = None,
    should_retry: object = None,
) -> Generator[Finished[Any, Any], None, None]:
    """In place of `LocalEngine.run`: a process would import all libraries again."""
    work = make_work(0)
    for job in jobs:
        yield Finished(job, work(job))


def cut(wave: Waveform, start: float, seconds: float) -> Waveform:
    """A part of a recording."""
    first = round(start * wave.rate)
    return Waveform(wave.samples[first : first + round(seconds * wave.rate)], wave.rate)


def make_data(folder: Path) -> None:
    """Talking clips with a manifest, and recordings named like LibriSpeech's."""
    recordings = [read_audio(path) for path in sorted((ROOT / "examples").glob("*.wav"))]
    animator = Animator(refine=False)
    rows = []
    for number, speaker in enumerate(CLIPS):
        image = demo_portrait(("astronaut", "grace_hopper")[number // 2 % 2])
        image = cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        wave = cut(recordings[number % 2], number / 2, CLIP_SECONDS)
        clip = animator(image, wave, motion_config=MotionConfig(seed=number))
        path = folder / speaker / f"{number}.mp4"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_video(clip, path)
        rows.append([path.relative_to(folder), speaker, "speech"])
    with (folder / "manifest.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["path", "identity", "sound"], *rows])
    (folder / "librispeech").mkdir()
    for split, count in READERS.items():
        readers = [n for n in range(99) if split_of(f"librispeech/{n}") == split][:count]
        for number, reader in enumerate(readers):
            wave = cut(recordings[number % 2], number / 4, RECORDING_SECONDS)
            write_wav(wave, folder / "librispeech" / f"{reader}-1-1.wav")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's folder with DATA, as the working directory; weights are those in its ckpt/."""
    make_data(tmp_path / "DATA")
    (tmp_path / "examples").mkdir()  # what styles are measured with
    wave = cut(read_audio(ROOT / "examples" / "hello_slt.wav"), 0, CLIP_SECONDS)
    write_wav(wave, tmp_path / "examples" / "hello.wav")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(checkpoint, "FOLDER", tmp_path / "ckpt")
    monkeypatch.setattr(LocalEngine, "run", run_here)
    monkeypatch.setattr(synthetic, "FLITE_SHARE", 0.0)  # it is not installed everywhere
    monkeypatch.setattr(pairing, "MAX_PAIRS", 12)
    monkeypatch.setattr(styles, "asset_folder", lambda name: tmp_path / name)
    monkeypatch.setattr(vad_trainer, "VALIDATION_ROWS", 4)
    monkeypatch.setattr(style_speakers, "MIN_SECONDS", RECORDING_SECONDS)
    return tmp_path


def arguments(words: tuple[str, ...]) -> tuple[str, ...]:
    """A command as it is run here."""
    shown = " ".join(words)
    appended = [
        word
        for start, more in APPENDED.items()
        if shown.startswith(f"{start} ") and words[2] != "list"
        for word in more.split()
    ]
    return (*(FOLDERS.get(word, word) for word in words), *appended)


@pytest.mark.slow
def test_shown_trainings_and_evaluations_work_in_their_order(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    commands = sorted(matching(TRAINING), key=lambda command: PAGES.index(command.page))
    assert commands
    for command in commands:
        words = arguments(command.words)
        status, output, errors = run(words, capfd)
        assert status == 0, f"{command}: {errors}"
        assert output.strip(), command
        assert "left out" not in errors, f"{command}: {errors}"
        assert "skipped" not in output, f"{command}: {output}"
        if "--out" in words:
            assert (folder / words[words.index("--out") + 1]).stat().st_size > 1000, command
