"""What every detector gives: faces, and one face followed through a video."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from talkinghead.errors import FaceError, ImageError
from talkinghead.landmarks import COUNT
from talkinghead.types import Array


@dataclass(frozen=True, eq=False)  # arrays have no single truth to compare by
class Face:
    """One face found in a picture."""

    points: Array  # (68, 3) float32 pixels; z in pixels too, nearer is smaller
    score: float  # confidence of the detector in [0, 1]

    def __post_init__(self) -> None:
        if self.points.shape != (COUNT, 3) or not np.isfinite(self.points).all():
            raise FaceError(f"a face needs {COUNT} finite points, got {self.points.shape}")

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of the points in pixels."""
        left, top = self.points[:, :2].min(axis=0).tolist()
        right, bottom = self.points[:, :2].max(axis=0).tolist()
        return left, top, right, bottom

    @property
    def area(self) -> float:
        """Of the box, in square pixels."""
        left, top, right, bottom = self.box
        return (right - left) * (bottom - top)


class Detector(Protocol):
    """Finds the 68 points of faces."""

    def faces(self, image: Array) -> list[Face]:
        """All faces of an (h, w, 3) uint8 RGB picture, the largest first; may be empty."""
        ...

    def follow(self, frames: Iterable[Array]) -> Array:
        """One face through a video: (t, 68, 3) float32 pixels, NaN where it is not seen.

        `frames` are (h, w, 3) uint8 RGB, one after the other of the same shot. Nothing is
        kept from one call to the next.
        """
        ...


def overlap(a: Face, b: Face) -> float:
    """Shared part of two boxes, as a ratio of the smaller one."""
    width = min(a.box[2], b.box[2]) - max(a.box[0], b.box[0])
    height = min(a.box[3], b.box[3]) - max(a.box[1], b.box[1])
    shared = max(width, 0.0) * max(height, 0.0)
    return shared / max(min(a.area, b.area), 1e-6)


def distinct(faces: Iterable[Face]) -> list[Face]:
    """Each face once, the first of those that overlap by more than half; largest first."""
    kept: list[Face] = []
    for face in faces:
        if all(overlap(face, other) < 0.5 for other in kept):
            kept.append(face)
    return sorted(kept, key=lambda face: -face.area)


def checked_rgb(image: Array) -> Array:
    """`image` in memory order, once it is (h, w, 3) uint8; otherwise ImageError."""
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or not image.size:
        raise ImageError(f"a picture must be (h, w, 3) uint8, got {image.shape} {image.dtype}")
    return np.ascontiguousarray(image)
