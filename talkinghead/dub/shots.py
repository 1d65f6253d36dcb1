"""Finds cuts between shots by comparing small grey pictures of neighbouring frames."""

from collections import deque
from statistics import median
from typing import Final

import cv2
import numpy as np

from talkinghead.types import Array

_SIZE: Final = (64, 36)  # pixels of the compared pictures
_LEAST: Final = 16.0  # grey levels: mean difference below which there is no cut
_RATIO: Final = 4.0  # of that difference to the usual one of the shot
_PAN: Final = 3  # compared pixels by which the picture may move from frame to frame
_CONTRAST: Final = (0.5, 2.0)  # change of contrast from frame to frame
_RECENT: Final = 12  # frames that define what is usual


class ShotDetector:
    """Says of each frame whether a new shot begins with it."""

    def __init__(self) -> None:
        self._last: Array | None = None
        self._recent: deque[float] = deque(maxlen=_RECENT)

    def is_cut(self, image: Array) -> bool:
        """Whether the (h, w, 3) uint8 frame belongs to another shot than the frame before."""
        small = cv2.resize(image, _SIZE, interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
        last, self._last = self._last, grey
        if last is None:
            return False
        difference = _difference(last, grey)
        usual = median(self._recent) if self._recent else 0.0
        cut = difference > max(_LEAST, _RATIO * usual)
        if cut:
            self._recent.clear()
        else:
            self._recent.append(difference)
        return cut


def _difference(before: Array, after: Array) -> float:
    """Mean difference in grey levels of two small pictures (h, w), but for what is no cut.

    That is a change of brightness and contrast, as by a flash, and the motion of a camera.
    """
    height, width = after.shape
    middle = after[_PAN : height - _PAN, _PAN : width - _PAN]
    middle = middle - middle.mean()
    least = np.inf
    for y in range(2 * _PAN + 1):
        for x in range(2 * _PAN + 1):
            moved = before[y : y + len(middle), x : x + middle.shape[1]]
            moved = moved - moved.mean()
            gain = np.clip(middle.std() / max(float(moved.std()), 1.0), *_CONTRAST)
            least = min(least, float(np.abs(middle - gain * moved).mean()))
    return least
