"""A drawn eyelid that comes down over an eye, its lashes along the closing edge."""

import cv2
import numpy as np

from talkinghead.render.layers import Sprite
from talkinghead.types import Array


class Lid:
    """The closed lid of one eye. Half shut, it is the same drawing pulled up part of the way."""

    def __init__(self, layer: Array, eye: Array) -> None:
        """Take the premultiplied layer of closed lids, and the six points (6, 2) of one eye."""
        low, high = eye.min(axis=0), eye.max(axis=0)
        room = (high - low)[0] * 0.2
        height, width = layer.shape[:2]
        x0, y0 = np.clip(low - room, 0, (width, height)).astype(int)
        x1, y1 = np.clip(high + room + 1, 0, (width, height)).astype(int)
        self._x, self._y = int(x0), int(y0)
        self._image = np.ascontiguousarray(layer[y0:y1, x0:x1])
        columns = np.arange(x0, x1, dtype=np.float64)
        outer, inner = (0, 3) if eye[0, 0] < eye[3, 0] else (3, 0)
        upper = [outer, *([1, 2] if outer == 0 else [2, 1]), inner]
        lower = [outer, *([5, 4] if outer == 0 else [4, 5]), inner]
        top, bottom = (_arc(eye[row], columns) for row in (upper, lower))
        self._fall = (bottom - top).astype(np.float32)[None, :]
        rows = np.arange(y0, y1, dtype=np.float32)[:, None]
        self._map_x = np.repeat((columns - x0).astype(np.float32)[None, :], y1 - y0, axis=0)
        self._map_y = np.repeat(rows - y0, x1 - x0, axis=1)
        # Above the eye's upper rim the fur is drawn already.
        rim = max((high - low)[0] * 0.03, 1.0)
        seen = np.rint(np.clip(rows - (top[None, :] - rim), 0, 1) * 255).astype(np.uint8)
        self._seen = cv2.merge([seen] * 4)

    def paste(self, frame: Array, openness: float, matrix: Array) -> None:
        """Lay the lid over the frame, `openness` 1 as drawn to 0 shut, moved by a 2x3 matrix."""
        if openness >= 1 or self._image.size == 0:
            return
        lid = cv2.remap(
            self._image, self._map_x, self._map_y + openness * self._fall, cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
        )  # fmt: skip
        # The first trace of a lid fades in, so that a blink does not start with a step.
        strength = min((1 - openness) * 8, 1.0)
        shown = cv2.multiply(lid, self._seen, scale=strength / 255)
        Sprite(shown, self._x, self._y).paste(frame, matrix)


def _arc(row: Array, columns: Array) -> Array:
    """Heights of a smooth line through four points at the given columns, level beyond the ends."""
    x, y = row[:, 0], row[:, 1]
    if len(np.unique(x)) < len(x):
        return np.interp(columns, np.sort(x), y[np.argsort(x)])
    inside = np.clip(columns, x.min(), x.max())
    return np.asarray(np.polyval(np.polyfit(x - x[0], y, 3), inside - x[0]))
