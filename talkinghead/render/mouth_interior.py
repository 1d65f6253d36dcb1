"""What is seen between the lips: teeth that stay with the skull, a jaw that moves, the dark."""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.mesh import Roi
from talkinghead.geometry.mouth import CLOSED, close_mouth, down, face_width, gaps
from talkinghead.landmarks import INNER_LIP, INNER_LOWER, INNER_UPPER
from talkinghead.render.mask import box_around, polygon_mask
from talkinghead.render.palette import Palette
from talkinghead.render.teeth import paint
from talkinghead.types import Array

JAW_SHARE: Final = 0.85  # the jaw's teeth move this much of the lower lip's way
_SPLIT: Final = 0.10  # of the face's width: mouths open wider show the jaw's teeth as well


class MouthInterior:
    """Layers of one portrait's mouth, fixed to the skull or to the jaw, painted once."""

    def __init__(self, image: Array, landmarks: Array, colours: Palette) -> None:
        """Take an (h, w, 3) uint8 picture and its landmarks (68, 3) in pixels.

        Where the picture shows the inside of an open mouth, that is kept.
        """
        base = np.asarray(landmarks, dtype=np.float64)
        self._unit = float(face_width(base))
        self._colours = colours
        canvas = paint(colours, self._unit)
        axis_y = down(base[:, :2])
        axis_x = np.array([axis_y[1], -axis_y[0]])
        rest = close_mouth(base)
        centre = rest[[*INNER_UPPER, *INNER_LOWER], :2].mean(axis=0)
        to_picture = np.column_stack([axis_x * self._unit, axis_y * self._unit, centre])
        self._place = _after(to_picture, canvas.matrix())
        # Of a mouth that is open in the picture, the jaw is already down.
        lowered = JAW_SHARE * (base - rest)[INNER_LOWER, :2].mean(axis=0)
        self._place_jaw = self._place + np.column_stack([np.zeros((2, 2)), lowered])
        self._upper, self._lower = canvas.upper, canvas.lower
        self._down = axis_y

        self._own: tuple[Array, Array] | None = None
        wide = float(gaps(base).max()) / self._unit
        box = box_around(base[INNER_LIP, :2], 4, (image.shape[1], image.shape[0]))
        if wide > CLOSED and box is not None:
            self._own = _own_layers(image, base, box, wide, self._unit)
            self._own_place = np.array([[1.0, 0, box[0]], [0, 1.0, box[1]]])
            # A toothless open mouth stays toothless.
            self._upper = self._upper * _shows_teeth(self._own[1], colours)
            self._lower = self._lower * _shows_teeth(self._own[0], colours)

    def paint(self, mask: Array, box: Roi, head: Array, jaw: Array) -> Array:
        """(h, w, 3) float32 in [0, 255]: the inside of the mouth in one box of a frame.

        `mask` (h, w) in [0, 1] is where the mouth is open; `head` (2, 3) takes the portrait's
        pixels to the frame's; `jaw` (2,) is how far the lower lip has come in portrait pixels.
        """
        lowered = np.column_stack([np.eye(2), JAW_SHARE * jaw])
        head = _after(np.array([[1.0, 0, -box[0]], [0, 1.0, -box[1]]]), head)
        size = (box[2], box[3])

        # Light falls in through the opening from above: what lies close under the upper lip or
        # deep in the corners gets little of it. Above the lower lip its wet inner side is seen.
        unit = self._unit * float(np.sqrt(abs(np.linalg.det(head[:, :2]))))
        below = head[:, :2] @ self._down * self._unit
        lit = _ramp((_shifted(mask, 0.009 * below, max(0.014 * unit, 0.8)) - 0.08) / 0.68)
        rim = 1 - _ramp((_shifted(mask, -0.010 * below, max(0.010 * unit, 0.8)) - 0.15) / 0.7)

        dim = self._colours.shadow
        dark = self._colours.cavity * (0.75 + 0.35 * lit)
        out = dark + (self._colours.wet - dark) * rim * 0.8
        lower = _warp(self._lower, _after(head, _after(lowered, self._place_jaw)), size)
        out = out * (1 - lower[..., 3:]) + lower[..., :3] * (dim * (1 - lit) * 0.30 + 0.75 * lit)
        upper = _warp(self._upper, _after(head, self._place), size)
        out = out * (1 - upper[..., 3:]) + upper[..., :3] * (dim * (1 - lit) * 0.55 + lit)
        if self._own is not None:
            for layer, motion in zip(self._own, (lowered, np.eye(2, 3)), strict=True):
                matrix = _after(head, _after(motion, self._own_place))
                own = _warp(layer, matrix, size)
                out = out * (1 - own[..., 3:]) + own[..., :3]
        return np.asarray(out * 255, dtype=np.float32)


def _own_layers(
    image: Array, base: Array, box: Roi, wide: float, unit: float
) -> tuple[Array, Array]:
    """The picture's own mouth as (jaw's part, skull's part), RGBA premultiplied."""
    x, y, width, height = box
    colour = image[y : y + height, x : x + width].astype(np.float32) / 255
    inside = polygon_mask(base[INNER_LIP, :2], box)
    alpha = np.clip(2 * cv2.GaussianBlur(inside, (0, 0), 0.7) - 0.1, 0, 1)
    # A mouth opened wide shows both rows of teeth: the lower part belongs to the jaw.
    columns, rows = np.meshgrid(np.arange(width) + x, np.arange(height) + y)
    axis = down(base[:, :2])
    top = base[INNER_UPPER, :2].mean(axis=0)
    depth = ((columns - top[0]) * axis[0] + (rows - top[1]) * axis[1]) / (wide * unit)
    jaw = np.clip((depth - 0.58) / 0.12, 0, 1) if wide > _SPLIT else np.zeros_like(depth)

    def layer(share: Array) -> Array:
        part = (alpha * share)[..., None].astype(np.float32)
        return np.concatenate([colour * part, part], axis=-1)

    # The skull's part lies over the jaw's, which is whole below it.
    return layer(np.clip(jaw * 4, 0, 1)), layer(1 - jaw)


def _shows_teeth(own: Array, colours: Palette) -> float:
    """How sure it is that a part of the picture's own mouth holds teeth, 0 to 1."""
    seen = own[own[..., 3] > 0.9][:, :3].mean(axis=1)
    if seen.size == 0:
        return 1.0
    bright = float(np.percentile(seen, 90)) / max(float(colours.teeth.mean()), 1e-3)
    return float(np.clip((bright - 0.45) / 0.3, 0, 1))


def _shifted(mask: Array, way: Array, sigma: float) -> Array:
    """A mask moved by `way` (2,) pixels and blurred, (h, w, 1)."""
    matrix = np.array([[1, 0, way[0]], [0, 1, way[1]]])
    moved = cv2.warpAffine(mask, matrix, mask.shape[::-1])
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), sigma))[..., None]


def _ramp(t: Array) -> Array:
    t = np.clip(t, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def _after(second: Array, first: Array) -> Array:
    """One affine (2, 3) after another."""
    return np.column_stack(
        [second[:, :2] @ first[:, :2], second[:, :2] @ first[:, 2] + second[:, 2]]
    )


def _warp(layer: Array, matrix: Array, size: tuple[int, int]) -> Array:
    return np.asarray(cv2.warpAffine(layer, matrix, size, flags=cv2.INTER_LINEAR))
