"""The other detector: face-alignment's networks (Bulat and Tzimiropoulos 2017)."""

import sys
import warnings
from collections.abc import Iterable
from contextlib import redirect_stdout
from typing import Any
from urllib.error import URLError

import numpy as np

from talkinghead.errors import FaceError
from talkinghead.face.base import Face, checked_rgb, distinct
from talkinghead.landmarks import COUNT
from talkinghead.types import Array


class FaceAlignmentDetector:
    """S3FD finds the boxes, 3D-FAN the points; better on profiles, half a second a face.

    The package downloads its networks when first used; without a network connection and
    without earlier downloads this raises FaceError.
    """

    def __init__(self, device: str = "cpu") -> None:
        import face_alignment  # brings numba and its own detectors: slow

        try:
            # torch tells of downloads on stdout, where scripts read the path of the result.
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

    def faces(self, image: Array) -> list[Face]:
        """All faces, the largest first; see `Detector`."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of pictures without a face
            found = self._net.get_landmarks_from_image(checked_rgb(image), return_bboxes=True)
        points, _, boxes = found
        if points is None:
            return []
        # Its depth grows towards the viewer.
        flipped = np.array([1, 1, -1], np.float32)
        return distinct(
            Face((np.asarray(face) * flipped).astype(np.float32), min(float(box[4]), 1.0))
            for face, box in zip(points, boxes, strict=True)
        )

    def follow(self, frames: Iterable[Array]) -> Array:
        """One face through a video; see `Detector`. The largest, then always the nearest."""
        last: Array | None = None
        track = []
        for frame in frames:
            found = self.faces(frame)
            if not found:
                track.append(np.full((COUNT, 3), np.nan, np.float32))
                continue
            face = found[0] if last is None else min(found, key=_distance_from(last))
            last = face.points
            track.append(face.points)
        return np.stack(track) if track else np.empty((0, COUNT, 3), np.float32)


def _distance_from(points: Array) -> Any:
    centre = points[:, :2].mean(axis=0)
    return lambda face: float(np.linalg.norm(face.points[:, :2].mean(axis=0) - centre))
