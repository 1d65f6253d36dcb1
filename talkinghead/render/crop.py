"""Crop portraits and frames to the head, and render only the part of the picture it needs."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from typing import Final

import numpy as np

from talkinghead.geometry.mesh import Roi
from talkinghead.geometry.mouth import down_axis, face_axes, face_width
from talkinghead.landmarks import NOSE_TOP
from talkinghead.models.translator_runtime import MouthTranslator
from talkinghead.render.cartoon import CartoonRenderer, TransparentCartoon
from talkinghead.render.face_mesh import MOTION_LIMIT, ellipse_points
from talkinghead.render.photo import PhotoRenderer
from talkinghead.types import Array, LandmarkTrack, MultiRenderer, Portrait, Puppet, Renderer

# All in face widths.
_BELOW: Final = 0.12  # from the top of the nose down to the centre of the square
_SIDE: Final = 2.5  # side of the square: a head with hair, and some space around it
_MARGIN: Final = 0.2  # around the moving region: motion fades out over it


def head_square(landmarks: Array, size: tuple[int, int]) -> Roi:
    """The square around a head with landmarks (68, 2 or 3) in pixels.

    It is shifted into a picture of `size` (width, height), and shrunk if the picture is smaller.
    """
    unit, centre = float(face_width(landmarks)), landmarks[NOSE_TOP, :2]
    centre = centre + _BELOW * unit * down_axis(landmarks[:, :2])
    side = min(round(_SIDE * unit), *size)
    corner = np.clip(np.round(centre - side / 2), 0, np.array(size) - side).astype(int)
    return int(corner[0]), int(corner[1]), side, side


def heads_box(heads: Sequence[Array], size: tuple[int, int]) -> Roi:
    """The smallest box around the square of each head, landmarks (68, 2 or 3) in a picture."""
    return reduce(bounding_box, (head_square(landmarks, size) for landmarks in heads))


def motion_box(landmarks: Array, size: tuple[int, int]) -> Roi:
    """The box outside which a moving head changes nothing in a photo of `size` (width, height)."""
    unit = float(face_width(landmarks))
    ring = ellipse_points(MOTION_LIMIT) @ face_axes(landmarks) * unit + landmarks[NOSE_TOP, :2]
    low = np.floor(ring.min(axis=0) - _MARGIN * unit).clip(0, size).astype(int)
    high = np.ceil(ring.max(axis=0) + _MARGIN * unit).clip(0, size).astype(int)
    return int(low[0]), int(low[1]), int(high[0] - low[0]), int(high[1] - low[1])


def bounding_box(a: Roi, b: Roi) -> Roi:
    """The smallest box that contains two boxes."""
    left, top = min(a[0], b[0]), min(a[1], b[1])
    right, bottom = max(a[0] + a[2], b[0] + b[2]), max(a[1] + a[3], b[1] + b[3])
    return left, top, right - left, bottom - top


def crop_portrait(portrait: Portrait, box: Roi) -> Portrait:
    """The part of a portrait inside a box of its picture."""
    left, top, width, height = box
    rows, columns = slice(top, top + height), slice(left, left + width)
    return replace(
        portrait,
        image=np.ascontiguousarray(portrait.image[rows, columns]),
        landmarks=portrait.landmarks - np.array([left, top, 0], np.float32),
        matte=None if portrait.matte is None else portrait.matte[rows, columns],
    )


class CropRenderer:
    """The frames of another renderer, of one track or of several, cropped to a box."""

    def __init__(
        self, renderer: Renderer | MultiRenderer, box: Roi, origin: tuple[int, int] = (0, 0)
    ) -> None:
        """Take the box in pixels of the frames.

        `origin` is the upper left corner of the renderer's picture in the picture that tracks
        refer to.
        """
        self._renderer, self._box, self._origin = renderer, box, origin
        self.size = box[2:]

    def render(self, *tracks: LandmarkTrack) -> Iterator[Array]:
        """One frame for each frame of the tracks, as many as the renderer takes, in order."""
        left, top, width, height = self._box
        corner = np.array([*self._origin, 0], np.float32)
        shifted = [replace(track, points=track.points - corner) for track in tracks]
        for frame in self._renderer.render(*shifted):
            yield np.ascontiguousarray(frame[top : top + height, left : left + width])


def cropped_photo(
    portrait: Portrait, size: int | None = None, translator: MouthTranslator | None = None
) -> Renderer:
    """A renderer of the head of a portrait; `size` is the side of its frames, None: no resizing."""
    picture_size = (portrait.image.shape[1], portrait.image.shape[0])
    square = head_square(portrait.landmarks, picture_size)
    part = bounding_box(square, motion_box(portrait.landmarks, picture_size))
    factor = 1.0 if size is None else size / square[2]
    longer = None if factor == 1 else round(max(part[2:]) * factor)
    renderer = PhotoRenderer(crop_portrait(portrait, part), longer, translator)
    inside = (square[0] - part[0], square[1] - part[1], square[2], square[3])
    return CropRenderer(renderer, _scale_square(inside, factor, renderer.size), part[:2])


def cropped_cartoon(
    puppet: Puppet,
    size: int | None = None,
    background: Array | None = None,
    transparent: bool = False,
) -> Renderer:
    """A renderer of the head of a puppet; `size` as in `cropped_photo`.

    With `transparent` the frames are RGBA without a background.
    """
    height, width = puppet.layers["head"].image.shape[:2]
    square = head_square(puppet.closed, (width, height))
    factor = 1.0 if size is None else size / square[2]
    renderer = CartoonRenderer(puppet, round(max(width, height) * factor), background)
    inner = TransparentCartoon(renderer) if transparent else renderer
    return CropRenderer(inner, _scale_square(square, factor, renderer.size))


def _scale_square(square: Roi, factor: float, size: tuple[int, int]) -> Roi:
    """A square on a picture that has been resized by `factor` to `size`."""
    side = min(round(square[2] * factor), *size)
    left, top = (
        min(round(start * factor), length - side)
        for start, length in zip(square[:2], size, strict=True)
    )
    return left, top, side, side
