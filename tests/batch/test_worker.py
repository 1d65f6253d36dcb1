"""A worker renders one job after another; what fails is part of the result."""

from pathlib import Path

import pytest

from talkinghead.batch.job import read_job
from talkinghead.batch.table import Row
from talkinghead.batch.worker import Worker
from talkinghead.media.video_reader import probe_video


@pytest.fixture
def folder(voice_file, tiny_ckpt, tmp_path):
    (tmp_path / "say.wav").write_bytes(voice_file.read_bytes())
    (tmp_path / "noise.wav").write_text("no audio")
    return tmp_path


def job_for(folder: Path, ckpt: Path, number: int, **fields: object):
    shared = {"puppet": "wilk", "size": 64, "fps": 10, "ckpt": str(ckpt), "device": "cpu"}
    return read_job(Row(f"jobs: job {number}", shared | fields), number, folder, {})


def test_a_failed_job_is_reported_and_the_next_one_is_rendered(folder, tiny_ckpt):
    worker = Worker(0)
    failed = worker(job_for(folder, tiny_ckpt, 1, audio="noise.wav", output="n.mp4"))
    assert "noise.wav" in failed.error
    assert failed.frame_count == 0
    result = worker(job_for(folder, tiny_ckpt, 2, audio="say.wav", output="a.mp4"))
    assert (result.error, result.frame_count) == (None, 20)
    assert result.seconds > 0
    assert probe_video(folder / "a.mp4").size == (64, 64)


def test_a_bug_of_the_program_names_its_kind_and_what_to_do(folder, tiny_ckpt, monkeypatch):
    monkeypatch.setattr("talkinghead.requests.run.render_video", lambda *_: 1 / 0)
    result = Worker(0)(job_for(folder, tiny_ckpt, 1, audio="say.wav", output="a.mp4"))
    assert result.error.startswith("ZeroDivisionError: ")
    assert "--force" in result.error


def test_notes_belong_to_their_job(folder, tiny_ckpt, monkeypatch):
    def render(request, animator, progress):
        progress.note(str(request.output))
        return type("Result", (), {"frame_count": 1})

    monkeypatch.setattr("talkinghead.requests.run.render_video", render)
    worker = Worker(0)
    for name in ("a.mp4", "b.mp4"):
        result = worker(job_for(folder, tiny_ckpt, 1, audio="say.wav", output=name))
        assert result.notes == (str(folder / name),)
