"""What the batches of all networks share: their tensors' device, sampling weights, prefetching."""

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import Any, Final, Generic, Self, TypeVar

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from talkinghead.types import Array

Batch = TypeVar("Batch")
_MAX_STRIDE: Final = 1024  # a larger jump is none of a process among others


class TensorBatch:
    """Base of the batches: frozen dataclasses whose fields are tensors or other batches."""

    @classmethod
    def stack(cls, rows: Iterable[tuple[Any, ...]]) -> Self:
        """A batch of rows, each an array for every field in the fields' order."""
        return cls(*(torch.from_numpy(np.stack(field)) for field in zip(*rows, strict=True)))

    def to(self, device: str) -> Self:
        """The same batch on another device."""
        return type(self)(**{name: value.to(device) for name, value in vars(self).items()})


def sampling_weights(sizes: Iterable[float], power: float, factors: Array | float = 1.0) -> Array:
    """(n,) probabilities in proportion to `factors` and to a power of each item's size.

    A power under 1 favours many small items over the frames of a large one.
    """
    weights = factors * np.array(list(sizes), dtype=np.float64) ** power
    return np.asarray(weights / weights.sum())


class Prefetcher(Generic[Batch]):
    """`make_batch(step)` for one step after another, by `workers` processes; 0: in this one.

    Steps may be equally far apart, as they are where several processes share them. Any step may
    be asked for, but one that does not follow the last discards what was prefetched.
    """

    def __init__(self, make_batch: Callable[[int], Batch], workers: int = 1):
        self._make_batch, self._workers = make_batch, workers
        self._last, self._stride = -1, 0  # none yet

    def __call__(self, step: int) -> Batch:
        if self._workers == 0:
            return self._make_batch(step)
        if not self._stride or step != self._last + self._stride:
            apart = step - self._last
            self._stride = apart if self._stride and 0 < apart <= _MAX_STRIDE else 1
            self._batches = iter(
                DataLoader(
                    _BatchDataset(self._make_batch),
                    batch_size=None,
                    sampler=_StepsFrom(step, self._stride),
                    num_workers=self._workers,
                )
            )
        self._last = step
        return next(self._batches)


class _BatchDataset(Dataset[Batch]):
    def __init__(self, make_batch: Callable[[int], Batch]):
        self.make_batch = make_batch

    def __getitem__(self, step: int) -> Batch:
        return self.make_batch(step)


class _StepsFrom(Sampler[int]):
    def __init__(self, step: int, stride: int):
        self.step, self.stride = step, stride

    def __iter__(self) -> Iterator[int]:
        return count(self.step, self.stride)
