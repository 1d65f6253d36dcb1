"""Several faces seen at once: their landmarks in one drawing, their picture cut to who speaks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from talkinghead.geometry.mesh import Roi
from talkinghead.render.close_up import cut, moving, square, union
from talkinghead.render.ensemble import Ensemble, Faces
from talkinghead.render.sketch import draw, fit
from talkinghead.render.translator import Translator
from talkinghead.types import Array, LandmarkTrack, Portrait


@dataclass(frozen=True)
class Sketches:
    """Draws the landmarks of all on white, each where it stands among the others."""

    size: tuple[int, int]  # width, height in pixels

    def render(self, tracks: Sequence[LandmarkTrack]) -> Iterator[Array]:
        """One (h, w, 3) uint8 drawing for each frame of the tracks, fitted to the canvas as one."""
        every = np.concatenate([track.points for track in tracks])
        placed = fit(LandmarkTrack(every, tracks[0].fps), self.size).points
        for together in placed.reshape(len(tracks), -1, *every.shape[1:]).swapaxes(0, 1):
            picture: Array | None = None
            for points in together:
                picture = draw(points, self.size, picture)
            if picture is not None:
                yield picture


class GroupCloseUp:
    """Another ensemble's frames, cut to a box."""

    def __init__(self, ensemble: Ensemble, box: Roi, origin: tuple[int, int]) -> None:
        """Take the box in pixels of the frames, and where their picture begins in the tracks'."""
        self._ensemble, self._box = ensemble, box
        self._origin = np.array([*origin, 0], np.float32)
        self.size = box[2:]

    def render(self, tracks: Sequence[LandmarkTrack]) -> Iterator[Array]:
        """One frame for each frame of the tracks."""
        left, top, width, height = self._box
        near = [replace(track, points=track.points - self._origin) for track in tracks]
        for frame in self._ensemble.render(near):
            yield np.ascontiguousarray(frame[top : top + height, left : left + width])


def faces_close_up(
    portraits: Sequence[Portrait],
    others: Sequence[Array] = (),
    size: int | None = None,
    translator: Translator | None = None,
) -> Ensemble:
    """The heads of some faces of a picture, in the smallest box that holds a square around each.

    `size` is the longer side of the frames, None the picture's own pixels; the rest as `Faces`.
    """
    height, width = portraits[0].image.shape[:2]
    box = reduce(union, (square(each.landmarks, (width, height)) for each in portraits))
    around = reduce(union, (moving(each.landmarks, (width, height)) for each in portraits), box)
    corner = np.array([*around[:2], 0], np.float32)
    factor = 1.0 if size is None else size / max(box[2:])
    faces = Faces(
        [cut(each, around) for each in portraits],
        [each - corner for each in others],
        None if factor == 1 else round(max(around[2:]) * factor),
        translator,
    )
    low = np.minimum(np.round((box[:2] - corner[:2]) * factor), np.array(faces.size) - 1)
    shown = np.minimum(np.round(np.array(box[2:]) * factor), faces.size - low)
    inside = (int(low[0]), int(low[1]), int(shown[0]), int(shown[1]))
    return GroupCloseUp(faces, inside, around[:2])
