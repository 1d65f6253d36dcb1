"""Draws the closing upper eyelid over an eye of a photo.

The eyelid is synthesised from the skin around the eye. Stretching the picture instead would pull
down the brow or the frame of glasses.
"""

from typing import Final

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from talkinghead.appearance.colors import PhotoColors, smooth_noise
from talkinghead.geometry.align import affine_scale, apply_affine
from talkinghead.geometry.masks import blend, box_around, polygon_mask, seam_mask, smoothstep
from talkinghead.geometry.mouth import down_axis, face_width
from talkinghead.landmarks import LEFT_EYE, LOWER_LID, RIGHT_EYE, UPPER_LID
from talkinghead.media.image import LUMA
from talkinghead.types import Array

# In heights of the open eye.
_SKIN_FOLLOWS: Final = 0.1  # descent of the upper eyelid that the picture's skin follows
_FADE_IN: Final = 0.3  # further descent over which the drawn eyelid becomes opaque
# In face widths.
_ABOVE: Final = (0.026, 0.046)  # distances above the upper eyelid at which skin is sampled
_BELOW: Final = (0.018, 0.045)  # and below the lower eyelid
_LASH_MARGIN: Final = 0.032  # extent of the drawn eyelid above the eye, to cover its lashes
_LASH_LINE: Final = 0.024  # width of the lash line of a closed eye
_COLUMNS: Final = 48  # columns along the eye in which skin is sampled


def limit_eyelid_motion(base: Array, offsets: Array) -> Array:
    """Offsets (68, 3) of the landmarks `base` (68, 3), with limited descent of the upper eyelids.

    The picture's skin follows an upper eyelid slightly; `PhotoEyelid` draws the further descent.
    """
    out = np.array(offsets)
    along = down_axis(base[:, :2])
    for eye in (LEFT_EYE, RIGHT_EYE):
        upper = [point for point in UPPER_LID if eye.start <= point < eye.stop]
        lower = [point for point in LOWER_LID if eye.start <= point < eye.stop]
        height = max(float(((base[lower] - base[upper])[:, :2] @ along).mean()), 0)
        corners = offsets[[eye.start, eye.start + 3], :2].mean(axis=0)
        descent = (offsets[upper, :2] - corners) @ along
        excess = np.maximum(descent - _SKIN_FOLLOWS * height, 0)
        out[upper, :2] -= excess[:, None] * along
    return out


class PhotoEyelid:
    """The upper eyelid of one eye of a portrait."""

    def __init__(
        self, image: Array, landmarks: Array, upper: Array, lower: Array, colors: PhotoColors
    ) -> None:
        """Take an (h, w, 3) uint8 picture, its landmarks (68, 3), and the eyelids of one eye.

        `upper` and `lower` are chains (n, 2) of points in pixels, from one corner of the eye to
        the other.
        """
        self._unit = float(face_width(landmarks))
        self._down = down_axis(landmarks[:, :2])
        self._colors = colors
        self._gap = float(np.linalg.norm(lower - upper, axis=1)[1:-1].mean())
        size = (image.shape[1], image.shape[0])
        box = box_around(np.concatenate([upper, lower]), 0.05 * self._unit, size)
        self._box = box or (0, 0, 0, 0)
        self._skin = None if box is None else self._draw_skin(image, upper, lower)

    def _draw_skin(self, image: Array, upper: Array, lower: Array) -> Array:
        """(h, w, 3) float32 in [0, 255]: skin over the whole eye, blended from above to below."""
        left, top, width, height = self._box
        chord = upper[-1] - upper[0]
        length = max(float(np.hypot(*chord)), 1e-6)
        right = chord / length
        axes = np.stack([right, np.array([-right[1], right[0]])])
        if axes[1] @ self._down < 0:
            axes[1] = -axes[1]

        def to_eye(points: Array) -> Array:
            """Eye coordinates: across in widths of the eye, down in face widths."""
            return np.asarray((points - upper[0]) @ axes.T / [length, self._unit])

        u = (np.arange(_COLUMNS) + 0.5) / _COLUMNS
        roof, floor = (_heights(to_eye(chain), u) for chain in (upper, lower))
        above = self._sample_skin(image, u, roof, -1, _ABOVE, axes, upper[0], length)
        below = self._sample_skin(image, u, floor, 1, _BELOW, axes, upper[0], length)
        # Above the eye there may be a brow or glasses; below it there is mostly skin.
        ratio = (above @ LUMA) / np.maximum(below @ LUMA, 1)
        trust = np.clip((ratio - 0.5) / 0.3, 0, 1) * np.clip((1.5 - ratio) / 0.3, 0, 1)
        above = 0.9 * below + trust[:, None] * (above - 0.9 * below)
        above, below = (
            gaussian_filter1d(colors, 4, axis=0, mode="nearest") for colors in (above, below)
        )

        x, y = np.meshgrid(np.arange(width) + left, np.arange(height) + top)
        place = to_eye(np.stack([x, y], axis=-1).reshape(-1, 2))
        column = np.clip(place[:, 0], 0, 1)
        high, low = np.interp(column, u, roof), np.interp(column, u, floor)
        t = np.clip((place[:, 1] - high) / np.maximum(low - high, 1e-3), 0, 1)[:, None]
        upper_skin, lower_skin = (
            np.stack([np.interp(column, u, colors[:, i]) for i in range(3)], axis=1)
            for colors in (above, below)
        )
        skin = (upper_skin * (1 - t) + lower_skin * t) * (0.93 + 0.09 * np.sin(np.pi * t))
        noise = smooth_noise((height, width), self._colors.softness)
        noise *= 255 * self._colors.grain / max(float(noise.std()), 1e-6)
        return np.asarray(skin.reshape(height, width, 3) + noise[..., None], dtype=np.float32)

    def _sample_skin(
        self,
        image: Array,
        u: Array,
        edge: Array,
        direction: int,
        reach: tuple[float, float],
        axes: Array,
        origin: Array,
        length: float,
    ) -> Array:
        """(n, 3) float32 colours beyond one eyelid: the median of five samples in each column.

        `u` and `edge` (n,) are the columns and the eyelid's heights in eye coordinates;
        `direction` is -1 above the eye and 1 below it.
        """
        far = edge + direction * np.linspace(*reach, 5)[:, None]
        places = (u[:, None] * length * axes[0]) + origin + far[..., None] * self._unit * axes[1]
        x, y = places.astype(np.float32)[..., 0], places.astype(np.float32)[..., 1]
        samples = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        colors = np.median(samples.astype(np.float32), axis=0)
        return np.asarray(cv2.medianBlur(colors[:, None], 5)[:, 0])

    def draw(self, frame: Array, matrix: Array, drawn: Array, edge: Array, lower: Array) -> None:
        """Draw the eyelid over the eye of a frame (h, w, 3) uint8, in place.

        `matrix` (2, 3) is the affine from the portrait to the frame around this eye. The chains
        (n, 2) are in pixels of the portrait: `drawn` is the upper eyelid as the skin was warped,
        `edge` and `lower` are the upper and the lower eyelid where they should be.
        """
        descent = float(((edge - drawn) @ self._down)[1:-1].mean())
        share = float(smoothstep(descent / max(_FADE_IN * self._gap, 1e-6)))
        if share <= 0 or self._skin is None:
            return
        size = (frame.shape[1], frame.shape[0])
        lens = np.sin(np.pi * np.linspace(0, 1, len(drawn)))[:, None] ** 0.5
        top = drawn - _LASH_MARGIN * self._unit * lens * self._down
        outline = apply_affine(matrix, np.concatenate([top, edge[::-1]]))
        step = affine_scale(matrix)
        soft = max(self._colors.softness, 0.007 * self._unit * step)
        box = box_around(outline, 3 * soft + 1, size)
        if box is None:
            return
        local = np.column_stack([matrix[:, :2], matrix[:, :2] @ self._box[:2] + matrix[:, 2]])
        local[:, 2] -= box[:2]
        skin = cv2.warpAffine(
            self._skin, local, box[2:], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        blend(frame, box, skin, share * polygon_mask(outline, box, soft))
        # The lash line is thin while the eyelid descends and broad where it meets the other.
        gap = float(((lower - edge) @ self._down)[1:-1].mean())
        closure = float(np.clip(1 - gap / max(0.8 * self._gap, 1e-6), 0, 1))
        reach: Array = matrix[:, :2] @ self._down
        across = reach / max(float(np.hypot(*reach)), 1e-9)
        line = apply_affine(matrix, edge)
        breadth = (0.6 + 0.4 * closure) * _LASH_LINE * self._unit * step
        # Lashes have soft edges even in a sharp picture.
        lashes = seam_mask(line, box, breadth, across, max(self._colors.softness, 0.6 * soft))
        blend(frame, box, self._colors.lash * np.float32(0.8 * 255), 0.85 * share * lashes)


def _heights(points: Array, u: Array) -> Array:
    """Heights of a chain of points (n, 2), interpolated at `u`."""
    order = np.argsort(points[:, 0])
    return np.interp(u, points[order, 0], points[order, 1])
