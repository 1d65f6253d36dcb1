"""Workers share the jobs; one that dies loses only its own job; none outlives its parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from talkinghead.worker_pool import WorkerDied, assign_gpu, run_in_workers

TOO_LONG = 60  # seconds


def numbered(number: int) -> Callable[[int], tuple[int, int]]:
    """Work that returns the square of a job and its process; a negative job kills the process."""

    del number

    def work(job: int) -> tuple[int, int]:
        if job < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.02)
        return job * job, os.getpid()

    return work


def sleeper(number: int) -> Callable[[Path], None]:
    """Work that writes its process number to a file and does not finish."""

    del number

    def work(job: Path) -> None:
        try:
            job.with_suffix(".partial").write_text(str(os.getpid()))
            job.with_suffix(".partial").replace(job)
            time.sleep(TOO_LONG)
        except BaseException:
            job.unlink()
            raise

    return work


def wait_until(condition: Callable[[], bool]) -> bool:
    """Whether the condition became true in time."""
    end = time.monotonic() + TOO_LONG / 3
    while not (result := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return result


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_every_job_is_done_once_and_a_dead_worker_loses_only_its_own():
    outcomes = dict(run_in_workers(numbered, [1, 2, -1, 3, 4, -2, 5], workers=2))
    assert {job: outcomes[job] for job in (-1, -2)} == {-1: WorkerDied(-9), -2: WorkerDied(-9)}
    squares = {job: outcome[0] for job, outcome in outcomes.items() if job > 0}
    assert squares == {1: 1, 2: 4, 3: 9, 4: 16, 5: 25}
    assert len({outcome[1] for job, outcome in outcomes.items() if job > 0}) <= 4


def test_a_worker_takes_a_job_of_the_same_group_as_its_last():
    jobs = [2, 3, 4, 5, 6, 7]
    assert [job for job, _ in run_in_workers(numbered, jobs, 1, lambda job: job % 2)] == [
        2,
        4,
        6,
        3,
        5,
        7,
    ]


def test_closing_the_iterator_terminates_the_workers_which_remove_their_files(tmp_path):
    jobs = [tmp_path / name for name in "abc"]
    with closing(run_in_workers(sleeper, jobs, workers=2)) as outcomes:
        pids: list[int] = []

        def interrupt_when_started(*_: object) -> None:
            if all(job.exists() for job in jobs[:2]):
                signal.setitimer(signal.ITIMER_REAL, 0)
                pids.extend(int(job.read_text()) for job in jobs[:2])
                raise KeyboardInterrupt

        before = signal.signal(signal.SIGALRM, interrupt_when_started)  # in place of Ctrl-C
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
        try:
            with pytest.raises(KeyboardInterrupt):
                next(outcomes)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    assert len(pids) == 2
    assert not any(is_alive(pid) for pid in pids)
    assert list(tmp_path.iterdir()) == []


def test_workers_end_when_their_parent_is_killed(tmp_path):
    job = tmp_path / "job"
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[2])\n"
        "from test_worker_pool import sleeper; from talkinghead.worker_pool import run_in_workers\n"
        "if __name__ == '__main__': list(run_in_workers(sleeper, [Path(sys.argv[1])], 1))"
    )
    script = tmp_path / "parent.py"
    script.write_text(code)
    command = [sys.executable, str(script), str(job), str(Path(__file__).parent)]
    parent = subprocess.Popen(command)
    assert wait_until(job.exists)
    pid = int(job.read_text())
    parent.kill()
    parent.wait()
    assert wait_until(lambda: not is_alive(pid))
    assert not job.exists()


def test_workers_get_the_gpus_in_turn(monkeypatch):
    taken = []
    for number in range(3):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
        assign_gpu(number)
        taken.append(os.environ["CUDA_VISIBLE_DEVICES"])
    assert taken == ["2", "5", "2"]


def test_hidden_gpus_are_not_used(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assign_gpu(1)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == ""
