"""Draw landmarks: sub-pixel, anti-aliased contours on white, and videos of them. No network."""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from talkinghead.errors import FaceError, ImageError
from talkinghead.landmarks import CONTOURS, COUNT
from talkinghead.types import Array, LandmarkTrack

# One colour per contour, RGB, all dark enough to read on white; what comes in pairs shares one.
COLOURS: dict[str, tuple[int, int, int]] = {
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
SHIFT = 6  # fractional bits of a coordinate: lines move in steps of 1/64 pixel, not of 1
MARGIN = 0.08  # of the canvas, left free around a fitted track
FAR = 1 << 20  # pixels; fixed-point coordinates beyond this would overflow


def draw(
    points: Array,
    size: tuple[int, int],
    canvas: Array | None = None,
    thickness: int | None = None,
) -> Array:
    """Draw the contours of one face; the result is a new (h, w, 3) uint8 RGB picture.

    `points` (68, 2 or 3) in pixels, where whole numbers are pixel centres; `size` is
    (width, height). The ground is white, or a copy of `canvas` (h, w, 3) uint8.
    `thickness` in pixels; left out, it grows with the picture.
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
    near = np.clip(np.nan_to_num(points[:, :2].astype(np.float64)), -FAR, FAR)
    fixed = np.round(near * (1 << SHIFT)).astype(np.int32)
    for name, (indices, closed) in CONTOURS.items():
        cv2.polylines(
            picture, [fixed[indices]], closed, COLOURS[name], line, cv2.LINE_AA, shift=SHIFT
        )
    return picture


def fit(track: LandmarkTrack, size: tuple[int, int]) -> LandmarkTrack:
    """Scale and shift a track, the same for all frames, so that it fills a canvas.

    `size` is (width, height) in pixels. Nothing is cut off over the whole track.
    """
    if len(track) == 0:
        return track
    flat = track.points[..., :2].reshape(-1, 2)
    low, high = flat.min(axis=0), flat.max(axis=0)
    room = np.array(size, dtype=np.float64) * (1 - 2 * MARGIN)
    scale = float((room / np.maximum(high - low, 1e-6)).min())
    points = track.points * scale
    points[..., :2] += np.array(size) / 2 - (low + high) / 2 * scale
    return LandmarkTrack(points, track.fps)


@dataclass(frozen=True)
class SketchRenderer:
    """A renderer that draws landmarks on white.

    A track is fitted to the canvas; with `fitted=False` its pixels are taken to be the
    canvas's own, as beside a picture of the same size.
    """

    size: tuple[int, int] = (512, 512)  # width, height in pixels
    fitted: bool = True
    thickness: int | None = None

    def render(self, track: LandmarkTrack) -> Iterator[Array]:
        """One (h, w, 3) uint8 RGB drawing for each frame of the track, in order."""
        placed = fit(track, self.size) if self.fitted else track
        for points in placed.points:
            yield draw(points, self.size, thickness=self.thickness)


def beside(left: Iterator[Array], right: Iterator[Array]) -> Iterator[Array]:
    """Join two streams of uint8 frames side by side, (h, w, 3) and (h, w, 3 or 4).

    The left frames are brought to the height of the right ones, and opaque. Streams of different
    lengths are an error, since the sound could not fit both.
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
