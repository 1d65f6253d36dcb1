"""What stands still behind a moving head: the person lifted off the picture, and the rest."""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.mesh import Roi
from talkinghead.types import Array

_SURE: Final = 0.01  # within this of none or all, a pixel shows one layer alone
_STRIP: Final = 32  # rows composed at once: what a core keeps at hand
_FILL_SIDE: Final = 256  # pixels; what a head uncovers is painted at this size


class Backdrop:
    """One region of a picture in two layers: a person that moves, a background that does not.

    With the matte a, the picture S and a background B, the person's layer is S - (1 - a) B
    (colours times their share, Porter and Duff 1984). Laid over B it gives S back exactly
    where nothing moves, whatever the matte says, so that a face at rest is the picture's own.
    """

    def __init__(self, picture: Array, matte: Array, roi: Roi) -> None:
        """Take (h, w, 3) uint8, the person's share (h, w) in [0, 1], and what may move."""
        left, top, width, height = self._roi = roi
        part = np.s_[top : top + height, left : left + width]
        here = np.ascontiguousarray(picture[part])
        clear = 1 - matte[part].astype(np.float32)
        behind = _behind(here, matte[part])
        person: Array = here - behind * clear[..., None].astype(np.float32)
        self._layer = np.dstack([person, clear])
        self._behind = np.dstack([behind, np.zeros_like(clear)])

    def compose(self, map_x: Array, map_y: Array, sampling: int) -> Array:
        """The region (h, w, 3) uint8 when its person is drawn from the map's places.

        The map is in pixels of the whole picture, as `Mesh.map` gives it.
        """
        left, top, width, height = self._roi
        out = np.empty((height, width, 3), dtype=np.uint8)
        for first in range(0, height, _STRIP):
            rows = np.s_[first : first + _STRIP]
            moved = cv2.remap(
                self._layer,
                map_x[rows] - left,
                map_y[rows] - top,
                sampling,
                borderMode=cv2.BORDER_REPLICATE,
            )
            clear = cv2.extractChannel(moved, 3)
            seen = cv2.multiply(self._behind[rows], cv2.merge([clear] * 4))
            both = cv2.add(moved, seen, dtype=cv2.CV_8U)
            out[rows] = cv2.cvtColor(both, cv2.COLOR_RGBA2RGB)
        return out


def _behind(here: Array, matte: Array) -> Array:
    """(h, w, 3) float32 background of a picture (h, w, 3) uint8; its own where no person is.

    Person and background begin as the nearest colours that are surely theirs. What their mix
    lacks to the picture is shared out by least squares, so that neither is far from its own;
    a background that overshoots, where the matte is too broad, would shine as a bright line.
    Behind the person only a thin rim is ever uncovered.
    """
    behind = _extended(here, matte < _SURE)
    person = _extended(here, matte > 1 - _SURE)
    a = matte[..., None]
    lack = here - a * person - (1 - a) * behind
    shared = behind + lack * ((1 - a) / (a**2 + (1 - a) ** 2))
    return np.asarray(shared.clip(np.minimum(behind, here), np.maximum(behind, here)))


def _extended(here: Array, known: Array) -> Array:
    """The known colours of a picture, and elsewhere those nearest to them, (h, w, 3) float32."""
    if known.all() or not known.any():
        return here.astype(np.float32)
    height, width = known.shape
    scale = min(1.0, _FILL_SIDE / max(height, width))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    # Colours are averaged over known pixels only, or the others would bleed in.
    mask = known.astype(np.float32)
    share = cv2.resize(mask, small, interpolation=cv2.INTER_AREA)
    total = cv2.resize(here * mask[..., None], small, interpolation=cv2.INTER_AREA)
    colours = np.rint(total / np.maximum(share, 1e-6)[..., None]).astype(np.uint8)
    filled = cv2.inpaint(colours, (share < 0.5).astype(np.uint8), 4, cv2.INPAINT_TELEA)
    large = cv2.resize(filled, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.where(known[..., None], here, large).astype(np.float32)
