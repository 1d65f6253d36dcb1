"""Render puppets: a warped head layer over a static body, mouth interior and closing eyelids."""

from collections.abc import Iterator

import cv2
import numpy as np

from talkinghead.errors import ImageError, InputError
from talkinghead.geometry.mesh import Mesh, Roi
from talkinghead.landmarks import LEFT_EYE, MOUTH, MOUTH_LEFT, MOUTH_RIGHT, RIGHT_EYE
from talkinghead.render.compositor import Sprite, blend_over, premultiply, unpremultiply
from talkinghead.render.parallel import ordered_map, thread_count
from talkinghead.render.puppet_rig import PuppetPose, PuppetRig
from talkinghead.types import Array, LandmarkTrack, Puppet

DEFAULT_MOUTH_COLOR = (58, 12, 20, 255)  # RGBA, for a puppet without a mouth layer
_SUPERSAMPLES = 4  # per pixel and axis, for the mouth mask


class CartoonRenderer:
    """Renders landmark tracks, in pixels of the puppet's canvas, on a puppet."""

    def __init__(
        self, puppet: Puppet, size: int | None = None, background: Array | None = None
    ) -> None:
        """Take a puppet, the longer side of the frames in pixels (None: its own), and a background.

        The background (h, w, 3) uint8 is scaled and cropped to fill the frame; None uses the
        puppet's own, or white if it has none. Raises InputError for a size below 16.
        """
        height, width = puppet.layers["head"].image.shape[:2]
        if size is not None and size < 16:
            raise InputError(f"a puppet needs at least 16 pixels a side, got {size}")
        self._factor = 1.0 if size is None else size / max(width, height)
        self.size = (round(width * self._factor), round(height * self._factor))
        self._rig = PuppetRig(puppet, self._factor)
        layers = {role: self._resize(layer.image) for role, layer in puppet.layers.items()}
        clear = np.zeros((self.size[1], self.size[0], 4), np.uint8)
        self._body = layers.get("body", clear)
        self._still_layers = np.full_like(clear, 255)
        if background is not None:
            self._still_layers[..., :3] = _fill_frame(background, self.size)
        else:
            blend_over(self._still_layers, layers.get("background", clear))
        blend_over(self._still_layers, self._body)
        self._head = layers["head"]
        if "pupils" in layers:
            blend_over(self._head, layers["pupils"])
        roi = self._head_box()
        # Open lips are warped shut: coarse cells would leave part of the gap visible.
        drawn_open = puppet.meta.get("drawn") == "open"
        details = (self._mouth_box(roi),) if drawn_open else ()
        self._mesh = Mesh(
            self._rig.source, self._rig.triangles, self.size, roi=roi, details=details
        )
        self._mouth_sprites = {role: _sprite(layers, role) for role in ("mouth", "jaw", "teeth")}
        self._mouth_in_head = drawn_open and self._mouth_sprites["mouth"] is None
        tusks = _sprite(layers, "tusks")
        middle = float(self._rig.neutral[[MOUTH_LEFT, MOUTH_RIGHT], 0].mean())
        self._tusks = tusks.split_at(middle) if tusks else (None, None)
        eyes = (self._rig.neutral[LEFT_EYE], self._rig.neutral[RIGHT_EYE])
        lids = layers.get("eyelids")
        self._eyelids = [] if lids is None else [_ClosingEyelid(lids, eye) for eye in eyes]

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """One (h, w, 3) uint8 frame for each frame of the track, over the background."""
        return ordered_map(self._frame, track.points, thread_count(self.size))

    def render_rgba(self, track: LandmarkTrack) -> Iterator[Array]:
        """The same as (h, w, 4) uint8 with straight alpha and without the background."""
        return ordered_map(self._rgba_frame, track.points, thread_count(self.size))

    def _frame(self, points: Array) -> Array:
        frame = self._render_frame(self._still_layers, points)
        return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGBA2RGB))

    def _rgba_frame(self, points: Array) -> Array:
        return unpremultiply(self._render_frame(self._body, points))

    def _render_frame(self, under: Array, points: Array) -> Array:
        """(h, w, 4) premultiplied frame: the puppet with landmarks (68, 2 or 3) over `under`."""
        frame = under.copy()
        pose = self._rig.pose(points * self._factor)
        x, y, width, height = self._mesh.roi
        map_x, map_y = self._mesh.backward_map(pose.vertices)
        head = cv2.remap(self._head, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        blend_over(frame[y : y + height, x : x + width], head)
        if not self._mouth_in_head:
            self._draw_mouth(frame, pose)
        for tusk, matrix in zip(self._tusks, pose.tusks, strict=True):
            if tusk is not None:
                tusk.paste(frame, matrix)
        for lid, openness, matrix in zip(self._eyelids, pose.lids, pose.eyes, strict=False):
            lid.paste(frame, openness, matrix)
        return frame

    def _resize(self, image: Array) -> Array:
        """Premultiply a layer (h, w, 4) with straight alpha and resize it to the frames."""
        layer = premultiply(image)
        if (layer.shape[1], layer.shape[0]) == self.size:
            return layer
        method = cv2.INTER_AREA if self._factor < 1 else cv2.INTER_CUBIC
        resized = np.asarray(cv2.resize(layer, self.size, interpolation=method))
        # Cubic overshoot must not leave colour above its alpha.
        resized[..., :3] = np.minimum(resized[..., :3], resized[..., 3:])
        return resized

    def _head_box(self) -> Roi:
        """The box that the head may fill: its drawing and a margin for motion."""
        x, y, width, height = cv2.boundingRect((self._head[..., 3] > 0).astype(np.uint8))
        margin = max(self.size) // 10
        x0, y0 = max(x - margin, 0), max(y - margin, 0)
        x1 = min(x + width + margin, self.size[0])
        y1 = min(y + height + margin, self.size[1])
        return x0, y0, x1 - x0, y1 - y0

    def _mouth_box(self, roi: Roi) -> Roi:
        """The box around the mouth, clipped to `roi`."""
        lips = self._rig.source[MOUTH]
        margin = (lips[:, 0].max() - lips[:, 0].min()) / 3
        x, y, width, height = roi
        x0, y0 = np.clip(lips.min(axis=0) - margin, (x, y), (x + width, y + height)).astype(int)
        x1, y1 = np.clip(lips.max(axis=0) + margin, (x, y), (x + width, y + height)).astype(int)
        return int(x0), int(y0), int(x1 - x0), int(y1 - y0)

    def _draw_mouth(self, frame: Array, pose: PuppetPose) -> None:
        """Draw the mouth interior between the lips, in place."""
        # Lips less than half a pixel apart count as closed: noise would make them flicker.
        opacity = float(np.clip(pose.gap - 0.5, 0, 1))
        low = np.clip(np.floor(pose.lips.min(axis=0)) - 2, 0, self.size).astype(int)
        high = np.clip(np.ceil(pose.lips.max(axis=0)) + 3, 0, self.size).astype(int)
        left, top, right, bottom = box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
        width, height = right - left, bottom - top
        if opacity == 0 or width <= 0 or height <= 0:
            return
        fine = (pose.lips - low + 0.5) * _SUPERSAMPLES - 0.5
        opening = np.zeros((height * _SUPERSAMPLES, width * _SUPERSAMPLES), np.uint8)
        cv2.fillPoly(opening, [np.round(fine * 16).astype(np.int32)], 255, cv2.LINE_8, 4)
        mask = cv2.resize(opening, (width, height), interpolation=cv2.INTER_AREA)
        inside = np.empty((height, width, 4), np.uint8)
        inside[:] = DEFAULT_MOUTH_COLOR
        for role, matrix in (("mouth", pose.head), ("jaw", pose.jaw), ("teeth", pose.head)):
            sprite = self._mouth_sprites[role]
            if sprite is not None:
                blend_over(inside, sprite.warp(matrix, box))
        # The lips cast a shadow, which fades away from their edge.
        mask = cv2.convertScaleAbs(mask, alpha=opacity)
        reach = 2 * int(max(width / 16, 1)) + 1
        light = cv2.convertScaleAbs(cv2.blur(mask, (reach, reach)), alpha=0.75, beta=0.25 * 255)
        shade = cv2.multiply(mask, light, scale=1 / 255)
        visible = cv2.multiply(inside, cv2.merge([shade, shade, shade, mask]), scale=1 / 255)
        blend_over(frame[top:bottom, left:right], visible)


class TransparentCartoon:
    """A puppet without its background: frames are (h, w, 4) uint8 with straight alpha."""

    def __init__(self, renderer: CartoonRenderer) -> None:
        """Take the renderer of the puppet."""
        self._renderer = renderer
        self.size = renderer.size

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """One (h, w, 4) frame for each frame of the track, in order."""
        return self._renderer.render_rgba(track)


class _ClosingEyelid:
    """The eyelid of one eye: the drawn closed lid, moved up by how far the eye is open."""

    def __init__(self, layer: Array, eye: Array) -> None:
        """Take the premultiplied layer of closed eyelids and the landmarks (6, 2) of the eye."""
        low, high = eye.min(axis=0), eye.max(axis=0)
        margin = (high - low)[0] * 0.2
        height, width = layer.shape[:2]
        x0, y0 = np.clip(low - margin, 0, (width, height)).astype(int)
        x1, y1 = np.clip(high + margin + 1, 0, (width, height)).astype(int)
        self._x, self._y = int(x0), int(y0)
        self._image = np.ascontiguousarray(layer[y0:y1, x0:x1])
        columns = np.arange(x0, x1, dtype=np.float64)
        left, right = (0, 3) if eye[0, 0] < eye[3, 0] else (3, 0)
        upper = [left, *([1, 2] if left == 0 else [2, 1]), right]
        lower = [left, *([5, 4] if left == 0 else [4, 5]), right]
        top, bottom = (_cubic_heights(eye[row], columns) for row in (upper, lower))
        self._travel = (bottom - top).astype(np.float32)[None, :]
        rows = np.arange(y0, y1, dtype=np.float32)[:, None]
        self._map_x = np.repeat((columns - x0).astype(np.float32)[None, :], y1 - y0, axis=0)
        self._map_y = np.repeat(rows - y0, x1 - x0, axis=1)
        # Above the upper rim of the eye the head layer already shows the skin of the lid.
        rim = max((high - low)[0] * 0.03, 1.0)
        below_rim = np.clip(rows - (top[None, :] - rim), 0, 1)
        self._mask = cv2.merge([np.rint(below_rim * 255).astype(np.uint8)] * 4)

    def paste(self, frame: Array, openness: float, matrix: Array) -> None:
        """Draw the lid in place, moved by `matrix` (2, 3); `openness` 1 is as drawn, 0 closed."""
        if openness >= 1 or self._image.size == 0:
            return
        lid = cv2.remap(
            self._image, self._map_x, self._map_y + openness * self._travel, cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
        )  # fmt: skip
        # The lid fades in, so that a blink does not begin abruptly.
        strength = min((1 - openness) * 8, 1.0)
        visible = cv2.multiply(lid, self._mask, scale=strength / 255)
        Sprite(visible, self._x, self._y).paste(frame, matrix)


def _cubic_heights(points: Array, columns: Array) -> Array:
    """(n,) heights at `columns` (n,) of the cubic through points (4, 2), constant beyond them."""
    x, y = points[:, 0], points[:, 1]
    if len(np.unique(x)) < len(x):
        return np.interp(columns, np.sort(x), y[np.argsort(x)])
    inside = np.clip(columns, x.min(), x.max())
    return np.asarray(np.polyval(np.polyfit(x - x[0], y, 3), inside - x[0]))


def _sprite(layers: dict[str, Array], role: str) -> Sprite | None:
    return Sprite.from_layer(layers[role]) if role in layers else None


def _fill_frame(picture: Array, size: tuple[int, int]) -> Array:
    """A picture (h, w, 3) uint8 scaled and cropped to fill a frame of `size` (width, height)."""
    if picture.ndim != 3 or picture.shape[2] != 3 or picture.dtype != np.uint8:
        raise ImageError(
            f"a background must be (h, w, 3) uint8, got {picture.shape} {picture.dtype}"
        )
    height, width = picture.shape[:2]
    factor = max(size[0] / width, size[1] / height)
    large = (max(round(width * factor), size[0]), max(round(height * factor), size[1]))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    scaled = np.asarray(cv2.resize(picture, large, interpolation=method))
    x, y = (large[0] - size[0]) // 2, (large[1] - size[1]) // 2
    return scaled[y : y + size[1], x : x + size[0]]
