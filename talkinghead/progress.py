"""Reports the progress of a command on stderr: as a bar, JSON lines, or messages only."""

import json
import sys
import time
from contextlib import suppress
from typing import Any, Final, Self

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

MIN_INTERVAL: Final = 0.1  # seconds between JSON progress events


def one_line(message: object) -> str:
    """A message without line breaks."""
    return " ".join(str(message).splitlines())


def _print_stderr(line: str) -> None:
    """Print a line to stderr; a closed stderr is ignored."""
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)


class Progress:
    """Reports messages and errors only; the base of the classes that report more."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stage(self, description: str) -> None:
        """Begin a stage of unknown length, such as "detecting the face"."""

    def start(self, total: int, unit: str, **fields: Any) -> None:
        """Begin a stage of `total` units, such as frames; `fields` are for programs."""

    def step(self, done: int, **fields: Any) -> None:
        """Report that `done` of the units are finished; the field `failed` counts errors."""

    def success(self, **fields: Any) -> None:
        """Report success of the whole command."""

    def print_output(self, path: object) -> None:
        """Print the path of a written file to stdout, for scripts to read."""
        print(path, flush=True)

    def stop(self) -> None:
        """Restore the terminal."""

    def note(self, message: str) -> None:
        """Report a message in one line."""
        _print_stderr(f"talkinghead: {one_line(message)}")

    def item_failed(self, message: str, **fields: Any) -> None:
        """Report in one line why one of several items failed; the others continue."""
        _print_stderr(f"talkinghead: error: {one_line(message)}")

    def failure(self, message: str) -> None:
        """Report in one line why the command failed."""
        self.stop()
        _print_stderr(f"talkinghead: error: {one_line(message)}")


class QuietProgress(Progress):
    """Reports errors only."""

    def note(self, message: str) -> None:
        """Ignored."""

    def print_output(self, path: object) -> None:
        """Ignored."""


class JsonProgress(Progress):
    """Reports one JSON object per line: start, progress, success, fault, failure, note."""

    def __init__(self) -> None:
        self._total, self._unit, self._started, self._last = 0, "frame", 0.0, 0.0

    def start(self, total: int, unit: str, **fields: Any) -> None:
        """`{"event": "start", "frames": 250, "fps": 25.0, "size": [512, 512]}`."""
        self._total, self._unit = total, unit
        self._started = time.monotonic()
        self._last = 0.0
        self._emit("start", **{f"{unit}s": total}, **fields)

    def step(self, done: int, **fields: Any) -> None:
        """`{"event": "progress", "frame": 10, "frames": 250, "fps": 31.2, "eta": 7.7}`."""
        now = time.monotonic()
        if now - self._last < MIN_INTERVAL and done < self._total:
            return
        self._last = now
        rate = done / max(now - self._started, 1e-6)
        eta = (self._total - done) / rate if done else None
        self._emit(
            "progress",
            **{
                self._unit: done,
                f"{self._unit}s": self._total,
                "fps" if self._unit == "frame" else "rate": round(rate, 2),
                "eta": None if eta is None else round(eta, 1),
            },
            **fields,
        )

    def success(self, **fields: Any) -> None:
        """`{"event": "success", "output": "out.mp4", "seconds": 8.0}`."""
        self._emit("success", **fields)

    def note(self, message: str) -> None:
        """`{"event": "note", "message": "..."}`."""
        self._emit("note", message=one_line(message))

    def item_failed(self, message: str, **fields: Any) -> None:
        """`{"event": "fault", "error": "...", "job": 3, "output": "three.mp4"}`."""
        self._emit("fault", error=one_line(message), **fields)

    def failure(self, message: str) -> None:
        """`{"event": "failure", "error": "..."}`."""
        self._emit("failure", error=one_line(message))

    def _emit(self, event: str, **fields: Any) -> None:
        _print_stderr(json.dumps({"event": event, **fields}))


class _CountColumn(MofNCompleteColumn):
    """Finished and total units, once the total is known."""

    def render(self, task: Task) -> Text:
        return super().render(task) if task.total is not None else Text("")


class _SpeedColumn(TextColumn):
    """Units per second."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        unit = task.fields.get("unit", "")
        return Text(f"{speed:.1f} {unit}s/s" if speed and unit else "", style="cyan")


class ProgressBar(Progress):
    """Reports with a progress bar, units per second and time left."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        self._rich = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            _CountColumn(),
            _SpeedColumn(),
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

    def stage(self, description: str) -> None:
        """Show the stage with a spinner."""
        self._rich.reset(self._task, start=False, total=None, description=description, visible=True)

    def start(self, total: int, unit: str, **fields: Any) -> None:
        """Show an empty bar."""
        description = {"frame": "rendering", "clip": "measuring"}.get(unit, "working")
        self._rich.reset(self._task, total=total, description=description, visible=True, unit=unit)

    def step(self, done: int, **fields: Any) -> None:
        """Advance the bar."""
        self._rich.update(self._task, completed=done, visible=True)  # `print_output` hides it
        if fields.get("failed"):
            self._rich.update(self._task, description=f"working, {fields['failed']} failed")

    def note(self, message: str) -> None:
        """Print above the bar."""
        self._console.print(f"talkinghead: {one_line(message)}", markup=False, highlight=False)

    def item_failed(self, message: str, **fields: Any) -> None:
        """Print above the bar."""
        line = f"talkinghead: error: {one_line(message)}"
        self._console.print(line, markup=False, highlight=False)

    def print_output(self, path: object) -> None:
        """Print above the bar if stdout is the same terminal."""
        if sys.stdout.isatty():
            self._rich.update(self._task, visible=False)
            self._rich.refresh()
        super().print_output(path)

    def stop(self) -> None:
        """Remove the bar; messages stay."""
        with suppress(OSError):  # the terminal may be closed
            self._rich.stop()


def create_progress(mode: str, quiet: bool) -> Progress:
    """The progress reporter for `mode` auto, bar, json or none; with `quiet`, errors only.

    JSON events are never suppressed.
    """
    if mode == "json":
        return JsonProgress()
    if quiet:
        return QuietProgress()
    if mode == "bar" or (mode == "auto" and sys.stderr.isatty()):
        return ProgressBar()
    return Progress()
