"""Landmarks detected in rendered frames, against the landmarks that drove the renderer."""

from collections.abc import Iterable, Iterator
from typing import Final

import cv2
import numpy as np

from talkinghead.evaluate import motion_metrics
from talkinghead.evaluate.clips import FaceTracker
from talkinghead.evaluate.registration import RegisteredTrack
from talkinghead.face.tracking import fill_gaps
from talkinghead.geometry.align import align_track
from talkinghead.geometry.mouth import mouth_opening, mouth_width
from talkinghead.types import Array, LandmarkTrack

ROTATION: Final = 8.0  # degrees, of the second look
SCALE: Final = 0.85  # and its factor


class RotatedTracker:
    """Tracks a face in frames that are rotated and scaled down first.

    A second look at the same frames shows how well a detector agrees with itself: no rendering can
    be expected to do better.
    """

    def __init__(self, detector: FaceTracker) -> None:
        self.detector = detector

    def track(self, frames: Iterable[Array]) -> Array:
        """(t, 68, 3) in pixels of the rotated frames; see `FaceTracker`."""
        return self.detector.track(_rotate(frames))


def _rotate(frames: Iterable[Array]) -> Iterator[Array]:
    for frame in frames:
        height, width = frame.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), ROTATION, SCALE)
        yield cv2.warpAffine(
            frame, matrix, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
        )


def redetect(frames: Iterable[Array], detector: FaceTracker) -> Array | None:
    """(t, 68, 3) pixels: landmarks detected in frames, gaps interpolated; None without any face."""
    detected = np.asarray(detector.track(frames), dtype=np.float64)
    return fill_gaps(detected) if np.isfinite(detected).all(axis=(1, 2)).any() else None


def without_head_motion(track: LandmarkTrack) -> LandmarkTrack:
    """The track with the head held as in its first frame."""
    points = track.points.astype(np.float64)
    return LandmarkTrack(align_track(points, points[0]).points.astype(np.float32), track.fps)


def seen_metrics(driven: RegisteredTrack, seen: RegisteredTrack) -> dict[str, float]:
    """How the mouth that is seen follows the one that drove the renderer.

    `seen_open` and `seen_width` are correlations of opening and width, `*_range` ratios of their
    standard deviations (seen / driven), `seen_closures` the share of closures found again.
    """
    metrics: dict[str, float] = {}
    for name, measure in (("open", mouth_opening), ("width", mouth_width)):
        curve, true = measure(seen.points), measure(driven.points)
        metrics[f"seen_{name}"] = motion_metrics.correlation(curve, true)
        metrics[f"seen_{name}_range"] = motion_metrics.amplitude(curve, true)
    opening, true = mouth_opening(seen.points), mouth_opening(driven.points)
    return {**metrics, "seen_closures": motion_metrics.closures(opening, true)}
