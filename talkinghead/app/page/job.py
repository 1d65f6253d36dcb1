"""One video that was ordered: where it stands, and the order to stop it."""

import secrets
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from talkinghead.app.page.order import Order
from talkinghead.app.progress import Progress, one_line

ENDED: Final = ("done", "failed", "cancelled")


class Cancelled(Exception):
    """Nobody waits for this video any more."""


class Job:
    """An order on its way: queued, preparing, listening, painting; then done, failed, cancelled.

    The threads that make it and those that ask for it share it.
    """

    def __init__(self, order: Order, folder: Path, names: Mapping[Path, str], title: str) -> None:
        """Take an order with its folder, what its files are called to whom sent them, a title."""
        self.id: Final = secrets.token_urlsafe(12)  # not to be guessed: who knows it may fetch it
        self.order, self.folder, self.title = order, folder, title
        self.ended: float | None = None  # on the monotonic clock
        self._names, self._lock = dict(names), threading.Lock()
        self._facts: dict[str, Any] = {"state": "queued", "doing": "waiting for its turn"}
        self._notes: list[str] = []
        self._began = 0.0

    @property
    def state(self) -> str:
        """Where it stands, in a word."""
        return str(self._facts["state"])

    def told(self) -> dict[str, Any]:
        """All that its owner may know."""
        with self._lock:
            facts = {"id": self.id, **self._facts, "notes": list(self._notes)}
        if facts["state"] == "painting" and facts["frame"]:
            rate = facts["frame"] / max(time.monotonic() - self._began, 1e-6)
            facts["seconds_left"] = round((facts["frames"] - facts["frame"]) / rate, 1)
        if facts["state"] == "done":
            facts["video"] = f"api/jobs/{self.id}/video"
        return facts

    def now(self, state: str, **facts: Any) -> None:
        """It has come so far. Raises Cancelled where it was to stop."""
        with self._lock:
            if self._facts["state"] == "cancelled":
                raise Cancelled
            if state == "painting" and self._facts["state"] != "painting":
                self._began = time.monotonic()
            kept = self._facts if state in ("painting", "done") else {}
            self._facts = {**kept, "state": state, **facts}
            if state in ENDED:
                self.ended = time.monotonic()

    def note(self, message: str) -> None:
        """Something its owner should know."""
        with self._lock:
            self._notes.append(self.in_words(message))

    def fail(self, message: str) -> None:
        """There will be no video, and why; of a job that was cancelled nobody wants to know."""
        with self._lock:
            if self._facts["state"] != "cancelled":
                self._facts = {"state": "failed", "error": self.in_words(message)}
                self.ended = time.monotonic()

    def cancel(self) -> None:
        """Stop, unless it has ended; whoever makes it stops at its next word of progress."""
        with self._lock:
            if self.ended is None:
                self._facts = {"state": "cancelled"}
                self.ended = time.monotonic()

    def in_words(self, message: str) -> str:
        """A message in one line, its files by the names they were sent under."""
        return renamed(message, self._names)


def renamed(message: str, names: Mapping[Path, str]) -> str:
    """A message in one line, its files by other names."""
    for path, name in names.items():
        message = message.replace(str(path), name)
    return one_line(message)


class Report(Progress):
    """Tells the job at hand how far it is, as other reporters tell a terminal."""

    def __init__(self) -> None:
        self.job: Job | None = None

    def stage(self, what: str) -> None:
        """Listening, or what goes before."""
        self._now("listening" if what == "listening" else "preparing", doing=what)

    def start(self, total: int, unit: str, **facts: Any) -> None:
        """Painting."""
        self._now("painting", doing="painting", frame=0, frames=total, **facts)

    def step(self, done: int, **_: Any) -> None:
        """So many frames are painted."""
        self._now("painting", frame=done)

    def wrote(self, path: object) -> None:
        """Nothing: the job is done when its worker says so."""

    def note(self, message: str) -> None:
        """Something to know."""
        if self.job is not None:
            self.job.note(message)

    def failure(self, message: str) -> None:
        """Why there is no video."""
        if self.job is not None:
            self.job.fail(message)

    def _now(self, state: str, **facts: Any) -> None:
        if self.job is not None:
            self.job.now(state, **facts)
