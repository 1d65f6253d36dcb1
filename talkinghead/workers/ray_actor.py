"""The actor that holds a worker process on a node of a Ray cluster.

The networks live in a process of its own, so that it can be stopped at any moment and removes its
temporary files then, which no task of a Ray actor can.
"""

import os
import pickle
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import talkinghead
from talkinghead.workers.job_queue import WorkerDied
from talkinghead.workers.worker_process import WorkerProcess


class RayActor:
    """One worker. `run` and `stop` are called from two threads."""

    def __init__(self, make_work: bytes, number: int, threads: int):
        self._make_work, self._number, self._threads = pickle.loads(make_work), number, threads
        self._process: WorkerProcess[Any, Any] | None = None
        self._is_busy = self._is_stopped = False

    def describe(self) -> tuple[str, str]:
        """The version of this package on the node, and the node's name."""
        return talkinghead.__version__, socket.gethostname()

    def run(self, job: bytes) -> bytes | WorkerDied:
        """The pickled result of a pickled job."""
        if self._is_stopped:
            return WorkerDied(0)
        if self._process is None:
            os.environ["OMP_NUM_THREADS"] = str(self._threads)
            with _without_main_file():
                self._process = WorkerProcess(self._make_work, self._number, self._threads)
        self._is_busy = True
        self._process.send(job)
        result = self._process.receive()
        self._is_busy = False
        if isinstance(result, WorkerDied):
            self._process = None  # the next job gets a new one
        return result

    def stop(self) -> None:
        """Stop the worker and wait for it: nothing half-written remains."""
        self._is_stopped = True
        if self._process is not None:
            self._process.process.terminate()
            self._process.process.join(10)
            self._process.process.kill()


@contextmanager
def _without_main_file() -> Iterator[None]:
    """Keep multiprocessing from running Ray's own main file in each new process."""
    main = vars(sys.modules["__main__"])
    file = main.pop("__file__", None)
    yield
    if file is not None:
        main["__file__"] = file
