"""Several channels to one: their mean, but where they cancel each other."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from talkinghead.types import Array

CANCELLED: Final = 0.1  # of the power that the mean of unlike channels has: these are opposites


def mean_channel(parts: Iterable[Array]) -> tuple[Array, int | None]:
    """(channels, n) float sound in parts to the (m,) float32 mean of its channels.

    And the number of the loudest channel, where one is another turned upside down, as by a
    miswired cable, so that the mean has lost what is heard; otherwise None.
    """
    means, powers = [np.zeros(0, np.float32)], np.zeros(1)
    kept = apart = 0.0
    for part in parts:
        mean = part.mean(axis=0, dtype=np.float32)
        means.append(mean)
        each = np.einsum("cn,cn->c", part, part, dtype=np.float64)
        powers = np.pad(powers, (0, max(0, len(each) - len(powers))))
        powers[: len(each)] += each
        kept += float(np.einsum("n,n", mean, mean, dtype=np.float64))
        apart += float(each.sum()) / len(each) ** 2
    lost = kept < CANCELLED * apart
    return np.concatenate(means), int(powers.argmax()) if lost else None


def one_channel(parts: Iterable[Array], number: int) -> Iterator[Array]:
    """One of the channels; the mean where there are fewer."""
    for part in parts:
        yield part[number] if number < len(part) else part.mean(axis=0, dtype=np.float32)
