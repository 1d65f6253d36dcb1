"""One worker of a batch: it builds its networks once, and keeps the picture it had last."""

import time
from argparse import Namespace
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from talkinghead.app.batch.orders import Order
from talkinghead.app.film import networks
from talkinghead.app.guard import guarded
from talkinghead.app.progress import Progress
from talkinghead.scale.cores import take_turn

if TYPE_CHECKING:
    from talkinghead.app.batch.keeping import KeepingAnimator


@dataclass(frozen=True)
class Outcome:
    """What came of a job."""

    error: str | None  # None: its film is there
    notes: tuple[str, ...]  # what the user should know, one line each
    frames: int
    seconds: float  # that it took


class _Kept(Progress):
    """Keeps what is said of a job."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Of the next job nothing has been said."""
        self.error: str | None = None
        self.notes: list[str] = []
        self.frames = 0

    def success(self, **facts: Any) -> None:
        """Its film is there."""
        self.frames = facts["frames"]

    def wrote(self, path: object) -> None:
        """Said by the process that gives the jobs."""

    def note(self, message: str) -> None:
        """Kept."""
        self.notes.append(message)

    def failure(self, message: str) -> None:
        """Kept."""
        self.error = message


class Worker:
    """Does one job after the other, as their commands do."""

    def __init__(self, number: int) -> None:
        take_turn(number)
        self._said = _Kept()
        # Those for photos and those for puppets.
        self._built = lru_cache(maxsize=2)(self._build)

    def __call__(self, one: Order) -> Outcome:
        """Do a job; nothing that goes wrong with it is raised."""
        args, said, began = one.args, self._said, time.monotonic()
        said.begin()
        try:
            guarded(lambda: args.run(args, said, self._load), said)
        except Exception as error:  # a fault of ours: the other jobs may not have it
            said.error = (
                f"{type(error).__name__}: {error} (not foreseen; make this one by itself "
                "with --force to see where)"
            )
        seconds = round(time.monotonic() - began, 2)
        return Outcome(said.error, tuple(said.notes), said.frames, seconds)

    def _load(self, args: Namespace, progress: Progress) -> "KeepingAnimator":
        return self._built(tuple(networks(args).items()))

    def _build(self, asked: tuple[tuple[str, Any], ...]) -> "KeepingAnimator":
        from talkinghead.app.batch.keeping import (
            KeepingAnimator,  # imports torch: first the cores are shared
        )

        return KeepingAnimator(**dict(asked), notify=self._said.note)
