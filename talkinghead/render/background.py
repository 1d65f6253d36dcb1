"""Separate a moving person from a static background, and composite the two."""

from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.inpaint import inpaint_large
from talkinghead.geometry.mesh import Roi
from talkinghead.types import Array

_CERTAIN: Final = 0.01  # a matte within this of 0 or 1 belongs to one layer only
_ROWS: Final = 32  # composited at a time, to fit into the cache of a core


class BackgroundLayers:
    """A region of a picture in two layers: a moving person and a static background.

    With the matte a, the picture S and a background B, the person's layer is S - (1 - a) B, in
    premultiplied colours (Porter and Duff 1984). Composited over B it is exactly S where nothing
    moves, for any matte, so a face that has not moved is rendered as the picture itself.
    """

    def __init__(self, picture: Array, matte: Array, roi: Roi) -> None:
        """Take a picture (h, w, 3) uint8, the matte (h, w) in [0, 1] and the region that moves."""
        left, top, width, height = self._roi = roi
        part = np.s_[top : top + height, left : left + width]
        region = np.ascontiguousarray(picture[part])
        clear = 1 - matte[part].astype(np.float32)
        background = _estimate_background(region, matte[part])
        person: Array = region - background * clear[..., None].astype(np.float32)
        self._person = np.dstack([person, clear])
        self._background = np.dstack([background, np.zeros_like(clear)])

    def compose(self, map_x: Array, map_y: Array, sampling: int) -> Array:
        """(h, w, 3) uint8 region with the person sampled by a backward map.

        The maps are in pixels of the whole picture, as returned by `Mesh.backward_map`;
        `sampling` is an interpolation flag of OpenCV.
        """
        left, top, width, height = self._roi
        out = np.empty((height, width, 3), dtype=np.uint8)
        for first in range(0, height, _ROWS):
            rows = np.s_[first : first + _ROWS]
            moved = cv2.remap(
                self._person,
                map_x[rows] - left,
                map_y[rows] - top,
                sampling,
                borderMode=cv2.BORDER_REPLICATE,
            )
            clear = cv2.extractChannel(moved, 3)
            visible = cv2.multiply(self._background[rows], cv2.merge([clear] * 4))
            composite = cv2.add(moved, visible, dtype=cv2.CV_8U)
            out[rows] = cv2.cvtColor(composite, cv2.COLOR_RGBA2RGB)
        return out


def _estimate_background(region: Array, matte: Array) -> Array:
    """(h, w, 3) float32 background of a region (h, w, 3) uint8, unchanged outside the person.

    Both layers are initialised with the nearest colours that are certainly theirs. The residual
    between their blend and the picture is distributed by least squares, so that both stay close
    to those colours. The background is then clipped to the range between its own colour and the
    picture's: where the matte is too wide, an overshoot would be visible as a bright line. Only
    a thin rim behind the person is ever uncovered.
    """
    background = inpaint_large(region, matte < _CERTAIN)
    person = inpaint_large(region, matte > 1 - _CERTAIN)
    a = matte[..., None]
    residual = region - a * person - (1 - a) * background
    fitted = background + residual * ((1 - a) / (a**2 + (1 - a) ** 2))
    return np.asarray(fitted.clip(np.minimum(background, region), np.maximum(background, region)))
