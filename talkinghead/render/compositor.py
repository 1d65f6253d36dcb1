"""Compositing: premultiplied layers and sprites, and several renderers on one canvas.

Colours are uint8 and alpha-premultiplied (Porter and Duff 1984) unless a name says otherwise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.align import apply_affine
from talkinghead.types import Array, LandmarkTrack, Renderer

_ROWS: Final = 64  # composited at a time, to fit into the cache of a core

Box = tuple[int, int, int, int]  # left, top, right, bottom


def premultiply(image: Array) -> Array:
    """(h, w, 4) uint8 RGBA from straight to premultiplied alpha."""
    alpha = cv2.extractChannel(image, 3)
    factor = cv2.merge([alpha, alpha, alpha, np.full_like(alpha, 255)])
    return np.asarray(cv2.multiply(image, factor, scale=1 / 255))


def unpremultiply(image: Array) -> Array:
    """(h, w, 4) uint8 RGBA from premultiplied to straight alpha; transparent pixels are black."""
    out = image.copy()
    # Only the few partly transparent pixels change.
    alpha = image[..., 3]
    partial = (alpha > 0) & (alpha < 255)
    color = image[partial][:, :3].astype(np.uint16)
    share = alpha[partial][:, None].astype(np.uint16)
    out[partial, :3] = np.minimum((color * 255 + share // 2) // share, 255)
    return out


def blend_over(under: Array, top: Array) -> None:
    """Composite premultiplied (h, w, 4) `top` over `under` (h, w, 4), in place."""
    for first in range(0, len(top), _ROWS):
        part, layer = under[first : first + _ROWS], top[first : first + _ROWS]
        clear = cv2.bitwise_not(cv2.extractChannel(layer, 3))
        cv2.add(cv2.multiply(part, cv2.merge([clear] * 4), scale=1 / 255), layer, dst=part)


@dataclass(frozen=True)
class Sprite:
    """The visible part of a premultiplied layer, and its position on the canvas."""

    image: Array  # (h, w, 4) uint8
    x: int
    y: int

    @classmethod
    def from_layer(cls, image: Array, margin: int = 2) -> "Sprite | None":
        """Crop a premultiplied layer to its visible part; None if nothing is visible."""
        box = cv2.boundingRect((image[..., 3] > 0).astype(np.uint8))
        if box[2] == 0:
            return None
        height, width = image.shape[:2]
        x0, y0 = max(box[0] - margin, 0), max(box[1] - margin, 0)
        x1 = min(box[0] + box[2] + margin, width)
        y1 = min(box[1] + box[3] + margin, height)
        return cls(np.ascontiguousarray(image[y0:y1, x0:x1]), x0, y0)

    def split_at(self, x: float) -> "tuple[Sprite | None, Sprite | None]":
        """The parts left and right of column `x` of the canvas."""
        column = int(np.clip(round(x) - self.x, 0, self.image.shape[1]))
        parts = []
        for start, stop in ((0, column), (column, self.image.shape[1])):
            part = np.ascontiguousarray(self.image[:, start:stop])
            parts.append(Sprite(part, self.x + start, self.y) if part.size else None)
        return parts[0], parts[1]

    def box(self, matrix: Array, size: tuple[int, int]) -> Box:
        """The box of the warped sprite within a frame of `size` (width, height)."""
        height, width = self.image.shape[:2]
        right, bottom = self.x + width, self.y + height
        corners = np.array([[self.x, self.y], [right, self.y], [right, bottom], [self.x, bottom]])
        moved = apply_affine(matrix, corners)
        low = np.clip(np.floor(moved.min(axis=0)) - 1, 0, size).astype(int)
        high = np.clip(np.ceil(moved.max(axis=0)) + 1, 0, size).astype(int)
        return int(low[0]), int(low[1]), int(high[0]), int(high[1])

    def warp(self, matrix: Array, box: Box) -> Array:
        """(h, w, 4) premultiplied: the sprite warped by `matrix` (2, 3), inside a frame's `box`."""
        local = matrix.copy()
        local[:, 2] += matrix[:, :2] @ (self.x, self.y) - (box[0], box[1])
        size = (box[2] - box[0], box[3] - box[1])
        return np.asarray(cv2.warpAffine(self.image, local, size, flags=cv2.INTER_LINEAR))

    def paste(self, frame: Array, matrix: Array) -> None:
        """Composite the warped sprite over a frame (h, w, 4), in place."""
        left, top, right, bottom = box = self.box(matrix, (frame.shape[1], frame.shape[0]))
        if left < right and top < bottom:
            blend_over(frame[top:bottom, left:right], self.warp(matrix, box))


@dataclass(frozen=True)
class Placement:
    """Where the frames of one renderer go on a canvas."""

    renderer: Renderer  # of (h, w, 3 or 4) frames with straight alpha
    corner: tuple[int, int]  # x, y of the upper left corner in pixels; may be outside
    mirror: bool = False  # flip the frames horizontally


class Compositor:
    """Composites several renderers over one canvas, from back to front."""

    def __init__(
        self, canvas: Array, placements: Sequence[Placement], transparent: bool = False
    ) -> None:
        """Take the background (h, w, 4) uint8 with straight alpha.

        Frames are (h, w, 4) with straight alpha where `transparent`, otherwise (h, w, 3).
        """
        self._canvas, self._placements = premultiply(canvas), tuple(placements)
        self._transparent = transparent
        self.size = (canvas.shape[1], canvas.shape[0])

    def render(self, *tracks: LandmarkTrack) -> Iterator[Array]:
        """One frame for each frame of the tracks, one track per renderer, in its own pixels."""
        pairs = zip(self._placements, tracks, strict=True)
        streams = [placement.renderer.render(track) for placement, track in pairs]
        for frames in zip(*streams, strict=True):
            canvas = self._canvas.copy()
            for placement, frame in zip(self._placements, frames, strict=True):
                _composite(canvas, frame, placement)
            yield unpremultiply(canvas) if self._transparent else canvas[..., :3].copy()


def _composite(canvas: Array, frame: Array, placement: Placement) -> None:
    """Composite the part of a frame that lies on the canvas, in place."""
    if placement.mirror:
        frame = frame[:, ::-1]
    x, y = placement.corner
    left, top = max(x, 0), max(y, 0)
    right = min(x + frame.shape[1], canvas.shape[1])
    bottom = min(y + frame.shape[0], canvas.shape[0])
    if right <= left or bottom <= top:
        return
    visible = frame[top - y : bottom - y, left - x : right - x]
    if visible.shape[2] == 3:
        canvas[top:bottom, left:right, :3] = visible
        canvas[top:bottom, left:right, 3] = 255
        return
    blend_over(canvas[top:bottom, left:right], premultiply(visible))
