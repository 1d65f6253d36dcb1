"""Workers share the jobs; one that dies costs its job only, and none outlives who gave them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from talkinghead.scale.cores import take_turn
from talkinghead.scale.lanes import Died, run

TOO_LONG = 60  # seconds


def numbered(number: int) -> Callable[[int], tuple[int, int]]:
    """Work that says which process does it; a negative job kills it."""

    del number

    def work(job: int) -> tuple[int, int]:
        if job < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.02)
        return job * job, os.getpid()

    return work


def sleeper(number: int) -> Callable[[Path], None]:
    """Work that leaves its process's number, and does not end."""

    del number

    def work(job: Path) -> None:
        try:
            job.with_suffix(".partial").write_text(str(os.getpid()))
            job.with_suffix(".partial").replace(job)
            time.sleep(TOO_LONG)
        except BaseException:
            job.unlink()
            raise

    def polite(job: Path) -> None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        work(job)

    return polite


def until(true: Callable[[], bool]) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + TOO_LONG / 3
    while not (there := true()) and time.monotonic() < end:
        time.sleep(0.02)
    return there


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_every_job_is_done_once_and_a_dead_worker_costs_its_own_only():
    outcomes = dict(run(numbered, [1, 2, -1, 3, 4, -2, 5], workers=2))
    assert {job: outcomes[job] for job in (-1, -2)} == {-1: Died(-9), -2: Died(-9)}
    squares = {job: outcome[0] for job, outcome in outcomes.items() if job > 0}
    assert squares == {1: 1, 2: 4, 3: 9, 4: 16, 5: 25}
    assert len({outcome[1] for job, outcome in outcomes.items() if job > 0}) <= 4


def test_a_worker_takes_what_is_like_its_last_job():
    jobs = [2, 3, 4, 5, 6, 7]
    assert [job for job, _ in run(numbered, jobs, 1, lambda job: job % 2)] == [2, 4, 6, 3, 5, 7]


def test_who_stops_listening_ends_the_workers_and_what_they_half_did_is_gone(tmp_path):
    jobs = [tmp_path / name for name in "abc"]
    with closing(run(sleeper, jobs, workers=2)) as outcomes:
        pids: list[int] = []

        def look(*_: object) -> None:
            if all(job.exists() for job in jobs[:2]):
                signal.setitimer(signal.ITIMER_REAL, 0)
                pids.extend(int(job.read_text()) for job in jobs[:2])
                raise KeyboardInterrupt

        before = signal.signal(signal.SIGALRM, look)  # it comes in as Ctrl-C would
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
        try:
            with pytest.raises(KeyboardInterrupt):
                next(outcomes)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    assert len(pids) == 2
    assert not any(alive(pid) for pid in pids)
    assert list(tmp_path.iterdir()) == []


def test_workers_end_with_a_parent_that_was_killed(tmp_path):
    job = tmp_path / "job"
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "from test_lanes import sleeper; from talkinghead.scale.lanes import run\n"
        "if __name__ == '__main__': list(run(sleeper, [Path(sys.argv[1])], 1))"
    )
    script = tmp_path / "parent.py"
    script.write_text(code)
    words = [sys.executable, str(script), str(job), str(Path(__file__).parent)]
    parent = subprocess.Popen(words)
    assert until(job.exists)
    pid = int(job.read_text())
    parent.kill()
    parent.wait()
    assert until(lambda: not alive(pid))
    assert not job.exists()


def test_workers_take_the_gpus_in_turn(monkeypatch):
    taken = []
    for number in range(3):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
        take_turn(number)
        taken.append(os.environ["CUDA_VISIBLE_DEVICES"])
    assert taken == ["2", "5", "2"]


def test_who_hides_all_gpus_gets_none(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    take_turn(1)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == ""
