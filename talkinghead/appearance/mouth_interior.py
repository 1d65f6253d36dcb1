"""Renders the inside of a photo's mouth: upper teeth fixed to the skull, the rest to the jaw."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.colors import PhotoColors
from talkinghead.appearance.oral_cavity import draw_mouth_canvas
from talkinghead.appearance.source_mouth import extract_source_mouth
from talkinghead.geometry.align import affine_scale, compose_affine, translation
from talkinghead.geometry.masks import smoothstep
from talkinghead.geometry.mesh import Roi
from talkinghead.geometry.mouth import close_mouth, down_axis, face_width
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER
from talkinghead.types import Array

JAW_SHARE: Final = 0.85  # displacement of the lower teeth relative to that of the lower lip
_AMBIENT: Final = 0.3  # light deep in the mouth; with more, a narrow opening looks closed
_UNMOVED: Final = 0.02  # jaw motion in face widths at which the picture's own mouth has faded out


class MouthInterior:
    """The layers inside the mouth of a portrait, each fixed to the skull or to the jaw."""

    def __init__(self, image: Array, landmarks: Array, colors: PhotoColors) -> None:
        """Take an (h, w, 3) uint8 picture and its landmarks (68, 3) in pixels.

        Teeth visible in the picture replace drawn ones and move with the skull or the jaw. The
        rest of an open mouth in the picture is shown only while the jaw has not moved.
        """
        base = np.asarray(landmarks, dtype=np.float64)
        self._unit = float(face_width(base))
        self._down = axis_y = down_axis(base[:, :2])
        axis_x = np.array([axis_y[1], -axis_y[0]])
        closed = close_mouth(base)
        center = closed[[*INNER_UPPER, *INNER_LOWER], :2].mean(axis=0)
        to_picture = np.column_stack([axis_x * self._unit, axis_y * self._unit, center])

        self._source = source = extract_source_mouth(image, base)
        if source is not None and source.teeth is not None:
            colors = replace(colors, teeth=source.teeth.astype(np.float32))
        self._colors = colors
        canvas = draw_mouth_canvas(colors, self._unit)
        self._skull_affine = compose_affine(to_picture, canvas.matrix())
        # If the mouth is open in the picture, the jaw is already lowered.
        lowered = JAW_SHARE * (base - closed)[INNER_LOWER, :2].mean(axis=0)
        self._jaw_affine = self._skull_affine + np.column_stack([np.zeros((2, 2)), lowered])

        toothless = source is not None and source.toothless
        self._lower, self._upper = canvas.tongue, None if toothless else canvas.upper
        if source is None or not (toothless or source.lower is not None):
            self._lower = canvas.lower + canvas.tongue * (1 - canvas.lower[..., 3:])
        self._upper_affine = self._skull_affine
        if source is not None and source.behind is not None:
            self._upper, self._upper_affine = source.behind, source.crop_affine

    def render(self, mask: Array, box: Roi, head: Array, jaw: Array) -> Array:
        """(h, w, 3) float32 in [0, 255]: the inside of the mouth in one box of a frame.

        `mask` (h, w) in [0, 1] is the opening of the mouth; `head` (2, 3) is the affine from the
        portrait to the frame; `jaw` (2,) is the displacement of the lower lip in portrait pixels.
        """
        head = compose_affine(np.array([[1.0, 0, -box[0]], [0, 1.0, -box[1]]]), head)
        head_and_jaw = compose_affine(head, translation(JAW_SHARE * jaw))
        size = (box[2], box[3])

        # Light enters through the opening from above, so there is little just below the upper lip
        # and deep in the corners. The wet inner side of the lower lip is visible.
        unit = self._unit * affine_scale(head)
        below = head[:, :2] @ self._down * self._unit
        lit = smoothstep(
            (_shift_blurred(mask, 0.009 * below, max(0.014 * unit, 0.8)) - 0.08) / 0.68
        )
        rim = 1 - smoothstep(
            (_shift_blurred(mask, -0.010 * below, max(0.010 * unit, 0.8)) - 0.15) / 0.7
        )

        dim = _AMBIENT * self._colors.shadow * (1 - lit)
        dark = self._colors.cavity * (0.75 + 0.35 * lit)
        out = dark + (self._colors.wet - dark) * rim * 0.8
        lower = _warp(self._lower, compose_affine(head_and_jaw, self._jaw_affine), size)
        out = _over(out, lower, dim + 0.95 * lit)
        source = self._source
        if source is not None and source.lower is not None:
            out = _over(out, _warp(source.lower, compose_affine(head_and_jaw, source.affine), size))
        if self._upper is not None:
            upper = _warp(self._upper, compose_affine(head, self._upper_affine), size)
            out = _over(out, upper, dim + lit)
        if source is not None:
            placed = compose_affine(head, source.affine)
            if source.upper is not None:
                out = _over(out, _warp(source.upper, placed, size))
            unmoved = 1 - float(np.hypot(*jaw)) / (_UNMOVED * self._unit)
            if unmoved > 0:
                out = _over(out, _warp(source.full, placed, size) * unmoved)
        return np.asarray(out * 255, dtype=np.float32)


def _shift_blurred(mask: Array, offset: Array, sigma: float) -> Array:
    """(h, w, 1) a mask moved by `offset` (2,) pixels and blurred."""
    moved = cv2.warpAffine(mask, translation(offset), mask.shape[::-1])
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), sigma))[..., None]


def _over(under: Array, layer: Array, light: Array | float = 1.0) -> Array:
    """A premultiplied layer (h, w, 4) composited over a picture (h, w, 3), scaled by `light`."""
    return np.asarray(under * (1 - layer[..., 3:]) + layer[..., :3] * light)


def _warp(layer: Array, matrix: Array, size: tuple[int, int]) -> Array:
    return np.asarray(cv2.warpAffine(layer, matrix, size, flags=cv2.INTER_LINEAR))
