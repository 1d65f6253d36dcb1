"""One worker of a batch: it builds its networks once, and keeps the photo it prepared last."""

import logging
import shutil
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from functools import cached_property, lru_cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import TYPE_CHECKING

from talkinghead.batch.job import BatchJob
from talkinghead.batch.remote_files import RemoteFiles
from talkinghead.config import ComputeConfig
from talkinghead.errors import InputError, WeightsError, describe_error
from talkinghead.progress import Progress
from talkinghead.workers.worker_process import assign_gpu

if TYPE_CHECKING:
    from talkinghead.batch.subject_cache import CachingAnimator


@dataclass(frozen=True)
class JobResult:
    """What became of a job."""

    error: str | None  # None: its video was written
    notes: tuple[str, ...] = ()  # what the user should know, one line each
    frame_count: int = 0
    seconds: float = 0.0  # that it took
    may_succeed_later: bool = False  # the error may be the machine's, not the job's


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
        error, frame_count, may_succeed_later = None, 0, False
        try:
            request = job.request
            if job.remote is not None:
                request = job.remote.download(job.number, self._files)
            animator = self._animator(request.models)
            frame_count = render_video(request, animator, self._progress).frame_count
            if job.remote is not None and job.remote.output is not None:
                self._files.upload(request.target, job.remote.output)
        except Exception as problem:
            may_succeed_later = not isinstance(problem, InputError | WeightsError)
            error = describe_error(problem) or (  # a fault of ours: other jobs may not have it
                f"{type(problem).__name__}: {problem} (unexpected; run this job alone, with "
                "--force, to see where)"
            )
        seconds = round(time.monotonic() - began, 2)
        return JobResult(
            error, tuple(self._progress.notes), frame_count, seconds, may_succeed_later
        )

    @cached_property
    def _files(self) -> RemoteFiles:
        """The files that this worker downloaded; they are removed when its process ends."""
        folder = tempfile.mkdtemp(prefix="talkinghead-")
        # A worker process runs no other exit functions than these.
        Finalize(self, shutil.rmtree, (folder, True), exitpriority=1)
        return RemoteFiles(Path(folder), is_worker=True)

    def _build_animator(self, models: ComputeConfig) -> "CachingAnimator":
        from talkinghead.batch.subject_cache import CachingAnimator

        return CachingAnimator(**models.animator_options(), notify=self._progress.note)
