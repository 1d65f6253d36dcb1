"""One video that was requested: its status, and how to cancel it."""

import secrets
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import BaseModel, Field

from talkinghead.errors import describe_error
from talkinghead.progress import Progress, one_line

if TYPE_CHECKING:
    from talkinghead.pipeline import Animator

Render = Callable[["Animator", Progress], object]  # writes the video of a request
State = Literal["queued", "preparing", "rendering", "done", "failed", "cancelled"]
FINISHED: Final = ("done", "failed", "cancelled")


class JobStatus(BaseModel):
    """What the service tells about a job. Fields that do not apply to its state are left out."""

    id: str
    state: State
    message: str | None = Field(None, description="what is being done, until the job is finished")
    ahead: int | None = Field(None, description="jobs before this one, while it is queued")
    frame: int | None = Field(None, description="frames that are rendered")
    frames: int | None = Field(None, description="frames of the video")
    fps: float | None = Field(None, description="frames per second of the video")
    size: tuple[int, int] | None = Field(None, description="width and height in pixels")
    seconds_left: float | None = Field(None, description="estimated from the frames so far")
    error: str | None = Field(None, description="why the job failed")
    notes: list[str] = Field([], description="what the command line would print meanwhile")
    video: str | None = Field(None, description="address of the video, once it is done")


class Cancelled(Exception):
    """The job was cancelled: stop rendering it."""


class RenderJob:
    """A requested video. Shared by the worker that renders it and the clients that ask for it."""

    def __init__(self, render: Render, target: Path, names: Mapping[Path, str], title: str) -> None:
        """Take what renders the video `target`, and the names of files as they were uploaded.

        The files of the job are in the folder of `target`, which belongs to the job.
        """
        self.id: Final = secrets.token_urlsafe(12)  # unguessable: who knows it may get the video
        self.render, self.target, self.title = render, target, title
        self.finished_at: float | None = None  # monotonic seconds
        self._names, self._lock = dict(names), threading.Lock()
        self._status: dict[str, Any] = {"state": "queued", "message": "waiting in the queue"}
        self._notes: list[str] = []
        self._started_at = 0.0

    @property
    def folder(self) -> Path:
        """Where the job's files are."""
        return self.target.parent

    @property
    def state(self) -> State:
        """The state of `status`."""
        state: State = self._status["state"]
        return state

    def status(self, ahead: int | None = None) -> JobStatus:
        """Everything its owner may know; `ahead` is how many jobs come before it."""
        with self._lock:
            status = {"id": self.id, **self._status, "notes": list(self._notes)}
        if status["state"] == "queued":
            status["ahead"] = ahead
        if status["state"] == "rendering" and status["frame"]:
            rate = status["frame"] / max(time.monotonic() - self._started_at, 1e-6)
            status["seconds_left"] = round((status["frames"] - status["frame"]) / rate, 1)
        if status["state"] == "done":
            status["video"] = f"api/jobs/{self.id}/video"
        return JobStatus.model_validate(status)

    def update(self, state: State, **facts: Any) -> None:
        """Set the state and facts about it. Raises Cancelled if the job was cancelled."""
        with self._lock:
            if self._status["state"] == "cancelled":
                raise Cancelled
            if state == "rendering" and self._status["state"] != "rendering":
                self._started_at = time.monotonic()
            before = self._status if state in ("rendering", "done") else {}
            self._status = {**before, "state": state, **facts}
            if state in FINISHED:
                self.finished_at = time.monotonic()

    def add_note(self, message: str) -> None:
        """Something its owner should know."""
        with self._lock:
            self._notes.append(rename_files(message, self._names))

    def fail(self, message: str) -> None:
        """The job failed, for this reason; a cancelled job stays cancelled."""
        with self._lock:
            if self._status["state"] != "cancelled":
                error = rename_files(message, self._names)
                self._status = {"state": "failed", "error": error}
                self.finished_at = time.monotonic()

    def cancel(self) -> None:
        """Cancel the job unless it is finished; its worker stops at its next `update`."""
        with self._lock:
            if self.finished_at is None:
                self._status = {"state": "cancelled"}
                self.finished_at = time.monotonic()


class JobProgress(Progress):
    """Reports the progress of the current job of a worker to its status."""

    def __init__(self) -> None:
        self.job: RenderJob | None = None

    def stage(self, description: str) -> None:
        """Work before the first frame."""
        self._update("preparing", message=description)

    def start(self, total: int, unit: str, **fields: Any) -> None:
        """Rendering begins."""
        self._update("rendering", message="rendering", frame=0, frames=total, **fields)

    def step(self, done: int, **fields: Any) -> None:
        """So many frames are rendered."""
        self._update("rendering", frame=done)

    def print_output(self, path: object) -> None:
        """Nothing: the worker sets the job to done."""

    def note(self, message: str) -> None:
        """Add a note to the job."""
        if self.job is not None:
            self.job.add_note(message)

    def failure(self, message: str) -> None:
        """The job failed."""
        if self.job is not None:
            self.job.fail(message)

    def _update(self, state: State, **facts: Any) -> None:
        if self.job is not None:
            self.job.update(state, **facts)


def rename_files(message: str, names: Mapping[Path, str]) -> str:
    """A message on one line, with the files called by other names."""
    for path, name in names.items():
        message = message.replace(str(path), name)
    return one_line(message)


def error_message(error: Exception) -> str:
    """One line for the user; the traceback of a fault of the program goes to stderr."""
    message = describe_error(error)
    if message is None:
        traceback.print_exception(error)
        message = f"internal error ({type(error).__name__}); the log of the program says more"
    return one_line(message)
