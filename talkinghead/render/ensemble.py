"""Several who move in one picture: the faces of one photograph."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import cv2
import numpy as np

from talkinghead.geometry.mesh import Roi
from talkinghead.geometry.mouth import axes, face_width
from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.landmarks import NOSE_TOP
from talkinghead.render.close_up import cut, moving
from talkinghead.render.crew import crew, painted
from talkinghead.render.falloff import STILL, radius
from talkinghead.render.photo import PhotoRenderer
from talkinghead.render.skin import resized, scaled
from talkinghead.render.translator import Translator
from talkinghead.types import Array, LandmarkTrack, Portrait

_COARSE: Final = 8  # pixels to a side of the cells in which territories are told apart
_BORDER: Final = 0.25  # breadth of the border between two, as a share of the distance to each


class Ensemble(Protocol):
    """Paints several tracks into one picture."""

    size: tuple[int, int]

    def render(self, tracks: Sequence[LandmarkTrack]) -> Iterator[Array]:
        """One (h, w, 3 or 4) uint8 frame for each frame of the tracks, which are equally long."""
        ...


class Faces:
    """Several faces of one photograph, each moved within what is its own.

    A pixel belongs to the face that is nearest, in that face's own widths. Where two stand so
    close that one would drag the other along, its territory is its matte: beyond, it is taken
    for background, which stands still. Faces that say nothing have a territory, too.
    """

    def __init__(
        self,
        portraits: Sequence[Portrait],
        others: Sequence[Array] = (),
        size: int | None = None,
        translator: Translator | None = None,
    ) -> None:
        """Take portraits of one picture, and the landmarks (68, 3) of faces that stay as they are.

        `size` is the longer side of the frames, None keeps the picture's.
        """
        longer = max(portraits[0].image.shape[:2])
        self._factor = 1.0 if size is None else size / longer
        if self._factor != 1:
            portraits = [resized(each, self._factor) for each in portraits]
            others = [scaled(np.asarray(each), self._factor) for each in others]
        self._picture = portraits[0].image
        height, width = self._picture.shape[:2]
        self.size = (width, height)
        self._members = []
        for portrait in portraits:
            beside = [each.landmarks for each in portraits if each is not portrait]
            alone = replace(portrait, landmarks=portrait.landmarks.astype(np.float32))
            self._members.append(_member(alone, [*beside, *others], translator))

    def render(self, tracks: Sequence[LandmarkTrack]) -> Iterator[Array]:
        """One (h, w, 3) uint8 frame for each frame of the tracks.

        They are in pixels of the original picture, whatever `size` is, in the order of the
        portraits.
        """
        together = np.stack([track.points for track in tracks], axis=1)
        return painted(self._frame, together, crew(self.size))

    def _frame(self, together: Array) -> Array:
        """The frame for the landmarks (faces, 68, 3) of all."""
        frame: Array = self._picture.copy()
        for member, points in zip(self._members, together, strict=True):
            member.paint(frame, scaled(points, self._factor) if self._factor != 1 else points)
        return frame


@dataclass(frozen=True)
class _Member:
    """One of several faces: its part of the picture, and how much of it is its own."""

    renderer: PhotoRenderer
    box: Roi
    still: Array  # (h, w, 3) uint8 the part at rest
    share: Array | None  # (h, w) float32 in [0, 1]; None where nobody else is near

    def paint(self, frame: Array, points: Array) -> None:
        """Lay what the face changes on a frame, in place."""
        left, top, width, height = self.box
        view = frame[top : top + height, left : left + width]
        image = self.renderer.warp(points - np.array([left, top, 0])).image
        # Only what moved: a neighbour may already have moved in the rest of this box.
        moved = (image != self.still).any(axis=2)
        if self.share is None:
            view[moved] = image[moved]
            return
        weight = (self.share * moved)[..., None]
        view[...] = np.rint(view + weight * (image.astype(np.float32) - view))


def _member(
    portrait: Portrait, neighbours: Sequence[Array], translator: Translator | None
) -> _Member:
    height, width = portrait.image.shape[:2]
    box = moving(portrait.landmarks, (width, height))
    share = territory(portrait.landmarks, neighbours, box)
    near = cut(_parted(portrait, box, share), box)
    return _Member(PhotoRenderer(near, translator=translator), box, near.image, share)


def apart(portrait: Portrait) -> Portrait:
    """A portrait whose matte leaves the others of its picture out, so that they stand still."""
    height, width = portrait.image.shape[:2]
    box = moving(portrait.landmarks, (width, height))
    share = territory(portrait.landmarks, portrait.others, box)
    return replace(_parted(portrait, box, share), others=())


def _parted(portrait: Portrait, box: Roi, share: Array | None) -> Portrait:
    """A portrait with a share (h, w) of its matte in a box; None: all of it."""
    if share is None:
        return portrait
    size = portrait.image.shape[:2]
    matte = np.ones(size, np.float32) if portrait.matte is None else portrait.matte.copy()
    left, top, width, height = box
    matte[top : top + height, left : left + width] *= share
    return replace(portrait, matte=matte)


def territory(landmarks: Array, neighbours: Sequence[Array], box: Roi) -> Array | None:
    """(h, w) float32 in [0, 1], how far each pixel of a box belongs to a face; None: all of it.

    Distances are counted in what each face may move, so that a small face behind a large one
    keeps its own.
    """
    left, top, width, height = box
    cells = (max(2, -(-width // _COARSE)), max(2, -(-height // _COARSE)))
    x = (np.arange(cells[0]) + 0.5) * width / cells[0] - 0.5 + left
    y = (np.arange(cells[1]) + 0.5) * height / cells[1] - 0.5 + top
    places = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    mine = _distance(places, landmarks)
    share = np.ones(len(places))
    for other in neighbours:
        theirs = _distance(places, other)
        ahead = (theirs - mine) / np.maximum(theirs + mine, 1e-9) / _BORDER
        share *= smoothstep(ahead + 0.5)
    if (share[mine < 1] > 0.999).all():
        return None
    cells_of = share.reshape(cells[1], cells[0]).astype(np.float32)
    return np.asarray(cv2.resize(cells_of, (width, height), interpolation=cv2.INTER_LINEAR))


def _distance(places: Array, landmarks: Array) -> Array:
    """(n,) distances of (n, 2) pixels from a face, 1 where its motion ends."""
    local = (places - landmarks[NOSE_TOP, :2]) @ axes(landmarks).T / float(face_width(landmarks))
    return radius(local, STILL)
