"""Frames cut to one face: what a renderer paints, seen through a box."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from talkinghead.geometry.mesh import Roi
from talkinghead.geometry.mouth import axes, down, face_width
from talkinghead.landmarks import NOSE_TOP
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.falloff import STILL, outline
from talkinghead.render.photo import PhotoRenderer
from talkinghead.render.translator import Translator
from talkinghead.types import Array, LandmarkTrack, Portrait, Puppet, Renderer

# In face widths, around a point this far below the nose's top.
_BELOW: Final = 0.12
_SIDE: Final = 2.5  # of the square: a head with hair, and air around it
_SPARE: Final = 0.2  # beyond what moves, where a renderer lets motion fade at a border


def square(landmarks: Array, size: tuple[int, int]) -> Roi:
    """The square around a head, (68, 2 or 3) pixels, within a picture of `size` (width, height).

    It is moved into the picture, and smaller where the picture is.
    """
    unit, middle = float(face_width(landmarks)), landmarks[NOSE_TOP, :2]
    middle = middle + _BELOW * unit * down(landmarks[:, :2])
    side = min(round(_SIDE * unit), *size)
    corner = np.clip(np.round(middle - side / 2), 0, np.array(size) - side).astype(int)
    return int(corner[0]), int(corner[1]), side, side


def moving(landmarks: Array, size: tuple[int, int]) -> Roi:
    """The box outside which no motion of a photographed head is seen."""
    unit = float(face_width(landmarks))
    ring = outline(STILL) @ axes(landmarks) * unit + landmarks[NOSE_TOP, :2]
    low = np.floor(ring.min(axis=0) - _SPARE * unit).clip(0, size).astype(int)
    high = np.ceil(ring.max(axis=0) + _SPARE * unit).clip(0, size).astype(int)
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])


def cut(portrait: Portrait, box: Roi) -> Portrait:
    """The part of a portrait in a box, as a portrait."""
    left, top, width, height = box
    rows, columns = slice(top, top + height), slice(left, left + width)
    return replace(
        portrait,
        image=np.ascontiguousarray(portrait.image[rows, columns]),
        landmarks=portrait.landmarks - np.array([left, top, 0], np.float32),
        matte=None if portrait.matte is None else portrait.matte[rows, columns],
    )


class CloseUp:
    """Another renderer's frames, cut to a box."""

    def __init__(self, renderer: Renderer, box: Roi, origin: tuple[int, int] = (0, 0)) -> None:
        """Take the box in pixels of the frames.

        `origin` is where the picture of `renderer` begins in the one that tracks are of.
        """
        self._renderer, self._box = renderer, box
        self._origin = np.array([*origin, 0], np.float32)
        self.size = box[2:]

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """One frame for each frame of the track, in order."""
        left, top, width, height = self._box
        for frame in self._renderer.render(replace(track, points=track.points - self._origin)):
            yield np.ascontiguousarray(frame[top : top + height, left : left + width])


class Cutout:
    """A puppet without what is behind it: frames are (h, w, 4) uint8, straight alpha."""

    def __init__(self, renderer: CartoonRenderer) -> None:
        """Take the renderer of the puppet."""
        self._renderer = renderer
        self.size = renderer.size

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """One frame for each frame of the track, in order."""
        return self._renderer.render_rgba(track)


def photo_close_up(
    portrait: Portrait, size: int | None = None, translator: Translator | None = None
) -> Renderer:
    """A portrait's head alone; `size` is the side of the frames, None the picture's own pixels."""
    whole = (portrait.image.shape[1], portrait.image.shape[0])
    box, around = square(portrait.landmarks, whole), moving(portrait.landmarks, whole)
    around = union(box, around)
    near = cut(portrait, around)
    factor = 1.0 if size is None else size / box[2]
    longer = max(around[2:])
    renderer = PhotoRenderer(near, None if factor == 1 else round(longer * factor), translator)
    inside = (box[0] - around[0], box[1] - around[1], box[2], box[3])
    return CloseUp(renderer, _scaled(inside, factor, renderer.size), around[:2])


def cartoon_close_up(
    puppet: Puppet,
    size: int | None = None,
    background: Array | None = None,
    transparent: bool = False,
) -> Renderer:
    """A puppet's head alone; the rest as `CartoonRenderer` has it."""
    height, width = puppet.layers["head"].image.shape[:2]
    box = square(puppet.closed, (width, height))
    factor = 1.0 if size is None else size / box[2]
    whole = CartoonRenderer(puppet, round(max(width, height) * factor), background)
    return CloseUp(Cutout(whole) if transparent else whole, _scaled(box, factor, whole.size))


def union(a: Roi, b: Roi) -> Roi:
    """The smallest box around two."""
    left, top = min(a[0], b[0]), min(a[1], b[1])
    right, bottom = max(a[0] + a[2], b[0] + b[2]), max(a[1] + a[3], b[1] + b[3])
    return left, top, right - left, bottom - top


def _scaled(box: Roi, factor: float, size: tuple[int, int]) -> Roi:
    """A square on the picture resized by `factor` to `size`."""
    side = min(round(box[2] * factor), *size)
    left, top = (
        min(round(at * factor), room - side) for at, room in zip(box[:2], size, strict=True)
    )
    return left, top, side, side
