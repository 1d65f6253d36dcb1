"""Lids that come down over an eye: painted skin, which draws no brow or glasses along."""

from typing import Final

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from talkinghead.geometry.affine import placed, scale_of
from talkinghead.geometry.mouth import down, face_width
from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.landmarks import LEFT_EYE, LOWER_LID, RIGHT_EYE, UPPER_LID
from talkinghead.media.luma import LUMA
from talkinghead.render.mask import blend, box_around, polygon_mask, seam_mask
from talkinghead.render.palette import Palette
from talkinghead.types import Array

_DRAWN: Final = 0.1  # share of the eye's height over which skin follows its upper lid
_FULL: Final = 0.3  # and over which the painted lid then fades in
# In face widths.
_ABOVE: Final = (0.026, 0.046)  # skin is looked for this far over the upper lid
_BELOW: Final = (0.018, 0.045)  # and this far under the lower
_OVER: Final = 0.032  # the painted lid covers the lashes that were there
_LASHES: Final = 0.024  # breadth of the line where lids meet
_COLUMNS: Final = 48


def held(base: Array, offsets: Array) -> Array:
    """Offsets (68, 3) of landmarks `base` (68, 3) without what lids are painted for.

    Skin follows an upper lid a little; further, it would pull brows and glasses down with it.
    """
    out = np.array(offsets)
    along = down(base[:, :2])
    for eye in (LEFT_EYE, RIGHT_EYE):
        upper = [point for point in UPPER_LID if eye.start <= point < eye.stop]
        lower = [point for point in LOWER_LID if eye.start <= point < eye.stop]
        height = max(float(((base[lower] - base[upper])[:, :2] @ along).mean()), 0)
        corners = offsets[[eye.start, eye.start + 3], :2].mean(axis=0)
        fall = (offsets[upper, :2] - corners) @ along
        spare = np.maximum(fall - _DRAWN * height, 0)
        out[upper, :2] -= spare[:, None] * along
    return out


class Eyelid:
    """The upper lid of one eye of a portrait."""

    def __init__(
        self, image: Array, landmarks: Array, upper: Array, lower: Array, colours: Palette
    ) -> None:
        """Take an (h, w, 3) uint8 picture, its landmarks (68, 3), and one eye's lids.

        These are chains (n, 2) of points in pixels from one corner of the eye to the other.
        """
        self._unit = float(face_width(landmarks))
        self._down = down(landmarks[:, :2])
        self._colours = colours
        self._gap = float(np.linalg.norm(lower - upper, axis=1)[1:-1].mean())
        size = (image.shape[1], image.shape[0])
        box = box_around(np.concatenate([upper, lower]), 0.05 * self._unit, size)
        self._box = box or (0, 0, 0, 0)
        self._skin = None if box is None else self._painted(image, upper, lower)

    def _painted(self, image: Array, upper: Array, lower: Array) -> Array:
        """(h, w, 3) float32 in [0, 255]: skin over the whole eye, lit as around it."""
        left, top, width, height = self._box
        chord = upper[-1] - upper[0]
        length = max(float(np.hypot(*chord)), 1e-6)
        right = chord / length
        axes = np.stack([right, np.array([-right[1], right[0]])])
        if axes[1] @ self._down < 0:
            axes[1] = -axes[1]

        def local(points: Array) -> Array:
            return np.asarray((points - upper[0]) @ axes.T / [length, self._unit])

        u = (np.arange(_COLUMNS) + 0.5) / _COLUMNS
        roof, floor = (_curve(local(chain), u) for chain in (upper, lower))
        above = self._sampled(image, u, roof, -1, _ABOVE, axes, upper[0], length)
        below = self._sampled(image, u, floor, 1, _BELOW, axes, upper[0], length)
        # A brow, a frame or its gleam is no skin: what is under the eye mostly is.
        ratio = (above @ LUMA) / np.maximum(below @ LUMA, 1)
        trust = np.clip((ratio - 0.5) / 0.3, 0, 1) * np.clip((1.5 - ratio) / 0.3, 0, 1)
        above = 0.9 * below + trust[:, None] * (above - 0.9 * below)
        above, below = (
            gaussian_filter1d(each, 4, axis=0, mode="nearest") for each in (above, below)
        )

        x, y = np.meshgrid(np.arange(width) + left, np.arange(height) + top)
        at = local(np.stack([x, y], axis=-1).reshape(-1, 2))
        column = np.clip(at[:, 0], 0, 1)
        high, low = np.interp(column, u, roof), np.interp(column, u, floor)
        t = np.clip((at[:, 1] - high) / np.maximum(low - high, 1e-3), 0, 1)[:, None]
        rows = [
            np.stack([np.interp(column, u, each[:, i]) for i in range(3)], axis=1)
            for each in (above, below)
        ]
        skin = (rows[0] * (1 - t) + rows[1] * t) * (0.93 + 0.09 * np.sin(np.pi * t))
        noise = np.random.default_rng(0).normal(size=(height, width)).astype(np.float32)
        noise = cv2.GaussianBlur(noise, (0, 0), max(self._colours.softness, 0.5))
        noise *= 255 * self._colours.grain / max(float(noise.std()), 1e-6)
        return np.asarray(skin.reshape(height, width, 3) + noise[..., None], dtype=np.float32)

    def _sampled(
        self,
        image: Array,
        u: Array,
        edge: Array,
        way: int,
        reach: tuple[float, float],
        axes: Array,
        origin: Array,
        length: float,
    ) -> Array:
        """(n, 3) float32 colours beyond one lid, the median of some places in each column."""
        far = edge + way * np.linspace(*reach, 5)[:, None]
        places = (u[:, None] * length * axes[0]) + origin + far[..., None] * self._unit * axes[1]
        x, y = places.astype(np.float32)[..., 0], places.astype(np.float32)[..., 1]
        seen = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        seen = np.median(seen.astype(np.float32), axis=0)
        return np.asarray(cv2.medianBlur(seen[:, None], 5)[:, 0])

    def close(self, frame: Array, matrix: Array, drawn: Array, edge: Array, lower: Array) -> None:
        """Paint the lid over an eye of a frame (h, w, 3) uint8, in place.

        `matrix` (2, 3) takes the portrait's pixels to the frame's around this eye; the rest
        are chains (n, 2) in the portrait's: the upper lid as the skin was drawn, the upper and
        the lower lid where they should be.
        """
        fallen = float(((edge - drawn) @ self._down)[1:-1].mean())
        share = float(smoothstep(fallen / max(_FULL * self._gap, 1e-6)))
        if share <= 0 or self._skin is None:
            return
        size = (frame.shape[1], frame.shape[0])
        lens = np.sin(np.pi * np.linspace(0, 1, len(drawn)))[:, None] ** 0.5
        top = drawn - _OVER * self._unit * lens * self._down
        outline = placed(matrix, np.concatenate([top, edge[::-1]]))
        step = scale_of(matrix)
        soft = max(self._colours.softness, 0.007 * self._unit * step)
        box = box_around(outline, 3 * soft + 1, size)
        if box is None:
            return
        local = np.column_stack([matrix[:, :2], matrix[:, :2] @ self._box[:2] + matrix[:, 2]])
        local[:, 2] -= box[:2]
        skin = cv2.warpAffine(
            self._skin, local, box[2:], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        blend(frame, box, skin, share * polygon_mask(outline, box, soft))
        # The lashes: thin while the lid comes down, broad where it meets the other.
        apart = float(((lower - edge) @ self._down)[1:-1].mean())
        shut = float(np.clip(1 - apart / max(0.8 * self._gap, 1e-6), 0, 1))
        reach: Array = matrix[:, :2] @ self._down
        across = reach / max(float(np.hypot(*reach)), 1e-9)
        line = placed(matrix, edge)
        breadth = (0.6 + 0.4 * shut) * _LASHES * self._unit * step
        # Lashes have no edge, however sharp the picture is.
        lashes = seam_mask(line, box, breadth, across, max(self._colours.softness, 0.6 * soft))
        blend(frame, box, self._colours.lash * np.float32(0.8 * 255), 0.85 * share * lashes)


def _curve(points: Array, u: Array) -> Array:
    """Heights at `u` of a chain of points (n, 2)."""
    order = np.argsort(points[:, 0])
    return np.interp(u, points[order, 0], points[order, 1])
