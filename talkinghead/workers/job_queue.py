"""The jobs that wait for a worker; those whose worker died, or that may succeed later, wait again.

Pure bookkeeping, the same for every engine.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True)
class WorkerDied:
    """The result of a job whose worker process ended before it finished."""

    # Exit status of the process; negative: the signal that killed it; None: its node was lost, too.
    status: int | None
    place: str = ""  # of the worker, where there are several machines


@dataclass(frozen=True)
class Finished(Generic[J, R]):
    """A job with its result, after the last attempt."""

    job: J
    result: R | WorkerDied
    attempts: int = 1
    place: str = ""  # the machine that did it, where there are several


@dataclass
class QueuedJob(Generic[J]):
    """A job, and what became of it so far."""

    job: J
    number: int  # in the order given, from 0
    attempts: int = 0
    failed_at: set[str] = field(default_factory=set)  # places


class JobQueue(Generic[J, R]):
    """Hands out jobs, each again until it succeeds or has failed once more than `retries`."""

    def __init__(
        self,
        jobs: Sequence[J],
        retries: int = 0,
        group_of: Callable[[J], object] = lambda job: None,
        should_retry: Callable[[R], bool] = lambda result: False,
    ):
        self._waiting = [QueuedJob(job, number) for number, job in enumerate(jobs)]
        self._retries, self._group_of, self._should_retry = retries, group_of, should_retry
        self.running = 0

    @property
    def waiting(self) -> int:
        """Number of jobs that no worker has."""
        return len(self._waiting)

    @property
    def is_done(self) -> bool:
        """Whether every job has its last result."""
        return not self._waiting and not self.running

    def take(
        self, last: QueuedJob[J] | None = None, place: str = "", others: Collection[str] = ()
    ) -> QueuedJob[J] | None:
        """The next job for a worker, of the same group as its `last` one if there is one.

        A job that failed at `place` is left to the `others`, places where it has not failed yet.
        """
        allowed = [
            at for at, queued in enumerate(self._waiting)
            if place not in queued.failed_at or not set(others) - queued.failed_at - {place}
        ]  # fmt: skip
        if not allowed:
            return None
        if last is not None:
            group = self._group_of(last.job)
            same = (at for at in allowed if self._group_of(self._waiting[at].job) == group)
            allowed = [next(same, allowed[0])]
        self.running += 1
        return self._waiting.pop(allowed[0])

    def finish(
        self, queued: QueuedJob[J], result: R | WorkerDied, place: str = ""
    ) -> Finished[J, R] | None:
        """The job with its last result; None if it is tried again."""
        self.running -= 1
        queued.attempts += 1
        if self.is_failure(result) and queued.attempts <= self._retries:
            queued.failed_at.add(place)
            self._waiting.append(queued)  # at the end: by then the cause may be gone
            return None
        return Finished(queued.job, result, queued.attempts, place)

    def is_failure(self, result: R | WorkerDied) -> bool:
        """Whether another attempt may end otherwise."""
        return isinstance(result, WorkerDied) or self._should_retry(result)
