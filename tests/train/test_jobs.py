"""What is done is passed over, what was left out is told with its reason and not tried again."""

import time
from pathlib import Path

import numpy as np
import pytest

from talkinghead.errors import InputError, OutputError
from talkinghead.train.jobs import MADE_OF, Job, run_jobs
from talkinghead.train.store import files_below, read_arrays, write_arrays

DATA = Path("data")


def work(target: Path, reason: str | None) -> str | None:
    """Leaves a mark each time it is called."""
    with target.with_suffix(".calls").open("a") as calls:
        calls.write("x")
    if reason is None:
        write_arrays(target, value=np.ones(2))
    return reason


def test_an_interrupted_run_goes_on_where_it_was(tmp_path):
    jobs = [
        Job(name, work, (tmp_path / f"{name}.npz", reason), tmp_path / f"{name}.npz")
        for name, reason in (("good", None), ("bad", "bad: no face"))
    ]
    told: list[tuple[int, int]] = []
    for _ in range(2):
        skipped = run_jobs(jobs, DATA, tmp_path, 1, lambda *step: told.append(step))
        assert skipped == ["bad: no face"]
    assert told == [(1, 2), (2, 2)]
    assert {p.read_text() for p in tmp_path.glob("*.calls")} == {"x"}


def test_a_run_killed_as_it_notes_what_is_left_out_goes_on(tmp_path, monkeypatch):
    jobs = [Job(name, work, (tmp_path / name, f"{name}: no face")) for name in ("one", "two")]
    run_jobs(jobs[:1], DATA, tmp_path, 1, None)
    whole = Path.write_text

    def killed(path, text):
        whole(path, text if path.name == MADE_OF else text[: len(text) // 2])
        if path.name != MADE_OF:
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", killed)
    with pytest.raises(KeyboardInterrupt):
        run_jobs(jobs, DATA, tmp_path, 1, None)
    monkeypatch.undo()
    assert run_jobs(jobs, DATA, tmp_path, 1, None) == ["one: no face", "two: no face"]


def test_two_files_of_one_name_are_refused_before_any_work(tmp_path):
    target = tmp_path / "clip.npz"
    jobs = [Job(name, work, (target, None), target) for name in ("clip.mov", "clip.mp4")]
    with pytest.raises(InputError, match=r"clip\.npz: would be made of two files"):
        run_jobs(jobs, DATA, tmp_path, 1, None)
    assert not list(tmp_path.iterdir())


def test_a_damaged_record_says_what_to_do(tmp_path):
    (tmp_path / "skipped.json").write_text('{"one": "no fa')
    with pytest.raises(InputError, match=r"skipped\.json: damaged .*; delete it"):
        run_jobs([], DATA, tmp_path, 1, None)


def slow(target: Path, fails: bool) -> None:
    """Takes a while, and a place."""
    time.sleep(0.05)
    target.touch()
    if fails:
        raise OSError("disk full")


def test_what_waits_is_left_when_something_fails(tmp_path):
    jobs = [Job(f"{i}", slow, (tmp_path / f"{i}.done", i == 0)) for i in range(100)]
    with pytest.raises(OSError, match="disk full"):
        run_jobs(jobs, DATA, tmp_path, 1, None)
    assert len(list(tmp_path.glob("*.done"))) < 10


def test_a_folder_is_made_of_one_folder(tmp_path):
    run_jobs([], DATA, tmp_path, 1, None)
    with pytest.raises(InputError, match=r"data, not of .*talking; give another folder"):
        run_jobs([], DATA / "talking", tmp_path, 1, None)
    (tmp_path / MADE_OF).unlink()
    run_jobs([], DATA / "talking", tmp_path, 1, None)


def test_only_finished_files_are_read(tmp_path):
    write_arrays(tmp_path / "b" / "two.npz", value=1)
    write_arrays(tmp_path / "a.npz", value=1)
    (tmp_path / ".half-x1y2.npz").touch()
    assert [p.name for p in files_below(tmp_path, "x", "y")] == ["a.npz", "two.npz"]


def test_a_full_disk_leaves_no_part_of_a_file(tmp_path, full_disk):
    with full_disk, pytest.raises(OutputError, match=r"a\.npz: cannot be written"):
        write_arrays(tmp_path / "a.npz", value=np.random.default_rng(0).random(4096))
    assert list(tmp_path.iterdir()) == []


def test_what_another_command_made_and_damaged_files_are_named(tmp_path):
    path = tmp_path / "a.npz"
    write_arrays(path, value=np.arange(999))
    whole = path.read_bytes()
    with read_arrays(path) as stored:
        assert stored["value"][3] == 3
    for held in (whole, whole[:200], b"junk", b""):
        path.write_bytes(held)
        named = pytest.raises(InputError, match=r"a\.npz: is damaged, or made by another")
        with named, read_arrays(path) as stored:
            stored["other"]


def test_an_empty_folder_names_the_command_that_fills_it(tmp_path):
    with pytest.raises(InputError, match="no pairs; make them with 'talkinghead preprocess pairs"):
        files_below(tmp_path, "pairs", "preprocess pairs DATA")
