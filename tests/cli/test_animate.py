"""A picture and a recording become a video in which the mouth, and only it, moves with speech."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import numpy as np
import pytest

from talkinghead.landmarks import MOUTH
from talkinghead.media.audio import write_wav
from talkinghead.media.image import read_image
from talkinghead.media.video_reader import probe_video, read_video
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import RATE
from talkinghead.types import Array, Waveform

SIZE = 256
FPS = 25
STILL = ("--still", "--blink", 0)
QUIET_TIME = slice(round(0.95 * FPS), round(1.1 * FPS))  # of the voice, clear of any fade
SPOKEN_TIME = slice(round(0.25 * FPS), round(0.6 * FPS))


def stream_seconds(path: Path) -> dict[str, float]:
    with av.open(str(path)) as container:
        return {s.type: float(s.duration * s.time_base) for s in container.streams}


def check_streams(path: Path, size: tuple[int, int], seconds: float, fps: float) -> None:
    info = probe_video(path)
    assert info.size == size
    assert info.fps == fps
    assert (info.video_codec, info.audio_codec) == ("h264", "aac")
    lengths = stream_seconds(path)
    assert abs(lengths["video"] - seconds) <= 1 / fps
    assert abs(lengths["audio"] - seconds) <= 1 / fps


def mouth_box(points: Array) -> tuple[slice, slice]:
    """Rows and columns of the mouth and what its opening may move: lips, chin and cheeks."""
    low, high = points[MOUTH, :2].min(axis=0), points[MOUTH, :2].max(axis=0)
    wide = high[0] - low[0]
    left, right, top = int(low[0] - wide), int(high[0] + wide), int(low[1] - wide)
    return slice(max(0, top), int(high[1] + 1.6 * wide)), slice(max(0, left), right)


def motion(frames: Array) -> float:
    """Largest mean absolute difference from the first frame, in grey levels."""
    return float(np.abs(frames.astype(float) - frames[0]).mean(axis=(1, 2, 3)).max())


def psnr(frames: Array, other: Array) -> float:
    return float(10 * np.log10(255**2 / np.mean((frames.astype(float) - other) ** 2)))


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    return Animator(ckpt=tiny_ckpt, device="cpu")


def mouth_in(animator: Animator, kind: str) -> tuple[slice, slice]:
    subject = animator.photo("astronaut") if kind == "photo" else animator.cartoon("wilk")
    points = subject.frame.to_pixels(subject.face.points)
    return mouth_box(points * SIZE / max(subject.renderer.size))


@pytest.mark.parametrize(("kind", "who"), [("photo", "astronaut"), ("cartoon", "wilk")])
def test_the_mouth_moves_with_speech_and_nothing_else_does(
    cli, animator, voice, voice_file, tiny_ckpt, tmp_path, kind, who
):
    out = tmp_path / "new" / "folder" / "out.mp4"
    words = (kind, who, voice_file, "-o", out, "--size", SIZE, "--ckpt", tiny_ckpt, *STILL)
    status, printed, err = cli(*words)
    assert (status, err) == (0, [])
    assert printed.splitlines() == [str(out)]
    assert [path.name for path in out.parent.iterdir()] == ["out.mp4"]
    check_streams(out, (SIZE, SIZE), voice.seconds, FPS)

    frames = read_video(out).frames
    rows, columns = mouth_in(animator, kind)
    mouth = frames[:, rows, columns]
    quiet, spoken = mouth[QUIET_TIME], mouth[SPOKEN_TIME]
    assert motion(quiet) < 0.5
    assert np.abs(spoken.astype(float) - quiet[0]).mean(axis=(1, 2, 3)).max() > 4 * motion(quiet)
    assert np.abs(spoken.astype(float) - quiet[0]).mean() > 0.5
    rest = frames.copy()
    rest[:, rows, columns] = 0
    assert psnr(rest, rest[0]) > 40


def test_silence_keeps_the_mouth_closed(cli, animator, tiny_ckpt, tmp_path):
    silence, out = tmp_path / "silence.wav", tmp_path / "out.mp4"
    write_wav(Waveform(np.zeros(RATE, np.float32), RATE), silence)
    words = ("photo", "astronaut", silence, "-o", out, "--size", SIZE, "--ckpt", tiny_ckpt)
    assert cli(*words, *STILL)[0] == 0
    assert motion(read_video(out).frames) < 0.5


def test_frame_rate_size_and_drawing_follow_the_options(
    cli, voice, voice_file, tiny_ckpt, tmp_path
):
    out = tmp_path / "out.mp4"
    words = ("photo", "astronaut", voice_file, "-o", out, "--size", 64, "--ckpt", tiny_ckpt)
    assert cli(*words, "--fps", 12.5, "--side-by-side")[0] == 0
    check_streams(out, (128, 64), voice.seconds, 12.5)


def test_json_progress_reports_start_frames_and_success(cli, voice_file, tiny_ckpt, tmp_path):
    out = tmp_path / "out.mp4"
    words = ("cartoon", "wilk", voice_file, "-o", out, "--size", 64, "--ckpt", tiny_ckpt)
    status, printed, err = cli(*words, "--progress", "json")
    events = [json.loads(line) for line in err]
    assert status == 0
    assert printed.strip() == str(out)
    first, *between, last = events
    assert first == {"event": "start", "frames": 50, "fps": 25.0, "size": [64, 64]}
    assert {event["event"] for event in between} == {"progress"}
    assert between[-1]["frame"] == between[-1]["frames"] == 50
    assert {"fps", "eta"} <= between[-1].keys()
    assert last["event"] == "success"
    assert last["output"] == str(out)


def test_quiet_prints_nothing(cli, short_file, tiny_ckpt, tmp_path):
    words = ("cartoon", "wilk", short_file, "-o", tmp_path / "o.mp4", "--size", 64)
    assert cli(*words, "--ckpt", tiny_ckpt, "--quiet") == (0, "", [])


def test_an_interrupted_run_leaves_the_older_file(voice, tiny_ckpt, tmp_path):
    sound, out = tmp_path / "long.wav", tmp_path / "out" / "o.mp4"
    write_wav(Waveform(np.tile(voice.samples, 60), RATE), sound)
    out.parent.mkdir()
    out.write_bytes(b"older")
    words = ["cartoon", "wilk", str(sound), "-o", str(out), "--ckpt", str(tiny_ckpt)]
    command = [sys.executable, "-m", "talkinghead", *words, "--progress", "json"]
    # What runs in a shell's background ignores SIGINT, and so would its children.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as run:
        signal.signal(signal.SIGINT, before)
        assert run.stderr is not None
        events = [json.loads(run.stderr.readline())["event"] for _ in range(3)]
        assert events == ["note", "start", "progress"]  # the note: o.mp4 will be replaced
        os.kill(run.pid, signal.SIGINT)
        rest = [json.loads(line) for line in run.stderr.read().splitlines()]
        began = time.monotonic()
        assert run.wait(30) == 130
    assert time.monotonic() - began < 10
    assert rest[-1] == {"event": "failure", "error": "interrupted"}
    assert [path.name for path in out.parent.iterdir()] == ["o.mp4"]
    assert out.read_bytes() == b"older"


def test_plots_are_written_without_rendering_a_photo(
    cli, short_file, tiny_ckpt, tmp_path, monkeypatch
):
    monkeypatch.delattr(Animator, "photo")
    ckpt = shutil.copytree(tiny_ckpt, tmp_path / "ckpt")
    (ckpt / "translator.safetensors").write_text("is not even read")
    status, printed, _ = cli("plot", "astronaut", short_file, "-o", tmp_path, "--ckpt", ckpt)
    names = ["track.png", "landmarks.png", "landmarks.mp4"]
    assert status == 0
    assert printed.splitlines() == [str(tmp_path / name) for name in names]
    assert all((tmp_path / name).stat().st_size > 1000 for name in names)


@pytest.mark.weights
def test_without_the_translator_only_the_mouth_differs(cli, short_file, tmp_path):
    videos = []
    for name, more in (("refined", ()), ("warped", ("--fast",))):
        folder = tmp_path / name  # of PNG files, which lose nothing
        words = ("photo", "astronaut", short_file, "--size", SIZE, "--still", *more)
        status, _, err = cli(*words, "-o", f"{folder}/")
        assert status == 0, err
        videos.append(np.array([read_image(path) for path in sorted(folder.glob("*.png"))]))
    refined, warped = videos
    rows, columns = mouth_in(Animator(device="cpu"), "photo")
    mouths = [video[:, rows, columns].astype(float) for video in videos]
    assert (np.abs(mouths[0] - mouths[1]).mean(axis=(1, 2, 3)) > 0.1).all()  # in every frame
    for video in videos:
        video[:, rows, columns] = 0
    np.testing.assert_array_equal(refined, warped)
