"""Jobs that are done are not repeated; skipped ones are recorded with their reason."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.train.data.array_store import write_arrays
from talkinghead.train.data.jobs import SOURCE_RECORD, PreprocessJob, run_jobs

DATA = Path("data")


def work(target: Path, reason: str | None) -> str | None:
    """Leaves a mark each time it is called."""
    with target.with_suffix(".calls").open("a") as calls:
        calls.write("x")
    if reason is None:
        write_arrays(target, value=np.ones(2))
    return reason


def test_an_interrupted_run_continues_where_it_was(tmp_path):
    jobs = [
        PreprocessJob(name, work, (tmp_path / f"{name}.npz", reason), tmp_path / f"{name}.npz")
        for name, reason in (("good", None), ("bad", "bad: no face"))
    ]
    progress: list[tuple[int, int]] = []
    for _ in range(2):
        skipped = run_jobs(jobs, DATA, tmp_path, 1, lambda *step: progress.append(step))
        assert skipped == ["bad: no face"]
    assert progress == [(1, 2), (2, 2)]
    assert {p.read_text() for p in tmp_path.glob("*.calls")} == {"x"}


def test_a_run_killed_while_it_records_a_skip_continues(tmp_path, monkeypatch):
    jobs = [
        PreprocessJob(name, work, (tmp_path / name, f"{name}: no face")) for name in ("one", "two")
    ]
    run_jobs(jobs[:1], DATA, tmp_path, 1, None)
    write_text = Path.write_text

    def killed(path, text):
        write_text(path, text if path.name == SOURCE_RECORD else text[: len(text) // 2])
        if path.name != SOURCE_RECORD:
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", killed)
    with pytest.raises(KeyboardInterrupt):
        run_jobs(jobs, DATA, tmp_path, 1, None)
    monkeypatch.undo()
    assert run_jobs(jobs, DATA, tmp_path, 1, None) == ["one: no face", "two: no face"]


def die(target: Path) -> None:
    """Is killed the first time."""
    if not target.with_suffix(".dead").exists():
        target.with_suffix(".dead").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    target.touch()


def test_a_worker_that_is_killed_costs_its_job_only_and_the_next_run_repeats_it(tmp_path):
    names = ("one", "two", "three")
    targets = {name: tmp_path / f"{name}.npz" for name in names}
    jobs = [
        PreprocessJob("one", die, (targets["one"],), targets["one"]),
        *(PreprocessJob(name, work, (targets[name], None), targets[name]) for name in names[1:]),
    ]
    (reason,) = run_jobs(jobs, DATA, tmp_path, 1, None)
    assert reason == "one: its process was killed; the next run tries it again"
    assert [name for name in names if targets[name].exists()] == ["two", "three"]
    assert run_jobs(jobs, DATA, tmp_path, 1, None) == []
    assert targets["one"].exists()


def test_two_files_of_one_name_are_refused_before_any_work(tmp_path):
    target = tmp_path / "clip.npz"
    jobs = [PreprocessJob(name, work, (target, None), target) for name in ("clip.mov", "clip.mp4")]
    with pytest.raises(InputError, match=r"clip\.npz: would be made of two files"):
        run_jobs(jobs, DATA, tmp_path, 1, None)
    assert not list(tmp_path.iterdir())


def test_a_damaged_record_says_what_to_do(tmp_path):
    (tmp_path / "skipped.json").write_text('{"one": "no fa')
    with pytest.raises(InputError, match=r"skipped\.json: damaged .*; delete it"):
        run_jobs([], DATA, tmp_path, 1, None)


def slow(target: Path, fails: bool) -> None:
    """Takes a while, and leaves a file."""
    time.sleep(0.05)
    target.touch()
    if fails:
        raise OSError("disk full")


def test_waiting_jobs_are_not_started_after_an_error(tmp_path):
    jobs = [PreprocessJob(f"{i}", slow, (tmp_path / f"{i}.done", i == 0)) for i in range(100)]
    with pytest.raises(OSError, match="disk full"):
        run_jobs(jobs, DATA, tmp_path, 1, None)
    assert len(list(tmp_path.glob("*.done"))) < 10


def test_a_folder_is_filled_from_one_data_folder(tmp_path):
    run_jobs([], DATA, tmp_path, 1, None)
    with pytest.raises(InputError, match=r"data, not of .*talking; give another folder"):
        run_jobs([], DATA / "talking", tmp_path, 1, None)
    (tmp_path / SOURCE_RECORD).unlink()
    run_jobs([], DATA / "talking", tmp_path, 1, None)
