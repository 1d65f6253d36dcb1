"""The queue of requested videos, the workers that render them, and what the service accepts."""

import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import AfterValidator, Field, ValidationInfo

from talkinghead.errors import InputError, TalkingHeadError
from talkinghead.field_options import Flag
from talkinghead.progress import Progress
from talkinghead.validation import FrozenModel
from talkinghead.web.job import (
    FINISHED,
    Cancelled,
    JobProgress,
    JobStatus,
    RenderJob,
    error_message,
)

if TYPE_CHECKING:
    from talkinghead.pipeline import Animator

_SWEEP_INTERVAL: Final = 30.0  # seconds between searches for expired jobs


def _above_zero(value: float, field: ValidationInfo) -> float:
    if not value > 0:
        name = str(field.field_name).replace("_", "-")
        raise InputError(f"--{name} must be above 0, got {value:g}")
    return value


AboveZero = AfterValidator(_above_zero)


class Limits(FrozenModel):
    """What the service accepts. Each field is an option of `talkinghead serve`."""

    TITLE: ClassVar = "limits"

    max_upload: Annotated[int, AboveZero] = Field(
        200, description="megabytes of an upload, all its files together"
    )
    max_audio: Annotated[float, AboveZero, Flag(old=("max-sound",))] = Field(
        10.0, description="minutes of a recording"
    )
    max_queue: Annotated[int, AboveZero] = Field(20, description="videos that may wait")
    keep: Annotated[float, AboveZero] = Field(
        60.0, description="minutes for which a finished video can be downloaded"
    )

    @property
    def max_bytes(self) -> int:
        """Of an upload."""
        return self.max_upload * 1_000_000


class QueueFull(TalkingHeadError):
    """No more jobs can wait."""


class JobQueue:
    """Renders videos, one at a time for each of its workers.

    All files are in one temporary folder, which `close` removes.
    """

    def __init__(
        self, make_animator: Callable[[Progress], "Animator"], limits: Limits, workers: int = 1
    ) -> None:
        """Load the networks, once for each worker: a face detector cannot be shared."""
        self._limits = limits
        self._jobs: dict[str, RenderJob] = {}
        self._waiting: deque[RenderJob] = deque()
        self._changed = threading.Condition()
        self._open = True
        reporters = [JobProgress() for _ in range(workers)]
        animators = [make_animator(progress) for progress in reporters]
        self._folder = tempfile.TemporaryDirectory(prefix="talkinghead-serve-")
        self._threads = [
            threading.Thread(target=self._work, args=arguments)
            for arguments in zip(animators, reporters, strict=True)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def folder(self) -> Path:
        """The temporary folder of all jobs."""
        return Path(self._folder.name)

    def close(self) -> None:
        """Cancel all jobs and remove all files."""
        with self._changed:
            self._open = False
            for job in self._jobs.values():
                job.cancel()
            self._waiting.clear()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._folder.cleanup()

    def make_folder(self) -> Path:
        """An empty folder for the files of one job."""
        return Path(tempfile.mkdtemp(dir=self.folder))

    def check_capacity(self) -> None:
        """Raise QueueFull if no more jobs can wait."""
        with self._changed:
            if len(self._waiting) >= self._limits.max_queue:
                raise QueueFull(
                    f"{len(self._waiting)} videos are waiting already; try again in a few minutes"
                )

    def add(self, job: RenderJob) -> JobStatus:
        """Append a job; its status in the queue. Raises QueueFull."""
        with self._changed:
            self.check_capacity()
            status = job.status(ahead=len(self._waiting))
            self._jobs[job.id] = job
            self._waiting.append(job)
            self._changed.notify()
            return status

    def find(self, job_id: str) -> RenderJob | None:
        """A job by its id, unless it was removed or has expired."""
        self._remove_expired()
        return self._jobs.get(job_id)

    def count_ahead(self, job: RenderJob) -> int:
        """How many jobs come before this one."""
        with self._changed:
            return self._waiting.index(job) if job in self._waiting else 0

    def delete(self, job: RenderJob) -> bool:
        """Cancel a job, or remove a finished one; whether it was removed."""
        with self._changed:
            if job.state in FINISHED:
                self._remove(job)
                return True
            job.cancel()
            if job in self._waiting:
                self._waiting.remove(job)
                shutil.rmtree(job.folder, ignore_errors=True)
            return False

    def _remove(self, job: RenderJob) -> None:
        self._jobs.pop(job.id, None)
        shutil.rmtree(job.folder, ignore_errors=True)

    def _remove_expired(self) -> None:
        with self._changed:
            oldest = time.monotonic() - 60 * self._limits.keep
            for job in list(self._jobs.values()):
                if job.finished_at is not None and job.finished_at < oldest:
                    self._remove(job)

    def _take(self) -> RenderJob | None:
        """Wait for the next job; None once the queue is closed."""
        with self._changed:
            while self._open:
                if self._waiting:
                    return self._waiting.popleft()
                self._changed.wait(_SWEEP_INTERVAL)
                self._remove_expired()
            return None

    def _work(self, animator: "Animator", progress: JobProgress) -> None:
        while (job := self._take()) is not None:
            progress.job = job
            try:
                job.render(animator, progress)
                job.update("done", seconds_left=0)
            except Cancelled:
                pass
            except Exception as error:  # the worker stays: the next job may succeed
                job.fail(error_message(error))
            progress.job = None
            self._remove_inputs(job)

    def _remove_inputs(self, job: RenderJob) -> None:
        """Keep the video of a job that is done, and nothing of any other."""
        with self._changed:
            if job.state != "done" or job.id not in self._jobs:
                shutil.rmtree(job.folder, ignore_errors=True)
                return
            for file in job.folder.iterdir():
                if file != job.target:
                    file.unlink()
