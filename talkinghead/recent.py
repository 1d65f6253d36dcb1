"""What is kept of something that goes on for hours: its last rows, under their own numbers."""

import numpy as np

from talkinghead.types import Array


class Recent:
    """The last `keep` rows of a growing array; each keeps the number it has in the whole."""

    def __init__(self, keep: int):
        self._keep = keep
        self._rows: Array | None = None
        self.stop = 0  # rows there have been

    @property
    def start(self) -> int:
        """The number of the first row that is still there."""
        return self.stop - (0 if self._rows is None else len(self._rows))

    @property
    def rows(self) -> Array:
        """All rows that are still there; none is an error."""
        if self._rows is None:
            raise IndexError("nothing has come yet")
        return self._rows

    def add(self, rows: Array) -> None:
        """Take (n, ...) new rows, n may be 0."""
        self.stop += len(rows)
        if self._rows is not None:
            rows = np.concatenate([self._rows, rows])
        self._rows = rows[max(0, len(rows) - self._keep) :]

    def between(self, first: int, stop: int) -> Array:
        """Rows `first` to `stop` of the whole, as far as there are such; `first` may be negative.

        Rows that are gone are an error: whoever asks has said how far back that may be.
        """
        first, stop = max(first, 0), min(stop, self.stop)
        if first < self.start:
            raise IndexError(f"row {first} is gone, the first kept is {self.start}")
        return self.rows[first - self.start : max(stop, first) - self.start]
