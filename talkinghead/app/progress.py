"""What a command says while it works: a bar, JSON lines or notes only. All on stderr."""

import json
import sys
import time
from contextlib import suppress
from typing import Any, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress
from rich.text import Text

SPACING = 0.1  # seconds between JSON lines: a line for each of 7500 frames helps nobody


def one_line(message: object) -> str:
    """A message without line breaks."""
    return " ".join(str(message).splitlines())


def _tell(line: str) -> None:
    """A line on stderr; work goes on where nobody reads it."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)


class Progress:
    """Says notes and errors only. Parent of the ways to say more."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stage(self, what: str) -> None:
        """Work of unknown length has begun: `what` is a verb in -ing and its object."""

    def start(self, total: int, unit: str, **facts: Any) -> None:
        """`total` units are to be made, for instance frames; `facts` are for programs."""

    def step(self, done: int, **facts: Any) -> None:
        """`done` of the units are over with; among the facts may be how many `failed`."""

    def success(self, **facts: Any) -> None:
        """What was wanted is there."""

    def wrote(self, path: object) -> None:
        """A file is there: its path goes to stdout, for scripts to read."""
        print(path, flush=True)

    def stop(self) -> None:
        """Leave the terminal as it was."""

    def note(self, message: str) -> None:
        """Tell the user something in one line."""
        _tell(f"talkinghead: {one_line(message)}")

    def fault(self, message: str, **facts: Any) -> None:
        """Tell the user, in one line, why one thing of several is not there; work goes on."""
        print(f"talkinghead: error: {one_line(message)}", file=sys.stderr, flush=True)

    def failure(self, message: str) -> None:
        """Tell the user, in one line, why there is no result."""
        self.stop()
        _tell(f"talkinghead: error: {one_line(message)}")


class Quiet(Progress):
    """Says errors only."""

    def note(self, message: str) -> None:
        """Nothing."""

    def wrote(self, path: object) -> None:
        """Nothing."""


class JsonLines(Progress):
    """One JSON object a line: start, progress, success, failure, note."""

    def __init__(self) -> None:
        self._total, self._unit, self._began, self._last = 0, "frame", 0.0, 0.0

    def start(self, total: int, unit: str, **facts: Any) -> None:
        """`{"event": "start", "frames": 250, "fps": 25.0, "size": [512, 512]}`."""
        self._total, self._unit = total, unit
        self._began = time.monotonic()
        self._last = 0.0
        self._say("start", **{f"{unit}s": total}, **facts)

    def step(self, done: int, **facts: Any) -> None:
        """`{"event": "progress", "frame": 10, "frames": 250, "fps": 31.2, "eta": 7.7}`."""
        now = time.monotonic()
        if now - self._last < SPACING and done < self._total:
            return
        self._last = now
        rate = done / max(now - self._began, 1e-6)
        eta = (self._total - done) / rate if done else None
        self._say(
            "progress",
            **{
                self._unit: done,
                f"{self._unit}s": self._total,
                "fps" if self._unit == "frame" else "rate": round(rate, 2),
                "eta": None if eta is None else round(eta, 1),
            },
            **facts,
        )

    def success(self, **facts: Any) -> None:
        """`{"event": "success", "output": "out.mp4", "seconds": 8.0}`."""
        self._say("success", **facts)

    def note(self, message: str) -> None:
        """`{"event": "note", "message": "..."}`."""
        self._say("note", message=one_line(message))

    def fault(self, message: str, **facts: Any) -> None:
        """`{"event": "fault", "error": "...", "job": 3, "output": "three.mp4"}`."""
        self._say("fault", error=one_line(message), **facts)

    def failure(self, message: str) -> None:
        """`{"event": "failure", "error": "..."}`."""
        self._say("failure", error=one_line(message))

    def _say(self, event: str, **facts: Any) -> None:
        _tell(json.dumps({"event": event, **facts}))


class _Count(MofNCompleteColumn):
    """Done of all, once there is anything to count."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.total is not None else Text("")


class _Speed(TextColumn):
    """Units a second."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        unit = task.fields.get("unit", "")
        return Text(f"{speed:.1f} {unit}s/s" if speed and unit else "", style="cyan")


class Bar(Progress):
    """A bar with units per second and time left."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._rich = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            _Count(),
            _Speed(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            redirect_stdout=False,  # results go to stdout, and stay there
            redirect_stderr=False,
        )
        self._task = self._rich.add_task("", start=False, total=None, visible=False)

    def __enter__(self) -> Self:
        self._rich.start()
        return self

    def stage(self, what: str) -> None:
        """Shown with a spinner."""
        self._rich.reset(self._task, start=False, total=None, description=what, visible=True)

    def start(self, total: int, unit: str, **facts: Any) -> None:
        """The bar, empty."""
        what = {"frame": "painting", "clip": "measuring"}.get(unit, "working")
        self._rich.reset(self._task, total=total, description=what, visible=True, unit=unit)

    def step(self, done: int, **facts: Any) -> None:
        """The bar, filled so far."""
        self._rich.update(self._task, completed=done, visible=True)  # `wrote` hides it
        if facts.get("failed"):
            self._rich.update(self._task, description=f"working, {facts['failed']} failed")

    def note(self, message: str) -> None:
        """Above the bar."""
        self._console.print(f"talkinghead: {one_line(message)}", markup=False, highlight=False)

    def fault(self, message: str, **facts: Any) -> None:
        """Above the bar."""
        said = f"talkinghead: error: {one_line(message)}"
        self._console.print(said, markup=False, highlight=False)

    def wrote(self, path: object) -> None:
        """Above the bar where both are the same terminal."""
        if sys.stdout.isatty():
            self._rich.update(self._task, visible=False)
            self._rich.refresh()
        super().wrote(path)

    def stop(self) -> None:
        """The bar goes; what it said stays said."""
        with suppress(OSError):  # of a terminal that is gone
            self._rich.stop()


def reporter(mode: str, quiet: bool) -> Progress:
    """`auto`, `bar`, `json` or `none`; `quiet` leaves errors, which JSON keeps as events."""
    if mode == "json":
        return JsonLines()
    if quiet:
        return Quiet()
    if mode == "bar" or (mode == "auto" and sys.stderr.isatty()):
        return Bar()
    return Progress()
