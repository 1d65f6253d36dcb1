"""Batches made ahead of their step, by other processes."""

from collections.abc import Callable
from itertools import count
from typing import Generic, TypeVar

from torch.utils.data import DataLoader, Dataset, Sampler

Batch = TypeVar("Batch")


class _Steps(Dataset[Batch]):
    def __init__(self, made: Callable[[int], Batch]):
        self.made = made

    def __getitem__(self, step: int) -> Batch:
        return self.made(step)


class _From(Sampler[int]):
    def __init__(self, step: int):
        self.step = step

    def __iter__(self):  # type: ignore[no-untyped-def]
        return count(self.step)


class Ahead(Generic[Batch]):
    """`made(step)` for one step after another, by `workers` processes; 0 makes them here.

    A step out of turn is right too, but throws away what was made ahead.
    """

    def __init__(self, made: Callable[[int], Batch], workers: int = 1):
        self._made, self._workers = made, workers
        self._next = -1

    def __call__(self, step: int) -> Batch:
        if self._workers == 0:
            return self._made(step)
        if step != self._next:
            self._batches = iter(
                DataLoader(
                    _Steps(self._made),
                    batch_size=None,
                    sampler=_From(step),
                    num_workers=self._workers,
                )
            )
        self._next = step + 1
        return next(self._batches)
