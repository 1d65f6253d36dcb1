"""A pool of worker processes, each with one job at a time and its share of cores and GPUs.

A worker that is killed loses only its own job, whereas the executors of concurrent.futures fail
as a whole when one of their processes dies.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from types import FrameType
from typing import Any, Generic, TypeVar

J = TypeVar("J")
R = TypeVar("R")
Work = Callable[[J], R]

_SHUTDOWN_SECONDS = 10  # seconds in which a terminated worker removes its temporary files


@dataclass(frozen=True)
class WorkerDied:
    """The result of a job whose worker process ended before it finished."""

    status: int  # exit status of the process; negative: the signal that killed it


def run_in_workers(
    make_work: Callable[[int], Work[J, R]],
    jobs: Sequence[J],
    workers: int,
    group_of: Callable[[J], object] = lambda job: None,
) -> Generator[tuple[J, R | WorkerDied], None, None]:
    """Run jobs in several processes; yields each job with its result in order of completion.

    Each process calls `make_work` once with its number, counted from 0, and calls the returned
    function for each of its jobs; `make_work`, jobs and results must be picklable. A free process
    takes a job of the same group as its last one, if there is one. Closing the iterator
    terminates the processes and waits for them.
    """
    waiting = list(jobs)
    processes: list[_Process[J, R]] = []
    try:
        for number in range(min(workers, len(waiting))):
            processes.append(_Process(make_work, number, workers))
            processes[-1].send_job(_next_job(waiting, None, group_of))
        while busy := {item.pipe: item for item in processes if item.job is not None}:
            for pipe in wait(list(busy)):
                process = busy[pipe]  # type: ignore[index]
                job = process.job
                assert job is not None
                result = process.result()
                if waiting and isinstance(result, WorkerDied):
                    process = _Process(make_work, process.number, workers)
                    processes[process.number] = process
                if waiting:
                    process.send_job(_next_job(waiting, job, group_of))
                yield job, result
    finally:
        _stop_workers(processes)


def available_cores() -> int:
    """The number of CPU cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def limit_threads(workers: int) -> None:
    """Limit this process to its share of the cores. Call it before torch is imported.

    Only torch's threads are limited: the output of video encoders depends on their thread count.
    """
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, available_cores() // workers)))


def assign_gpu(number: int) -> None:
    """Assign one CUDA device to process `number`, in rotation. Call it before CUDA starts."""
    import torch

    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    devices = range(torch.cuda.device_count()) if visible is None else visible.split(",")
    names = [str(name) for name in devices if name != ""]
    if names:
        os.environ["CUDA_VISIBLE_DEVICES"] = names[number % len(names)]


def _next_job(waiting: list[J], last: J | None, group_of: Callable[[J], object]) -> J:
    """The next job for a process, taken off the list."""
    if last is None:
        return waiting.pop(0)
    group = group_of(last)
    return waiting.pop(next((at for at, job in enumerate(waiting) if group_of(job) == group), 0))


class _Process(Generic[J, R]):
    """A worker process, as seen from the parent."""

    def __init__(self, make_work: Callable[[int], Work[J, R]], number: int, workers: int):
        self.number = number
        self.job: J | None = None
        context = get_context("spawn")  # a fork of a process with threads may hang, or lose CUDA
        self.pipe, worker_end = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(worker_end, make_work, number, workers), daemon=True
        )
        # Ctrl-C reaches every process of the terminal. Workers ignore it from the start: the
        # parent handles it.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self.process.start()
        finally:
            signal.signal(signal.SIGINT, before)
        worker_end.close()

    def send_job(self, job: J) -> None:
        """Send a job."""
        self.job = job
        with suppress(BrokenPipeError):  # it died while idle: `result` reports that
            self.pipe.send(job)

    def result(self) -> R | WorkerDied:
        """The result of the job, once the pipe can be read."""
        self.job = None
        try:
            return self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            return WorkerDied(self.process.exitcode or 0)


def _stop_workers(processes: Sequence[_Process[Any, Any]]) -> None:
    """Stop all workers: idle ones end when their pipe closes, busy ones are terminated."""
    for item in processes:
        if item.job is not None:
            item.process.terminate()
        item.pipe.close()
    for item in processes:
        item.process.join(_SHUTDOWN_SECONDS)
        item.process.kill()
        item.process.join()


def _serve(
    pipe: Connection, make_work: Callable[[int], Work[Any, Any]], number: int, workers: int
) -> None:
    """The main loop of a worker process."""
    signal.signal(signal.SIGTERM, _exit)
    threading.Thread(target=_terminate_with_parent, daemon=True).start()
    limit_threads(workers)
    work = make_work(number)
    with suppress(EOFError, BrokenPipeError):
        while True:
            pipe.send(work(pipe.recv()))


def _exit(number: int, frame: FrameType | None) -> None:
    """Exit with an exception, so that temporary files are removed."""
    signal.signal(number, signal.SIG_IGN)
    sys.exit(128 + number)


def _terminate_with_parent() -> None:
    """Terminate this process when its parent ends, whatever the cause."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)
