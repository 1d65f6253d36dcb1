"""MakeItTalk's four point layouts: which landmarks its triangles number, and what stands around.

    64 points: 56 landmarks, 8 around      76 points: 68 landmarks, 8 around
    68 points: 56 landmarks, 12 around     80 points: 68 landmarks, 12 around

56 landmarks are the 68 without the outer lip (its option --inner_lip). The layout is written
nowhere; the highest number in the triangles tells it.
"""

from dataclasses import dataclass

import numpy as np

from talkinghead.landmarks import COUNT, OUTER_LIP
from talkinghead.types import Array

INNER_ONLY = np.delete(np.arange(COUNT), np.arange(COUNT)[OUTER_LIP])  # the 56 landmarks


@dataclass(frozen=True)
class Layout:
    """Which landmarks the triangles know, and how many points stand around."""

    landmarks: Array
    around: int

    @property
    def total(self) -> int:
        """Points there are to number."""
        return len(self.landmarks) + self.around

    def numbers(self) -> Array:
        """(total,) the number each point has in this package's format."""
        return np.concatenate([self.landmarks, COUNT + np.arange(self.around)])


LAYOUTS = {
    layout.total: layout
    for layout in (
        Layout(INNER_ONLY, 8),
        Layout(INNER_ONLY, 12),
        Layout(np.arange(COUNT), 8),
        Layout(np.arange(COUNT), 12),
    )
}


def around(width: int, height: int, count: int) -> Array:
    """(count, 2) the points around a picture, 8 or 12, in the order the triangles number them.

    Down the left side, along the lower one to the right, up, and back along the upper one;
    with 12, the left and the upper side have one more point at each quarter. MakeItTalk
    triangulates them on the picture's edge and then moves them 5000 pixels out, where they
    hardly hold anything; here they stay, and hold the rest of the picture still.
    """
    right, bottom = width - 1, height - 1
    x, y = right // 2, bottom // 2
    more = count == 12
    left = [(0, bottom // 4), (0, y), (0, bottom // 4 * 3)] if more else [(0, y)]
    upper = [(right // 4, 0), (x, 0), (right // 4 * 3, 0)] if more else [(x, 0)]
    corners = [(0, bottom), (x, bottom), (right, bottom), (right, y), (right, 0)]
    return np.array([(0, 0), *left, *corners, *upper], dtype=np.float64)
