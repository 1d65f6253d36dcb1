"""One worker of a batch: it builds its networks once, and keeps the photo it prepared last."""

import logging
import sys
import time
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from talkinghead.batch.job import BatchJob
from talkinghead.config import ComputeConfig
from talkinghead.errors import describe_error
from talkinghead.progress import Progress
from talkinghead.worker_pool import assign_gpu

if TYPE_CHECKING:
    from talkinghead.batch.subject_cache import CachingAnimator


@dataclass(frozen=True)
class JobResult:
    """What became of a job."""

    error: str | None  # None: its video was written
    notes: tuple[str, ...] = ()  # what the user should know, one line each
    frame_count: int = 0
    seconds: float = 0.0  # that it took


class _Notes(Progress):
    """Collects the notes on a job, for the process that gives the jobs."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, message: str) -> None:
        """Collected."""
        self.notes.append(message)


class Worker:
    """Does one job after the other."""

    def __init__(self, number: int) -> None:
        if not sys.warnoptions:
            warnings.simplefilter("ignore")  # of the libraries: no news to the user
        logging.getLogger("matplotlib").setLevel(logging.ERROR)
        assign_gpu(number)
        self._progress = _Notes()
        # Networks for photos and for puppets.
        self._animator = lru_cache(maxsize=2)(self._build_animator)

    def __call__(self, job: BatchJob) -> JobResult:
        """Do a job; an error becomes part of the result."""
        from talkinghead.requests.run import render_video  # imports torch, after the cores are set

        began = time.monotonic()
        self._progress.notes.clear()
        error, frame_count = None, 0
        try:
            animator = self._animator(job.request.models)
            frame_count = render_video(job.request, animator, self._progress).frame_count
        except Exception as problem:
            error = describe_error(problem) or (  # a fault of ours: other jobs may not have it
                f"{type(problem).__name__}: {problem} (unexpected; run this job alone, with "
                "--force, to see where)"
            )
        seconds = round(time.monotonic() - began, 2)
        return JobResult(error, tuple(self._progress.notes), frame_count, seconds)

    def _build_animator(self, models: ComputeConfig) -> "CachingAnimator":
        from talkinghead.batch.subject_cache import CachingAnimator

        return CachingAnimator(**models.animator_options(), notify=self._progress.note)
