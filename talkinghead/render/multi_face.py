"""Render several faces of one photo, each in its own part of the picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Final

import cv2
import numpy as np

from talkinghead.face.portrait import resize_portrait, scale_points
from talkinghead.geometry.masks import smoothstep
from talkinghead.geometry.mesh import Roi
from talkinghead.geometry.mouth import face_axes, face_width
from talkinghead.landmarks import NOSE_TOP
from talkinghead.models.translator_runtime import MouthTranslator
from talkinghead.render.crop import (
    CropRenderer,
    bounding_box,
    crop_portrait,
    heads_box,
    motion_box,
)
from talkinghead.render.face_mesh import MOTION_LIMIT, ellipse_radius
from talkinghead.render.parallel import ordered_map, thread_count
from talkinghead.render.photo import PhotoRenderer, articulated_frames
from talkinghead.types import Array, LandmarkTrack, MultiRenderer, Portrait

_CELL: Final = 8  # pixels: ownership is computed on a grid of this spacing
_TRANSITION: Final = 0.25  # width of the border between two faces, relative to their distance


class MultiFaceRenderer:
    """Animates several faces of one photo.

    A pixel belongs to the nearest face, in units of that face's width. Where faces are so close
    that one would drag the other along, the matte of each is limited to its own pixels; all others
    count as static background. Faces that do not move own pixels, too.
    """

    def __init__(
        self,
        portraits: Sequence[Portrait],
        others: Sequence[Array] = (),
        size: int | None = None,
        translator: MouthTranslator | None = None,
    ) -> None:
        """Take portraits in one picture, and landmarks (68, 3) of the faces that do not move.

        `size` is the longer side of the frames; None keeps that of the picture.
        """
        longer = max(portraits[0].image.shape[:2])
        self._factor = 1.0 if size is None else size / longer
        if self._factor != 1:
            portraits = [resize_portrait(portrait, self._factor) for portrait in portraits]
            others = [scale_points(np.asarray(points), self._factor) for points in others]
        self._picture = portraits[0].image
        height, width = self._picture.shape[:2]
        self.size = (width, height)
        self._faces = []
        for portrait in portraits:
            moving = [other.landmarks for other in portraits if other is not portrait]
            landmarks = portrait.landmarks.astype(np.float32)
            self._faces.append(
                _animated_face(
                    replace(portrait, landmarks=landmarks), [*moving, *others], translator
                )
            )

    def render(self, *tracks: LandmarkTrack) -> Iterator[Array]:
        """One (h, w, 3) uint8 frame for each frame of the tracks, one per portrait, in order.

        Tracks are in pixels of the original picture, whatever `size` is.
        """
        frames = list(zip(*(articulated_frames(track) for track in tracks), strict=True))
        return ordered_map(self._frame, frames, thread_count(self.size))

    def _frame(self, poses: Sequence[tuple[Array, Array | None]]) -> Array:
        """(h, w, 3) uint8 frame for the landmarks and the articulation of all portraits."""
        frame: Array = self._picture.copy()
        for face, (landmarks, articulation) in zip(self._faces, poses, strict=True):
            if self._factor != 1:
                landmarks = scale_points(landmarks, self._factor)
            face.draw(frame, landmarks, articulation)
        return frame


@dataclass(frozen=True)
class _AnimatedFace:
    """One animated face: the box it moves in, and the pixels that it owns."""

    renderer: PhotoRenderer
    box: Roi
    original: Array  # (h, w, 3) uint8 picture inside the box
    ownership: Array | None  # (h, w) float32 in [0, 1]; None where no other face is near

    def draw(self, frame: Array, points: Array, articulation: Array | None = None) -> None:
        """Draw the pixels that the face changes on a frame, in place."""
        left, top, width, height = self.box
        view = frame[top : top + height, left : left + width]
        image = self.renderer.warp(points - np.array([left, top, 0]), articulation).image
        # Changed pixels only: another face may be drawn elsewhere in this box.
        changed = (image != self.original).any(axis=2)
        if self.ownership is None:
            view[changed] = image[changed]
            return
        weight = (self.ownership * changed)[..., None]
        view[...] = np.rint(view + weight * (image.astype(np.float32) - view))


def _animated_face(
    portrait: Portrait, neighbours: Sequence[Array], translator: MouthTranslator | None
) -> _AnimatedFace:
    height, width = portrait.image.shape[:2]
    box = motion_box(portrait.landmarks, (width, height))
    ownership = ownership_mask(portrait.landmarks, neighbours, box)
    part = crop_portrait(_limit_matte(portrait, box, ownership), box)
    return _AnimatedFace(PhotoRenderer(part, translator=translator), box, part.image, ownership)


def mask_out_neighbours(portrait: Portrait) -> Portrait:
    """A portrait whose matte excludes the other faces of its picture, so that they do not move."""
    height, width = portrait.image.shape[:2]
    box = motion_box(portrait.landmarks, (width, height))
    ownership = ownership_mask(portrait.landmarks, portrait.other_faces, box)
    return replace(_limit_matte(portrait, box, ownership), other_faces=())


def _limit_matte(portrait: Portrait, box: Roi, ownership: Array | None) -> Portrait:
    """A portrait with its matte multiplied by `ownership` (h, w) in a box; None: unchanged."""
    if ownership is None:
        return portrait
    size = portrait.image.shape[:2]
    matte = np.ones(size, np.float32) if portrait.matte is None else portrait.matte.copy()
    left, top, width, height = box
    matte[top : top + height, left : left + width] *= ownership
    return replace(portrait, matte=matte)


def ownership_mask(landmarks: Array, neighbours: Sequence[Array], box: Roi) -> Array | None:
    """(h, w) float32 in [0, 1]: how far each pixel of a box belongs to a face; None: fully.

    Takes landmarks (68, 3) of the face and of its neighbours. Distances are relative to the
    region that each face may move, so that a small face beside a large one keeps its pixels.
    """
    left, top, width, height = box
    cells = (max(2, -(-width // _CELL)), max(2, -(-height // _CELL)))
    x = (np.arange(cells[0]) + 0.5) * width / cells[0] - 0.5 + left
    y = (np.arange(cells[1]) + 0.5) * height / cells[1] - 0.5 + top
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    own = _distance(places, landmarks)
    share = np.ones(len(places))
    for neighbour in neighbours:
        other = _distance(places, neighbour)
        margin = (other - own) / np.maximum(other + own, 1e-9) / _TRANSITION
        share *= smoothstep(margin + 0.5)
    if (share[own < 1] > 0.999).all():
        return None
    coarse = share.reshape(cells[1], cells[0]).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR))


def _distance(places: Array, landmarks: Array) -> Array:
    """(n,) relative distances of (n, 2) pixels from a face: 1 where its motion ends."""
    unit = float(face_width(landmarks))
    local = (places - landmarks[NOSE_TOP, :2]) @ face_axes(landmarks).T / unit
    return ellipse_radius(local, MOTION_LIMIT)


def cropped_faces(
    portraits: Sequence[Portrait],
    others: Sequence[Array] = (),
    size: int | None = None,
    translator: MouthTranslator | None = None,
) -> MultiRenderer:
    """A renderer of the smallest box that contains a square around each head.

    `size` is the longer side of the frames, None keeps the resolution of the picture; the other
    arguments are those of `MultiFaceRenderer`.
    """
    height, width = portraits[0].image.shape[:2]
    picture_size = (width, height)
    box = heads_box([portrait.landmarks for portrait in portraits], picture_size)
    motion = [motion_box(portrait.landmarks, picture_size) for portrait in portraits]
    part = reduce(bounding_box, motion, box)
    corner = np.array([*part[:2], 0], np.float32)
    factor = 1.0 if size is None else size / max(box[2:])
    renderer = MultiFaceRenderer(
        [crop_portrait(portrait, part) for portrait in portraits],
        [points - corner for points in others],
        None if factor == 1 else round(max(part[2:]) * factor),
        translator,
    )
    low = np.minimum(np.round((box[:2] - corner[:2]) * factor), np.array(renderer.size) - 1)
    extent = np.minimum(np.round(np.array(box[2:]) * factor), renderer.size - low)
    inside = (int(low[0]), int(low[1]), int(extent[0]), int(extent[1]))
    return CropRenderer(renderer, inside, part[:2])
