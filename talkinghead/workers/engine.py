"""Where jobs run: in processes of this machine, or on a Ray cluster."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from talkinghead.config import EngineConfig
from talkinghead.workers.job_queue import Finished, JobQueue
from talkinghead.workers.local_pool import run_in_workers
from talkinghead.workers.worker_process import Work, available_cores

J = TypeVar("J")
R = TypeVar("R")


class Engine(Protocol):
    """Runs jobs in worker processes."""

    def run(
        self,
        make_work: Callable[[int], Work[J, R]],
        jobs: Sequence[J],
        group_of: Callable[[J], object] = ...,
        should_retry: Callable[[R], bool] = ...,
    ) -> Generator[Finished[J, R], None, None]:
        """Yield each job with its result, in order of completion.

        Each worker calls `make_work` once with its number, and the returned function for each of
        its jobs, of the same group as its last one if there is one; `make_work`, jobs and results
        must be picklable. A job is tried again if its worker died or `should_retry` says so of
        its result. Closing the iterator stops all workers and waits for them.
        """
        ...


@dataclass(frozen=True)
class LocalEngine:
    """Processes of this machine."""

    workers: int
    threads: int = 1  # of torch, in each
    retries: int = 0

    def run(
        self,
        make_work: Callable[[int], Work[J, R]],
        jobs: Sequence[J],
        group_of: Callable[[J], object] = lambda job: None,
        should_retry: Callable[[R], bool] = lambda result: False,
    ) -> Generator[Finished[J, R], None, None]:
        """See `Engine.run`."""
        queue: JobQueue[J, R] = JobQueue(jobs, self.retries, group_of, should_retry)
        return run_in_workers(make_work, queue, self.workers, self.threads)


def local_engine(workers: int | None = None, retries: int = 0) -> LocalEngine:
    """Some processes, one for each core by default, which share the cores."""
    count = workers or available_cores()
    return LocalEngine(count, max(1, available_cores() // count), retries)


def create_engine(config: EngineConfig, notify: Callable[[str], Any] = lambda note: None) -> Engine:
    """The engine that the options name; it calls `notify` with what the user should know.

    Raises InputError for Ray if it is not installed.
    """
    if config.engine == "ray":
        from talkinghead.workers.ray_pool import RayEngine

        return RayEngine(config, notify)
    cpus = config.cpus_per_job
    if cpus is None:
        return local_engine(config.workers, config.retries)
    workers = config.workers or max(1, int(available_cores() / cpus))
    return LocalEngine(workers, max(1, int(cpus)), config.retries)
