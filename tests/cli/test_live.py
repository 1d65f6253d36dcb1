"""`talkinghead live`: what it refuses, and the frames that it writes."""

import subprocess
import sys

import numpy as np
import pytest

from talkinghead.live import outputs
from talkinghead.requests.live import LiveRequest


@pytest.fixture
def shown(monkeypatch):
    """The requests that would be shown."""
    requests = []
    monkeypatch.setattr(
        "talkinghead.web.live_show.show_live",
        lambda request, progress, **options: requests.append((request, options)),
    )
    return requests


def test_a_page_with_the_usual_look_ahead_is_the_default(cli, shown):
    assert cli("live", "wilk", "--no-browser")[0] == 0
    [(request, options)] = shown
    assert request == LiveRequest(subject="wilk")
    assert (request.to, request.look_ahead) == ("page", 200)
    assert options["browser"] is False


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--look-ahead", 40), "look_ahead must lie in [80, 600]"),
        (("--pcm", 100), "pcm must lie in"),
        (("--pcm", 16000, "--microphone"), "exclude each other"),
        (("--voice", "en-us"), "give one to --say"),
        (("--to", "stdout"), "needs speech"),
        (("--to", "television"), "invalid choice"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_line(cli, shown, words, message):
    status, _, err = cli("live", "wilk", *words)
    assert (status, shown) == (2, [])
    assert message in err[-1]


def test_a_subject_that_does_not_exist_is_refused(cli, tiny_ckpt):
    status, _, err = cli("live", "nobody", "--pcm", 16000, "--to", "stdout", "--ckpt", tiny_ckpt)
    assert status == 2
    assert "nobody: neither a puppet nor a picture" in err[-1]


def test_a_window_or_camera_that_cannot_be_opened_is_refused(cli, monkeypatch, tiny_ckpt):
    monkeypatch.setattr(outputs.sys, "executable", "/bin/false")
    status, _, err = cli("live", "wilk", "--to", "window")
    assert status == 2
    assert "this OpenCV cannot open windows here" in err[-1]
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    status, _, err = cli("live", "wilk", "--to", "camera", "--size", 64, "--ckpt", tiny_ckpt)
    assert status == 2
    assert "pip install 'talkinghead[live]'" in err[-1]


def test_pcm_on_stdin_becomes_raw_frames_on_stdout(voice, tiny_ckpt):
    """Two seconds of speech and the second after them, and then the program ends."""
    pcm = (np.tile(voice.samples, 2)[:32_000] * 32767).astype("<i2").tobytes()
    words = ["live", "wilk", "--pcm", "16000", "--to", "stdout", "--size", "64"]
    done = subprocess.run(
        [sys.executable, "-m", "talkinghead", *words, "--ckpt", str(tiny_ckpt)],
        input=pcm, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    frames = np.frombuffer(done.stdout, np.uint8).reshape(-1, 64, 64, 3)
    assert 60 <= len(frames) <= 120
    assert np.ptp(frames, axis=0).max() > 50
