"""A buffer of the last rows of a signal, addressed by their index in the whole signal."""

import numpy as np

from talkinghead.types import Array


class RingBuffer:
    """The last `capacity` rows of a growing array. A row keeps its index in the whole array.

    Behind them may stand provisional rows, an estimate of those to come, until the next `append`.
    """

    def __init__(self, capacity: int):
        self._capacity = capacity
        self._rows: Array | None = None
        self._provisional: Array | None = None
        self.stop = 0  # rows appended so far

    @property
    def start(self) -> int:
        """Index of the first row that is still stored."""
        return self.stop - (0 if self._rows is None else len(self._rows))

    @property
    def reach(self) -> int:
        """Index after the last row, provisional ones included."""
        return self.stop + (0 if self._provisional is None else len(self._provisional))

    @property
    def rows(self) -> Array:
        """All stored rows. Raises IndexError where there are none."""
        parts = [part for part in (self._rows, self._provisional) if part is not None]
        if not parts:
            raise IndexError("the buffer is empty; append rows before reading them")
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def append(self, rows: Array) -> None:
        """Add (n, ...) rows, n >= 0, and drop the oldest beyond the capacity."""
        self._provisional = None
        self.stop += len(rows)
        if self._rows is not None:
            rows = np.concatenate([self._rows, rows])
        self._rows = rows[max(0, len(rows) - self._capacity) :]

    def append_provisional(self, rows: Array) -> None:
        """Set the (n, ...) provisional rows behind the last one, instead of those set before."""
        self._provisional = rows

    def slice(self, first: int, stop: int) -> Array:
        """Rows `first` to `stop`, without rows before 0 or beyond `reach`.

        Raises IndexError for rows that have been dropped.
        """
        first, stop = max(first, 0), min(stop, self.reach)
        if first < self.start:
            raise IndexError(f"row {first} has been dropped; the first one stored is {self.start}")
        return self.rows[first - self.start : max(stop, first) - self.start]

    def slice_held(self, first: int, stop: int) -> Array:
        """As `slice`, with copies of the last row for rows beyond `reach`."""
        rows = self.slice(first, stop)
        missing = stop - max(first, 0) - len(rows)
        return np.concatenate([rows, np.repeat(self.rows[-1:], missing, axis=0)])
