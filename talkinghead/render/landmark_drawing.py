"""Draw landmarks as anti-aliased contours at sub-pixel positions."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from talkinghead.errors import FaceError, ImageError
from talkinghead.landmarks import CONTOURS, COUNT
from talkinghead.types import Array, LandmarkTrack

# RGB of each contour, dark enough to be visible on white; pairs share one colour.
CONTOUR_COLORS: dict[str, tuple[int, int, int]] = {
    "jaw": (38, 70, 110),
    "left_brow": (122, 88, 44),
    "right_brow": (122, 88, 44),
    "nose_bridge": (70, 150, 90),
    "nostrils": (40, 120, 110),
    "left_eye": (40, 110, 200),
    "right_eye": (40, 110, 200),
    "outer_lip": (196, 48, 72),
    "inner_lip": (232, 120, 60),
}
_SHIFT = 6  # fractional bits of a coordinate: lines move in steps of 1/64 pixel
_MARGIN = 0.08  # share of the canvas kept free on each side of a fitted track
_LIMIT = 1 << 20  # pixels; fixed-point coordinates beyond this would overflow


def draw_landmarks(
    points: Array,
    size: tuple[int, int],
    canvas: Array | None = None,
    thickness: int | None = None,
) -> Array:
    """A new (h, w, 3) uint8 RGB picture of one face's contours.

    Takes points (68, 2 or 3) in pixels, where whole numbers are pixel centres, and `size`
    (width, height). The background is white, or a copy of `canvas` (h, w, 3) uint8. `thickness`
    is in pixels; None makes it grow with the picture. Raises FaceError or ImageError for wrong
    shapes.
    """
    width, height = size
    if points.ndim != 2 or len(points) != COUNT or points.shape[1] not in (2, 3):
        raise FaceError(f"landmarks to draw must have shape (68, 2 or 3), got {points.shape}")
    if canvas is None:
        picture: Array = np.full((height, width, 3), 255, dtype=np.uint8)
    elif canvas.shape == (height, width, 3) and canvas.dtype == np.uint8:
        picture = canvas.copy()
    else:
        raise ImageError(
            f"canvas must be ({height}, {width}, 3) uint8, got {canvas.shape} {canvas.dtype}"
        )
    line = thickness or max(1, round(min(size) / 160))
    limited = np.clip(np.nan_to_num(points[:, :2].astype(np.float64)), -_LIMIT, _LIMIT)
    fixed = np.round(limited * (1 << _SHIFT)).astype(np.int32)
    for name, (indices, closed) in CONTOURS.items():
        cv2.polylines(
            picture, [fixed[indices]], closed, CONTOUR_COLORS[name], line, cv2.LINE_AA, shift=_SHIFT
        )
    return picture


def fit_track(track: LandmarkTrack, size: tuple[int, int]) -> LandmarkTrack:
    """A track scaled and shifted, equally in all frames, to fill a canvas.

    `size` is (width, height) in pixels. No point of any frame is outside.
    """
    if len(track) == 0:
        return track
    flat = track.points[..., :2].reshape(-1, 2)
    low, high = flat.min(axis=0), flat.max(axis=0)
    available = np.array(size, dtype=np.float64) * (1 - 2 * _MARGIN)
    scale = float((available / np.maximum(high - low, 1e-6)).min())
    points = track.points * scale
    points[..., :2] += np.array(size) / 2 - (low + high) / 2 * scale
    return LandmarkTrack(points, track.fps)


@dataclass(frozen=True)
class LandmarkRenderer:
    """A renderer that draws landmarks on white.

    Tracks are fitted to the canvas; with `fitted=False` they are in pixels of the canvas.
    """

    size: tuple[int, int] = (512, 512)  # width, height in pixels
    fitted: bool = True
    thickness: int | None = None

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """One (h, w, 3) uint8 RGB drawing for each frame of the track, in order."""
        placed = fit_track(track, self.size) if self.fitted else track
        for points in placed.points:
            yield draw_landmarks(points, self.size, thickness=self.thickness)


@dataclass(frozen=True)
class MultiLandmarkRenderer:
    """Draws the landmarks of several faces on white, at their relative positions."""

    size: tuple[int, int]  # width, height in pixels

    def render(self, *tracks: LandmarkTrack) -> Iterator[Array]:
        """One (h, w, 3) uint8 drawing for each frame of the tracks, fitted together."""
        points = np.concatenate([track.points for track in tracks])
        fitted = fit_track(LandmarkTrack(points, tracks[0].fps), self.size).points
        for faces in fitted.reshape(len(tracks), -1, *points.shape[1:]).swapaxes(0, 1):
            drawing: Array | None = None
            for landmarks in faces:
                drawing = draw_landmarks(landmarks, self.size, drawing)
            if drawing is not None:
                yield drawing


def join_side_by_side(left: Iterator[Array], right: Iterator[Array]) -> Iterator[Array]:
    """Frames of two streams side by side: uint8, left (h, w, 3), right (h, w, 3 or 4).

    The left frames are resized to the height of the right ones, and opaque. Raises ValueError if
    one stream ends before the other.
    """
    for first, second in zip(left, right, strict=True):
        height = second.shape[0]
        if first.shape[0] != height:
            width = max(1, round(first.shape[1] * height / first.shape[0]))
            method = cv2.INTER_AREA if height < first.shape[0] else cv2.INTER_LINEAR
            first = cv2.resize(first, (width, height), interpolation=method)
        if second.shape[2] == 4:
            first = np.dstack([first, np.full(first.shape[:2], 255, np.uint8)])
        yield np.hstack([first, second])
