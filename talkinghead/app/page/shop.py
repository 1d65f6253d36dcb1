"""The queue of videos to make, those who make them, and the shelf they lie on for a while."""

import shutil
import tempfile
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from talkinghead.app.guard import explained
from talkinghead.app.page.job import ENDED, Cancelled, Job, Report
from talkinghead.app.page.limits import Limits
from talkinghead.app.page.order import Order
from talkinghead.app.progress import Progress
from talkinghead.errors import TalkingHeadError

if TYPE_CHECKING:
    from talkinghead.pipeline import Animator

_SWEEP: Final = 30.0  # seconds between looks for what has lain too long


class Full(TalkingHeadError):
    """No more videos can wait."""


class Shop:
    """Makes videos one after the other, or as many at once as it has workers.

    Everything lies in one temporary folder, which `close` removes.
    """

    def __init__(
        self, hire: Callable[[Progress], "Animator"], limits: Limits, workers: int = 1
    ) -> None:
        """Load the networks, once for each worker: no two share a face detector."""
        self._limits = limits
        self._jobs: dict[str, Job] = {}
        self._queue: deque[Job] = deque()
        self._changed = threading.Condition()
        self._open = True
        reports = [Report() for _ in range(workers)]
        hired = [(hire(report), report) for report in reports]
        self._shelf = tempfile.TemporaryDirectory(prefix="talkinghead-serve-")
        self._threads = [threading.Thread(target=self._work, args=one) for one in hired]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Stop what is being made, and remove everything."""
        with self._changed:
            self._open = False
            for job in self._jobs.values():
                job.cancel()
            self._queue.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._shelf.cleanup()

    def folder(self) -> Path:
        """An empty folder for what one job needs."""
        return Path(tempfile.mkdtemp(dir=self._shelf.name))

    def check_room(self) -> None:
        """Raise Full where the queue is as long as it may be."""
        with self._changed:
            if len(self._queue) >= self._limits.max_queue:
                raise Full(f"{len(self._queue)} videos wait already; try again in a few minutes")

    def add(self, order: Order, folder: Path, names: Mapping[Path, str], title: str) -> Job:
        """Queue an order. Raises Full."""
        job = Job(order, folder, names, title)
        with self._changed:
            self.check_room()
            self._jobs[job.id] = job
            self._queue.append(job)
            self._changed.notify()
        return job

    def find(self, name: str) -> Job | None:
        """A job by its id, as long as it is kept."""
        self._sweep()
        return self._jobs.get(name)

    def ahead(self, job: Job) -> int:
        """How many wait before this one."""
        with self._changed:
            return self._queue.index(job) if job in self._queue else 0

    def drop(self, job: Job) -> bool:
        """Cancel a job; one that has ended is removed, which is True."""
        with self._changed:
            if job.state in ENDED:
                self._remove(job)
                return True
            job.cancel()
            if job in self._queue:
                self._queue.remove(job)
                shutil.rmtree(job.folder, ignore_errors=True)
            return False

    def _remove(self, job: Job) -> None:
        self._jobs.pop(job.id, None)
        shutil.rmtree(job.folder, ignore_errors=True)

    def _sweep(self) -> None:
        with self._changed:
            old = time.monotonic() - 60 * self._limits.keep
            for job in list(self._jobs.values()):
                if job.ended is not None and job.ended < old:
                    self._remove(job)

    def _next(self) -> Job | None:
        """The next job, once there is one; None when the shop closes."""
        with self._changed:
            while self._open:
                if self._queue:
                    return self._queue.popleft()
                self._changed.wait(_SWEEP)
                self._sweep()
            return None

    def _work(self, animator: "Animator", report: Report) -> None:
        while (job := self._next()) is not None:
            report.job = job
            try:
                job.order.make(animator, report)
                job.now("done", seconds_left=0)
            except Cancelled:
                pass
            except Exception as error:
                message = explained(error)
                if message is None:  # the next job may do better: the worker stays
                    traceback.print_exception(error)
                    message = f"the program failed ({type(error).__name__}); its log says more"
                job.fail(message)
            report.job = None
            self._tidy(job)

    def _tidy(self, job: Job) -> None:
        """Of a finished job the video stays, of others nothing."""
        with self._changed:
            if job.state != "done" or job.id not in self._jobs:
                shutil.rmtree(job.folder, ignore_errors=True)
                return
            for file in job.folder.iterdir():
                if file != job.order.target:
                    file.unlink()
