"""The interface of face detectors, and helpers that they share."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from talkinghead.errors import FaceError, ImageError
from talkinghead.landmarks import COUNT
from talkinghead.types import Array


@dataclass(frozen=True, eq=False)  # arrays cannot be compared by ==
class Face:
    """One detected face."""

    points: Array  # (68, 3) float32 pixels; z too, smaller is nearer to the viewer
    score: float  # confidence of the detector in [0, 1]

    def __post_init__(self) -> None:
        if self.points.shape != (COUNT, 3) or not np.isfinite(self.points).all():
            raise FaceError(f"a face needs {COUNT} finite points, got {self.points.shape}")

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the bounding box of the points, in pixels."""
        left, top = self.points[:, :2].min(axis=0).tolist()
        right, bottom = self.points[:, :2].max(axis=0).tolist()
        return left, top, right, bottom

    @property
    def area(self) -> float:
        """Area of the box in square pixels."""
        left, top, right, bottom = self.box
        return (right - left) * (bottom - top)


class FaceTracker(Protocol):
    """Follows one face through consecutive frames of one shot, all of one size."""

    def __call__(self, frame: Array) -> Array | None:
        """The landmarks (68, 3) float32 in pixels of an (h, w, 3) uint8 frame; None: lost."""
        ...

    def close(self) -> None:
        """Free the native resources."""
        ...


class Detector(Protocol):
    """Detects faces and their 68 landmarks."""

    def detect(self, image: Array) -> list[Face]:
        """All faces of an (h, w, 3) uint8 RGB picture, the largest first."""
        ...

    def track(self, frames: Iterable[Array]) -> Array:
        """The landmarks of one face in a video: (t, 68, 3) float32 pixels, NaN where it is lost.

        `frames` are (h, w, 3) uint8 RGB, consecutive frames of one shot. No state is kept
        between calls.
        """
        ...

    def start_tracking(self) -> FaceTracker:
        """A tracker of the face with the highest score in the first frame that shows one."""
        ...


def track_frames(tracker: FaceTracker, frames: Iterable[Array]) -> Array:
    """(t, 68, 3) float32 landmarks of a face in all frames, NaN where it is lost.

    Closes the tracker.
    """
    lost = np.full((COUNT, 3), np.nan, np.float32)
    try:
        tracked = [lost if points is None else points for points in map(tracker, frames)]
    finally:
        tracker.close()
    return np.stack(tracked) if tracked else np.empty((0, COUNT, 3), np.float32)


def box_overlap(a: Face, b: Face) -> float:
    """Intersection of the boxes of two faces, as a share of the smaller box."""
    width = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    height = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / max(min(a.area, b.area), 1e-6)


def suppress_overlaps(faces: Iterable[Face]) -> list[Face]:
    """The faces without those whose box overlaps an earlier one by half or more, largest first."""
    distinct: list[Face] = []
    for face in faces:
        if all(box_overlap(face, other) < 0.5 for other in distinct):
            distinct.append(face)
    return sorted(distinct, key=lambda face: -face.area)


def require_rgb(image: Array) -> Array:
    """The picture as a contiguous array. Raises ImageError unless it is (h, w, 3) uint8."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ImageError(f"a picture must be (h, w, 3) uint8, got {image.shape} {image.dtype}")
    return np.ascontiguousarray(image)
