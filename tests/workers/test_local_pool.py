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

from talkinghead.workers.engine import LocalEngine
from talkinghead.workers.job_queue import WorkerDied

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


def dying_once(number: int) -> Callable[[Path], int]:
    """Work that kills its process unless the file exists, which it makes."""
    del number

    def work(job: Path) -> int:
        if not job.exists():
            job.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return os.getpid()

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
    finished = LocalEngine(2).run(numbered, [1, 2, -1, 3, 4, -2, 5])
    outcomes = {item.job: item.result for item in finished}
    assert {job: outcomes[job] for job in (-1, -2)} == {-1: WorkerDied(-9), -2: WorkerDied(-9)}
    squares = {job: outcome[0] for job, outcome in outcomes.items() if job > 0}
    assert squares == {1: 1, 2: 4, 3: 9, 4: 16, 5: 25}
    assert len({outcome[1] for job, outcome in outcomes.items() if job > 0}) <= 4


def test_a_worker_takes_a_job_of_the_same_group_as_its_last():
    jobs = [2, 3, 4, 5, 6, 7]
    finished = LocalEngine(1).run(numbered, jobs, lambda job: job % 2)
    assert [item.job for item in finished] == [
        2,
        4,
        6,
        3,
        5,
        7,
    ]


def test_a_job_whose_worker_died_is_tried_again(tmp_path):
    engine = LocalEngine(2, retries=1)
    [finished] = engine.run(dying_once, [tmp_path / "job"])
    assert (finished.attempts, isinstance(finished.result, int)) == (2, True)
    finished = {item.job: item for item in engine.run(numbered, [-1, 2])}
    assert (finished[-1].attempts, finished[-1].result) == (2, WorkerDied(-9))


def test_closing_the_iterator_terminates_the_workers_which_remove_their_files(tmp_path):
    jobs = [tmp_path / name for name in "abc"]
    with closing(LocalEngine(2).run(sleeper, jobs)) as outcomes:
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
        "from test_local_pool import sleeper; from talkinghead.workers.engine import LocalEngine\n"
        "if __name__ == '__main__': list(LocalEngine(1).run(sleeper, [Path(sys.argv[1])]))"
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
