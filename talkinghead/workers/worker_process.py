"""A worker process with its pipe: one job at a time, a share of the cores, and one GPU.

It ends when its parent does, whatever the cause, and removes its temporary files.
"""

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any, Generic, TypeVar

from talkinghead.workers.job_queue import WorkerDied

J = TypeVar("J")
R = TypeVar("R")
Work = Callable[[J], R]

_SHUTDOWN_SECONDS = 10  # seconds in which a terminated worker removes its temporary files


def available_cores() -> int:
    """The number of CPU cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def limit_threads(threads: int) -> None:
    """Limit this process to some threads, unless the user did. Call it before torch is imported.

    Only torch's threads are limited: the output of video encoders depends on their thread count.
    """
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, threads)))


def assign_gpu(number: int) -> None:
    """Assign one CUDA device to process `number`, in rotation. Call it before CUDA starts."""
    import torch

    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    devices = range(torch.cuda.device_count()) if visible is None else visible.split(",")
    names = [str(name) for name in devices if name != ""]
    if names:
        os.environ["CUDA_VISIBLE_DEVICES"] = names[number % len(names)]


class WorkerProcess(Generic[J, R]):
    """A worker process, as seen from the parent. It calls `make_work(number)` once."""

    def __init__(self, make_work: Callable[[int], Work[J, R]], number: int, threads: int):
        self.number = number
        context = get_context("spawn")  # a fork of a process with threads may hang, or lose CUDA
        self.pipe, worker_end = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(worker_end, make_work, number, threads), daemon=True
        )
        # Ctrl-C reaches every process of the terminal. Workers ignore it from the start: the
        # parent handles it.
        is_main = threading.current_thread() is threading.main_thread()
        before = signal.signal(signal.SIGINT, signal.SIG_IGN) if is_main else None
        try:
            self.process.start()
        finally:
            if is_main:
                signal.signal(signal.SIGINT, before)
        worker_end.close()

    def send(self, job: bytes) -> None:
        """Send a pickled job."""
        with suppress(BrokenPipeError):  # it died while idle: `receive` reports that
            self.pipe.send_bytes(job)

    def receive(self) -> bytes | WorkerDied:
        """The pickled result of the job. Waits for it."""
        try:
            return self.pipe.recv_bytes()
        except (EOFError, OSError):
            self.process.join()
            return WorkerDied(self.process.exitcode or 0)

    def result(self) -> R | WorkerDied:
        """The result of the job. Waits for it."""
        received = self.receive()
        if isinstance(received, WorkerDied):
            return received
        result: R = pickle.loads(received)
        return result


def stop_workers(processes: Iterable[tuple[WorkerProcess[Any, Any], bool]]) -> None:
    """Stop workers, each given with whether it is busy.

    Idle ones end when their pipe closes, busy ones are terminated.
    """
    items = list(processes)
    for item, is_busy in items:
        if is_busy:
            item.process.terminate()
        item.pipe.close()
    for item, _ in items:
        item.process.join(_SHUTDOWN_SECONDS)
        item.process.kill()
        item.process.join()


def _serve(
    pipe: Connection, make_work: Callable[[int], Work[Any, Any]], number: int, threads: int
) -> None:
    """The main loop of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _exit)
    threading.Thread(target=_terminate_with_parent, daemon=True).start()
    limit_threads(threads)
    work = make_work(number)
    with suppress(EOFError, BrokenPipeError):
        while True:
            pipe.send_bytes(pickle.dumps(work(pickle.loads(pipe.recv_bytes()))))


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
