"""Finds the frames of a video that show closed lips and teeth best, shot by shot."""

from collections.abc import Callable
from typing import Final

import numpy as np

from talkinghead.appearance.lip_regions import tooth_likelihood
from talkinghead.dub.mouth_painter import InteriorSource, LipSource, shift_mesh, skin_color
from talkinghead.dub.mouth_warp import MouthWarp, WarpedMesh
from talkinghead.dub.reference_interior import ReferenceInterior
from talkinghead.dub.tracked_face import UNIT, TrackedFace
from talkinghead.geometry.masks import box_around, polygon_mask
from talkinghead.geometry.mouth import face_width, lip_gaps
from talkinghead.landmarks import INNER_LIP, MOUTH, OUTER_LIP
from talkinghead.types import Array

_LEAST_GAP: Final = 0.03  # face widths between lips from which teeth are looked for
_CLOSED: Final = 0.012  # face widths between lips that count as closed
_LEAST_SHARE: Final = 0.99  # of a frame that may be a source: not turned, not covered
_LEAST_TEETH: Final = 0.004  # square face widths of teeth; less are not worth taking
_MARGIN: Final = 0.15  # face widths of picture around the face of a source
_SAMPLE_PIXELS: Final = 160  # largest face width at which teeth are counted


def visible_teeth(image: Array, landmarks: Array) -> float:
    """Square face widths of teeth between the lips of a face in an (h, w, 3) uint8 picture.

    0 for lips that are nearly closed.
    """
    points = landmarks[:, :2].astype(np.float64)
    unit = float(face_width(points))
    if float(lip_gaps(points).max()) < _LEAST_GAP * unit:
        return 0.0
    box = box_around(points[MOUTH], 2, (image.shape[1], image.shape[0]))
    if box is None:
        return 0.0
    x, y, width, height = box
    step = max(1, int(unit // _SAMPLE_PIXELS))
    part = image[y : y + height : step, x : x + width : step].astype(np.float32) / 255
    small = (0, 0, part.shape[1], part.shape[0])
    outer, inner = (
        polygon_mask((points[lip] - (x, y)) / step, small) for lip in (OUTER_LIP, INNER_LIP)
    )
    teeth = inner * tooth_likelihood(part, (outer > 0.9) & (inner < 0.1))
    return float(teeth.sum()) * (step / unit) ** 2


ReadFrame = Callable[[int, WarpedMesh], tuple[Array, WarpedMesh]]


class MouthSources:
    """The sources of one person's lips and mouth, read from the video when a shot begins."""

    def __init__(
        self, tracked: TrackedFace, warp: MouthWarp, shots: Array, teeth: Array, read: ReadFrame
    ) -> None:
        """Take the visible teeth (t,) of all frames as `visible_teeth` counts them.

        `read` gives the picture around the face of a frame, and the mesh in its pixels.
        """
        self._tracked, self._warp, self._shots, self._teeth = tracked, warp, shots, teeth
        self._read = read
        self._shot: int | None = None
        self._found: tuple[InteriorSource, LipSource | None] | None = None
        self._interiors: dict[int, ReferenceInterior] = {}  # of this shot, by frame

    def at(self, index: int) -> tuple[InteriorSource, LipSource | None]:
        """The sources for a frame. Calls for one shot belong together."""
        shot = int(self._shots[index])
        if self._found is None or shot != self._shot:
            self._found, self._shot = self._find(shot), shot
            self._interiors = {}
        return self._found

    def interior(self, index: int, chains: tuple[Array, Array]) -> ReferenceInterior:
        """The inside of the mouth in a frame, for frames of the shot that `at` was called for."""
        if index not in self._interiors:
            image, mesh = self._picture(index)
            skin = skin_color(image, mesh.filmed_landmarks)
            self._interiors[index] = ReferenceInterior.from_frame(image, mesh, chains, skin)
        return self._interiors[index]

    def _find(self, shot: int) -> tuple[InteriorSource, LipSource | None]:
        tracked = self._tracked
        good = tracked.share >= _LEAST_SHARE
        if not good.any():
            good = tracked.share > 0
        here = good & (self._shots == shot)
        teeth = np.where(here, self._teeth, -1.0)
        if teeth.max(initial=-1.0) < _LEAST_TEETH:
            teeth = np.where(good, self._teeth, -1.0)
        distance, gap = self._distance_from_rest()
        score = np.where(here if here.any() else good, -distance, -np.inf)
        shown = int(teeth.argmax()) if teeth.max() >= _LEAST_TEETH else int(score.argmax())
        closed = gap < _CLOSED
        if (here & closed).any():
            score[~closed] = -np.inf
        elif (good & closed).any():
            score = np.where(good & closed, -distance, -np.inf)
        else:
            return InteriorSource.from_frame(*self._picture(shown)), None
        lips = self._picture(int(score.argmax()))
        return InteriorSource.from_frame(*self._picture(shown)), LipSource.from_frame(*lips)

    def _distance_from_rest(self) -> tuple[Array, Array]:
        """(t,) how far lips are from their shape at rest, and how far apart, in face widths."""
        tracked = self._tracked
        gap = lip_gaps(tracked.local).max(axis=1) / UNIT
        usual = np.median(tracked.silent[tracked.share > 0][:, MOUTH], axis=0)
        distance = np.abs(tracked.local[:, MOUTH] - usual).mean(axis=(1, 2)) / UNIT
        return distance, gap

    def _picture(self, index: int) -> tuple[Array, WarpedMesh]:
        mesh = self._warp.place(index, np.zeros((68, 3)), 0.0)
        assert mesh is not None
        return self._read(index, mesh)


def crop_face(
    mesh: WarpedMesh, size: tuple[int, int], aspect: float
) -> tuple[int, int, int, int] | None:
    """The box around the face of a mesh in a picture whose pixels are `aspect` wide."""
    placed = shift_mesh(mesh, (0, 0), aspect)
    points = placed.filmed_landmarks[:, :2]
    return box_around(points, _MARGIN * float(face_width(points)), size)
