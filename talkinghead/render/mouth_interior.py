"""What is seen between the lips: teeth that stay with the skull, a jaw that moves, the dark."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.affine import after
from talkinghead.geometry.mesh import Roi
from talkinghead.geometry.mouth import close_mouth, down, face_width
from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER
from talkinghead.render.own_mouth import own_mouth
from talkinghead.render.palette import Palette
from talkinghead.render.teeth import paint
from talkinghead.types import Array

JAW_SHARE: Final = 0.85  # the jaw's teeth move this much of the lower lip's way
_DIM: Final = 0.3  # of the shadow's light, on what lies deep: with more, narrow mouths look shut
_AS_IS: Final = 0.02  # face widths: a jaw that moved further shows another mouth than the picture's


class MouthInterior:
    """Layers of one portrait's mouth, fixed to the skull or to the jaw, painted once."""

    def __init__(self, image: Array, landmarks: Array, colours: Palette) -> None:
        """Take an (h, w, 3) uint8 picture and its landmarks (68, 3) in pixels.

        Where the picture shows teeth, those are kept, each row with its bone; what else it
        shows of an open mouth is right only while the mouth stays as it is.
        """
        base = np.asarray(landmarks, dtype=np.float64)
        self._unit = float(face_width(base))
        self._down = axis_y = down(base[:, :2])
        axis_x = np.array([axis_y[1], -axis_y[0]])
        rest = close_mouth(base)
        centre = rest[[*INNER_UPPER, *INNER_LOWER], :2].mean(axis=0)
        to_picture = np.column_stack([axis_x * self._unit, axis_y * self._unit, centre])

        self._own = own = own_mouth(image, base)
        if own is not None and own.teeth is not None:
            colours = replace(colours, teeth=own.teeth.astype(np.float32))
        self._colours = colours
        canvas = paint(colours, self._unit)
        self._place = after(to_picture, canvas.matrix())
        # Of a mouth that is open in the picture, the jaw is already down.
        lowered = JAW_SHARE * (base - rest)[INNER_LOWER, :2].mean(axis=0)
        self._place_jaw = self._place + np.column_stack([np.zeros((2, 2)), lowered])

        self._lower, self._upper = canvas.tongue, None if own and own.toothless else canvas.upper
        if own is None or not (own.toothless or own.lower is not None):
            self._lower = canvas.lower + canvas.tongue * (1 - canvas.lower[..., 3:])
        self._place_upper = self._place
        if own is not None and own.behind is not None:
            self._upper, self._place_upper = own.behind, own.square

    def paint(self, mask: Array, box: Roi, head: Array, jaw: Array) -> Array:
        """(h, w, 3) float32 in [0, 255]: the inside of the mouth in one box of a frame.

        `mask` (h, w) in [0, 1] is where the mouth is open; `head` (2, 3) takes the portrait's
        pixels to the frame's; `jaw` (2,) is how far the lower lip has come in portrait pixels.
        """
        lowered = np.column_stack([np.eye(2), JAW_SHARE * jaw])
        head = after(np.array([[1.0, 0, -box[0]], [0, 1.0, -box[1]]]), head)
        jaw_too = after(head, lowered)
        size = (box[2], box[3])

        # Light falls in through the opening from above: what lies close under the upper lip or
        # deep in the corners gets little of it. Above the lower lip its wet inner side is seen.
        unit = self._unit * float(np.sqrt(abs(np.linalg.det(head[:, :2]))))
        below = head[:, :2] @ self._down * self._unit
        lit = smoothstep((_shifted(mask, 0.009 * below, max(0.014 * unit, 0.8)) - 0.08) / 0.68)
        rim = 1 - smoothstep((_shifted(mask, -0.010 * below, max(0.010 * unit, 0.8)) - 0.15) / 0.7)

        dim = _DIM * self._colours.shadow * (1 - lit)
        dark = self._colours.cavity * (0.75 + 0.35 * lit)
        out = dark + (self._colours.wet - dark) * rim * 0.8
        lower = _warp(self._lower, after(jaw_too, self._place_jaw), size)
        out = _over(out, lower, dim + 0.95 * lit)
        own = self._own
        if own is not None and own.lower is not None:
            out = _over(out, _warp(own.lower, after(jaw_too, own.place), size))
        if self._upper is not None:
            upper = _warp(self._upper, after(head, self._place_upper), size)
            out = _over(out, upper, dim + lit)
        if own is not None:
            if own.upper is not None:
                out = _over(out, _warp(own.upper, after(head, own.place), size))
            as_is = 1 - float(np.hypot(*jaw)) / (_AS_IS * self._unit)
            if as_is > 0:
                out = _over(out, _warp(own.whole, after(head, own.place), size) * as_is)
        return np.asarray(out * 255, dtype=np.float32)


def _shifted(mask: Array, way: Array, sigma: float) -> Array:
    """A mask moved by `way` (2,) pixels and blurred, (h, w, 1)."""
    matrix = np.array([[1, 0, way[0]], [0, 1, way[1]]])
    moved = cv2.warpAffine(mask, matrix, mask.shape[::-1])
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), sigma))[..., None]


def _over(under: Array, layer: Array, light: Array | float = 1.0) -> Array:
    """Lay a premultiplied layer (h, w, 4) over a picture (h, w, 3), under some light."""
    return np.asarray(under * (1 - layer[..., 3:]) + layer[..., :3] * light)


def _warp(layer: Array, matrix: Array, size: tuple[int, int]) -> Array:
    return np.asarray(cv2.warpAffine(layer, matrix, size, flags=cv2.INTER_LINEAR))
