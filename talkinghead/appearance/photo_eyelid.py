"""Draws the closing upper eyelid over an eye of a photo.

The skin just above the eye is drawn down over it, as a lid unfolds from under its crease: colour,
make-up and lashes are the picture's own. The mesh cannot do so, for it would pull down the brow or
the frame of glasses as well; where these are close to the eye, the lid has the skin below it.
"""

from typing import Final

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from talkinghead.appearance.colors import PhotoColors, smooth_noise
from talkinghead.geometry.align import affine_scale, apply_affine, compose_affine
from talkinghead.geometry.masks import blend, box_around, polygon_mask, seam_mask, smoothstep
from talkinghead.geometry.mouth import down_axis, face_width
from talkinghead.landmarks import BROWS, LEFT_EYE, LOWER_LID, RIGHT_EYE, UPPER_LID
from talkinghead.media.image import LUMA
from talkinghead.types import Array

_EYES: Final = (LEFT_EYE, RIGHT_EYE)
# In heights of the open eye.
_SKIN_FOLLOWS: Final = 0.1  # descent of the upper eyelid that the picture's skin follows
_FADE_IN: Final = 0.3  # further descent over which the drawn eyelid becomes opaque
_LENS: Final = 0.22  # exponent of the outline above the eye: lashes stand beside its corners too
_CLOSED: Final = 0.1  # height relative to the width of an eye that is closed in the picture
# In face widths.
_UNFOLDED: Final = 0.066  # largest height of the skin above the eye that becomes the eyelid
_LASHES: Final = 0.022  # height of the part of it that lashes may hide
_FADE: Final = 0.03  # height of the upper end over which the eyelid passes into the picture
_ABOVE: Final = (0.026, 0.046)  # distances above the upper eyelid at which skin is sampled
_BELOW: Final = (0.018, 0.045)  # and below the lower eyelid
# A lid's luma as a weighted geometric mean of the skin above the eye, below it, and of the face.
# Fitted to 44 closed eyes of filmed blinks: residual standard deviation 0.18 of the luma. The
# factor was chosen by eye: the fitted one, 0.80, looks like make-up on lids without it.
_LID_SHARES: Final = (0.46, 0.26, 0.28)
_LID_LIGHT: Final = 0.92
_UNFOLDING: Final = 0.45  # share of the eye's height over which the skin above passes into the lid
_LASH_LINE: Final = 0.020  # width of the lash line of a closed eye
_BROW_SHARE: Final = 0.6  # of the height up to the middle of the brow, which must stay
_RELIEF: Final = 0.08  # largest contrast that the skin keeps: its crease is smoothed out
_MAX_COLUMNS: Final = 320  # of the eyelid's canvas


def are_eyes_closed(landmarks: Array) -> bool:
    """Whether an eye of landmarks (68, 2 or 3) is closed, so that no blink can be shown."""
    points = np.asarray(landmarks, dtype=np.float64)[:, :2]
    down = down_axis(points)
    heights = (points[LOWER_LID] - points[UPPER_LID]) @ down
    widths = [np.hypot(*(points[eye.start + 3] - points[eye.start])) for eye in _EYES]
    openings = heights.reshape(2, 2).mean(axis=1) / np.maximum(widths, 1e-9)
    return bool((openings < _CLOSED).any())


def limit_eyelid_motion(base: Array, offsets: Array) -> Array:
    """Offsets (68, 3) of the landmarks `base` (68, 3), with limited descent of the upper eyelids.

    The picture's skin follows an upper eyelid slightly; `PhotoEyelid` draws the further descent.
    """
    out = np.array(offsets)
    along = down_axis(base[:, :2])
    for eye in _EYES:
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
        chord = upper[-1] - upper[0]
        self._length = max(float(np.hypot(*chord)), 1e-6)
        right = chord / self._length
        self._axes = np.stack([right, np.array([-right[1], right[0]])])
        if self._axes[1] @ self._down < 0:
            self._axes[1] = -self._axes[1]
        self._origin = upper[0]
        columns = int(np.clip(np.ceil(self._length), 24, _MAX_COLUMNS))
        self._u = (np.arange(columns) + 0.5) / columns
        self._step = self._length / columns / self._unit  # face widths per canvas pixel
        self._roof = self._heights(upper)
        brows = (landmarks[BROWS, :2] - self._origin) @ self._axes.T
        near = (brows[:, 0] > 0) & (brows[:, 0] < self._length)
        room = float(self._roof.min() - brows[near, 1].max() / self._unit) if near.any() else 1.0
        self._unfolded = float(np.clip(_BROW_SHARE * room, _LASHES + _FADE, _UNFOLDED))
        self._floor = self._heights(lower)
        above = self._skin_color(image, self._roof, -1, _ABOVE)
        self._below = below = self._skin_color(image, self._floor, 1, _BELOW)
        # Above the eye there may be a brow or glasses; below it there is mostly skin.
        ratio = (above @ LUMA) / np.maximum(below @ LUMA, 1)
        trust = np.clip((ratio - 0.5) / 0.3, 0, 1) * np.clip((1.5 - ratio) / 0.3, 0, 1)
        self._trust = trust[:, None]
        # In the shade of the brow skin looks greyer than when the lid comes out of it.
        light = [(part @ LUMA)[:, None] for part in (above, below)]
        tint = (above / np.maximum(light[0], 1) + below / np.maximum(light[1], 1)) / 2
        self._above = 0.9 * below + self._trust * (light[0] * tint - 0.9 * below)
        # Seen below the brow, a closed lid is nearly as light as the skin of the face.
        cheek = max(255 * float(colors.skin @ LUMA), 1.0)
        near = [np.maximum(part @ LUMA, 1) for part in (self._above, below)]
        shares = _LID_SHARES
        level = _LID_LIGHT * near[0] ** shares[0] * near[1] ** shares[1] * cheek ** shares[2]
        hue = (self._above / near[0][:, None] + below / near[1][:, None]) / 2
        self._lid = hue * level[:, None]
        self._strip = self._relief(image)
        noise = smooth_noise((columns, columns), colors.softness)
        self._grain = noise * (255 * colors.grain / max(float(noise.std()), 1e-6))

    def _heights(self, chain: Array) -> Array:
        """(columns,) heights of a chain (n, 2) in face widths below the corner of the eye."""
        place = (chain - self._origin) @ self._axes.T / [self._length, self._unit]
        order = np.argsort(place[:, 0])
        return np.interp(self._u, place[order, 0], place[order, 1])

    def _sample(self, image: Array, heights: Array) -> Array:
        """(rows, columns, 3) float32 colours at `heights` (rows, columns) in every column."""
        places = (
            self._origin
            + (self._u * self._length)[:, None] * self._axes[0]
            + heights[..., None] * self._unit * self._axes[1]
        ).astype(np.float32)
        samples = cv2.remap(
            image, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return samples.astype(np.float32)

    def _skin_color(
        self, image: Array, edge: Array, direction: int, reach: tuple[float, float]
    ) -> Array:
        """(columns, 3) smooth colours beyond one eyelid: the median of five samples per column.

        `edge` (columns,) are the eyelid's heights; `direction` is -1 above the eye, 1 below it.
        """
        far = edge + direction * np.linspace(*reach, 5)[:, None]
        colors = np.median(self._sample(image, far), axis=0)
        return np.asarray(gaussian_filter1d(colors, len(edge) / 12, axis=0, mode="nearest"))

    def _relief(self, image: Array) -> Array:
        """(rows, columns, 3) float32 deviation of the skin above the lashes from its colour."""
        rows = max(6, round((self._unfolded - _LASHES) / self._step))
        away = _LASHES + (np.arange(rows) + 0.5) / rows * (self._unfolded - _LASHES)
        strip = self._sample(image, self._roof - away[:, None])
        relief = np.tanh((strip / np.maximum(self._above, 1) - 1) / _RELIEF) * _RELIEF
        relief -= relief[: rows // 2].mean(axis=0)  # most of the lid comes from there
        return np.asarray(self._trust * relief * self._above, dtype=np.float32)

    def _canvas(self, edge: Array) -> tuple[Array, Array]:
        """(h, columns, 4) float32 the eyelid down to `edge` (columns,), and its (2, 3) affine.

        The affine takes pixels of the canvas to the portrait. The fourth channel is opacity.
        """
        top = float(self._roof.min()) - self._unfolded
        rows = max(8, int(np.ceil((float(np.maximum(edge, self._roof).max()) - top) / self._step)))
        height = top + (np.arange(rows)[:, None] + 0.5) * self._step
        within = np.clip((height - self._roof) / np.maximum(self._floor - self._roof, 1e-3), 0, 1)
        skin = self._above + smoothstep(within / _UNFOLDING)[..., None] * (self._lid - self._above)
        skin = skin * (0.98 + 0.05 * np.sin(np.pi * within))[..., None]
        # The skin at the upper end stays; the nearer to the edge, the more of it unfolds.
        length = np.maximum(edge - self._roof, 0) + self._unfolded
        x = np.clip((edge - height) / length, 0, 1)
        slope = np.clip(2 - length / (self._unfolded - _LASHES), 0, 1)
        map_y = ((slope * x + (1 - slope) * x**2) * len(self._strip) - 0.5).astype(np.float32)
        map_x = np.broadcast_to(np.arange(len(self._u), dtype=np.float32), map_y.shape)
        skin += cv2.remap(
            self._strip, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        skin += np.resize(self._grain, (rows, len(self._u)))[..., None]
        opacity = smoothstep((height - self._roof + self._unfolded) / _FADE)
        across, below = self._step * self._unit * self._axes
        corner = self._origin + (top / self._step + 0.5) * below + 0.5 * across
        return np.dstack([skin, opacity]).astype(np.float32), np.column_stack(
            [across, below, corner]
        )

    def draw(self, frame: Array, matrix: Array, drawn: Array, edge: Array, lower: Array) -> None:
        """Draw the eyelid over the eye of a frame (h, w, 3) uint8, in place.

        `matrix` (2, 3) is the affine from the portrait to the frame around this eye. The chains
        (n, 2) are in pixels of the portrait: `drawn` is the upper eyelid as the skin was warped,
        `edge` and `lower` are the upper and the lower eyelid where they should be.
        """
        descent = float(((edge - drawn) @ self._down)[1:-1].mean())
        share = float(smoothstep(descent / max(_FADE_IN * self._gap, 1e-6)))
        if share <= 0:
            return
        size = (frame.shape[1], frame.shape[0])
        lens = np.sin(np.pi * np.linspace(0, 1, len(drawn)))[:, None] ** _LENS
        top = drawn - self._unfolded * self._unit * lens * self._down
        outline = apply_affine(matrix, np.concatenate([top, edge[::-1]]))
        step = affine_scale(matrix)
        soft = max(self._colors.softness, 0.007 * self._unit * step)
        box = box_around(outline, 3 * soft + 1, size)
        if box is None:
            return
        canvas, place = self._canvas(self._heights(edge))
        local = compose_affine(matrix, place)
        local[:, 2] -= box[:2]
        lid = cv2.warpAffine(
            canvas, local, box[2:], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        mask = share * polygon_mask(outline, box, soft) * lid[..., 3]
        blend(frame, box, lid[..., :3], mask)
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
