"""Face detector of the package face-alignment (Bulat and Tzimiropoulos 2017)."""

import sys
import warnings
from collections.abc import Iterable
from contextlib import redirect_stdout
from typing import Any
from urllib.error import URLError

import numpy as np

from talkinghead.errors import FaceError
from talkinghead.face.detectors.base import Face, require_rgb, suppress_overlaps, track_frames
from talkinghead.types import Array


class FaceAlignmentDetector:
    """S3FD detects boxes and 3D-FAN landmarks: better on profiles, 0.5 s per face.

    The networks are downloaded on first use. Raises FaceError if that fails.
    """

    def __init__(self, device: str = "cpu") -> None:
        import face_alignment  # slow to import: brings numba

        try:
            # torch reports downloads on stdout, which is reserved for the paths of outputs.
            with warnings.catch_warnings(), redirect_stdout(sys.stderr):
                warnings.simplefilter("ignore")
                self._net: Any = face_alignment.FaceAlignment(
                    face_alignment.LandmarksType.THREE_D,
                    device=device,
                    flip_input=False,
                    compile=False,  # would take a minute on first use
                )
        except (URLError, OSError) as problem:
            reason = getattr(problem, "reason", problem)
            raise FaceError(
                f"the detector face-alignment cannot download its networks ({reason}); "
                "connect to the internet once, or use --detector mediapipe"
            ) from problem

    def detect(self, image: Array) -> list[Face]:
        """Detect all faces, the largest first; see `Detector`."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns about pictures without a face
            points, _, boxes = self._net.get_landmarks_from_image(
                require_rgb(image), return_bboxes=True
            )
        if points is None:
            return []
        # The network's depth grows towards the viewer.
        flipped = np.array([1, 1, -1], np.float32)
        return suppress_overlaps(
            Face((np.asarray(face) * flipped).astype(np.float32), min(float(box[4]), 1.0))
            for face, box in zip(points, boxes, strict=True)
        )

    def track(self, frames: Iterable[Array]) -> Array:
        """Track the largest face of the first frame, then the nearest one; see `Detector`."""
        return track_frames(self.start_tracking(), frames)

    def start_tracking(self) -> "NearestFaceTracker":
        """Follow the largest face of the first frame that shows one; see `Detector`."""
        return NearestFaceTracker(self)


class NearestFaceTracker:
    """Detects all faces of each frame and takes the nearest one; see `FaceTracker`."""

    def __init__(self, detector: FaceAlignmentDetector) -> None:
        self._detector = detector
        self._last: Array | None = None

    def __call__(self, frame: Array) -> Array | None:
        """The landmarks in one frame; None: lost."""
        faces = self._detector.detect(frame)
        if not faces:
            return None
        face = faces[0] if self._last is None else min(faces, key=_distance_from(self._last))
        self._last = face.points
        return face.points

    def close(self) -> None:
        """Nothing to free."""


def _distance_from(points: Array) -> Any:
    centre = points[:, :2].mean(axis=0)
    return lambda face: float(np.linalg.norm(face.points[:, :2].mean(axis=0) - centre))
