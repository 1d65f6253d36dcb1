"""Several sounds to one, a little at a time."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from talkinghead.media.limiter import bent
from talkinghead.types import Array

BLOCK: Final = 4096  # samples mixed at once


def mixed(parts: Sequence[tuple[int, Iterator[Array]]], count: int) -> Iterator[Array]:
    """(count, BLOCK) float32 pieces of the sum of all, until the last one ends.

    A part is the sample at which it begins and its (count, n) pieces. Where one is heard alone
    it is not changed, unless it comes close to 1.
    """
    waiting = [_Part(start, pieces, count) for start, pieces in parts]
    while waiting:
        total = np.zeros((count, BLOCK), np.float32)
        for part in waiting:
            part.add(total)
        waiting = [part for part in waiting if not part.over]
        yield bent(total)


class _Part:
    """One sound, read as far as it is needed."""

    def __init__(self, start: int, pieces: Iterator[Array], count: int) -> None:
        self._silence, self._pieces = start, pieces
        self._held: Array = np.zeros((count, 0), np.float32)
        self.over = False

    def add(self, total: Array) -> None:
        """Add what comes next to a block (count, n)."""
        at = min(self._silence, total.shape[1])
        self._silence -= at
        while at < total.shape[1]:
            if not self._held.shape[1]:
                piece = next(self._pieces, None)
                if piece is None:
                    self.over = True
                    return
                self._held = piece
                continue
            some = self._held[:, : total.shape[1] - at]
            total[:, at : at + some.shape[1]] += some
            self._held = self._held[:, some.shape[1] :]
            at += some.shape[1]
