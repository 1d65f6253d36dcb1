"""Worker processes, each with one job at a time: one that dies costs its job only.

An executor of concurrent.futures is lost as a whole when one of its processes is killed.
"""

import os
import signal
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, TypeVar

from talkinghead.scale.cores import share

J = TypeVar("J")
R = TypeVar("R")
Work = Callable[[J], R]

_PATIENCE = 10  # seconds in which a worker that is told to end removes what it half wrote


@dataclass(frozen=True)
class Died:
    """A worker ended in the midst of its job."""

    status: int  # of the process; negative: the signal that ended it


def run(
    make: Callable[[int], Work[J, R]],
    jobs: Sequence[J],
    workers: int,
    alike: Callable[[J], object] = lambda job: None,
) -> Generator[tuple[J, R | Died], None, None]:
    """Each job and what came of it, as they are done, by several processes.

    Each process calls `make` once, with its number from 0 on, and what that returns for each of
    its jobs; all must be picklable. A process that is free takes a job `alike` its last one,
    where there is one. When the iterator is closed the processes are told to end, and waited for.
    """
    waiting = list(jobs)
    lanes: list[_Lane[J, R]] = []
    try:
        for number in range(min(workers, len(waiting))):
            lanes.append(_Lane(make, number, workers))
            lanes[-1].give(_taken(waiting, None, alike))
        while busy := {lane.pipe: lane for lane in lanes if lane.job is not None}:
            for pipe in wait(list(busy)):
                lane = busy[pipe]  # type: ignore[index]
                job = lane.job
                assert job is not None
                outcome = lane.outcome()
                if waiting and isinstance(outcome, Died):
                    lanes[lane.number] = lane = _Lane(make, lane.number, workers)
                if waiting:
                    lane.give(_taken(waiting, job, alike))
                yield job, outcome
    finally:
        _end(lanes)


def _taken(waiting: list[J], last: J | None, alike: Callable[[J], object]) -> J:
    """The next job for a worker, taken off the list."""
    if last is None:
        return waiting.pop(0)
    kind = alike(last)
    return waiting.pop(next((at for at, job in enumerate(waiting) if alike(job) == kind), 0))


class _Lane(Generic[J, R]):
    """One process, seen from the one that gives the jobs."""

    def __init__(self, make: Callable[[int], Work[J, R]], number: int, workers: int):
        self.number = number
        self.job: J | None = None
        context = get_context("spawn")  # a fork of a process with threads may hang, or lose CUDA
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(theirs, make, number, workers), daemon=True
        )
        # Ctrl-C reaches every process of the terminal. A new one is deaf to it from the start:
        # the one that gives the jobs deals with it.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.process.start()
        finally:
            signal.signal(signal.SIGINT, before)
        theirs.close()

    def give(self, job: J) -> None:
        """Hand over a job."""
        self.job = job
        with suppress(BrokenPipeError):  # it died while it was idle: `outcome` will say so
            self.pipe.send(job)

    def outcome(self) -> R | Died:
        """What came of the job, once the pipe has something to say."""
        self.job = None
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            return Died(self.process.exitcode or 0)


def _end(lanes: Sequence[_Lane[Any, Any]]) -> None:
    """Idle workers end as their pipe closes, busy ones as they are told to."""
    for lane in lanes:
        if lane.job is not None:
            lane.process.terminate()
        lane.pipe.close()
    for lane in lanes:
        lane.process.join(_PATIENCE)
        lane.process.kill()
        lane.process.join()


def _serve(
    pipe: Connection, make: Callable[[int], Work[Any, Any]], number: int, workers: int
) -> None:
    """The life of a worker process."""
    threading.Thread(target=_mourn, daemon=True).start()
    share(workers)
    work = make(number)
    with suppress(EOFError, BrokenPipeError):
        while True:
            pipe.send(work(pipe.recv()))


def _mourn() -> None:
    """End with the process that gives the jobs, however that ended."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
