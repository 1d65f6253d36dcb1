"""Find faces and their 68 points in pictures and videos."""

import threading
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np

from talkinghead.errors import FaceError, ImageError
from talkinghead.face.quiet import quiet
from talkinghead.landmarks import COUNT
from talkinghead.types import Array

# The vertices of MediaPipe's face mesh that lie on the 68 iBUG points. Checked against
# hand-annotated faces; the ends of the jaw are at ear level.
MESH: Final = [
    *[127, 234, 132, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 361, 454, 356],
    *[70, 63, 105, 66, 107, 336, 296, 334, 293, 300],
    *[168, 197, 5, 4, 75, 97, 2, 326, 305],
    *[33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380],
    *[61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181],
    *[78, 82, 13, 312, 308, 317, 14, 87],
]
_GRAPH = "mediapipe/modules/face_landmark/face_landmark_front_cpu.binarypb"
_DETECTOR = "facedetectionshortrangecpu__facedetectionshortrange__facedetection__"


@dataclass(frozen=True)
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

        `frames` are (h, w, 3) uint8 RGB, one after the other of the same shot.
        """
        ...


class MediapipeDetector:
    """MediaPipe's face mesh with attention; works offline, a few milliseconds a frame."""

    def __init__(self, max_faces: int = 8, confidence: float = 0.1) -> None:
        self._max_faces = max_faces
        self._confidence = confidence
        self._lock = threading.Lock()  # a graph takes one picture at a time
        self._mesh = self._graph(max_faces, confidence, tracking=False)

    def faces(self, image: Array) -> list[Face]:
        """All faces, the largest first; see `Detector`."""
        with self._lock:
            found = _process(self._mesh, _rgb(image))
        return sorted(found, key=lambda face: -face.area)

    def follow(self, frames: Iterable[Array]) -> Array:
        """One face through a video; see `Detector`. Nothing is kept from an earlier call."""
        lost = np.full((COUNT, 3), np.nan, dtype=np.float32)
        graph = self._graph(1, max(self._confidence, 0.3), tracking=True)
        try:
            tracks = [_process(graph, _rgb(frame)) for frame in frames]
        finally:
            with quiet():
                graph.close()
        points = [found[0].points if found else lost for found in tracks]
        return np.stack(points) if points else np.empty((0, COUNT, 3), np.float32)

    @staticmethod
    def _graph(max_faces: int, confidence: float, tracking: bool) -> Any:
        """A mesh graph, warmed by one picture because its libraries log on the first."""
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from mediapipe.python.solution_base import SolutionBase  # slow: 2 s

            graph = SolutionBase(
                binary_graph_path=_GRAPH,
                side_inputs={
                    "num_faces": max_faces,
                    "with_attention": True,
                    "use_prev_landmarks": tracking,
                },
                calculator_params={
                    f"{_DETECTOR}TensorsToDetectionsCalculator.min_score_thresh": confidence,
                    "facelandmarkcpu__ThresholdingCalculator.threshold": 0.5,
                },
                outputs=["multi_face_landmarks", "face_detections"],
            )
            _process(graph, np.zeros((64, 64, 3), np.uint8))
        return graph


def _rgb(image: Array) -> Array:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ImageError(f"a picture must be (h, w, 3) uint8, got {image.shape} {image.dtype}")
    return np.ascontiguousarray(image)


def _process(graph: Any, image: Array) -> list[Face]:
    height, width = image.shape[:2]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # protobuf's own deprecations
        result = graph.process({"image": image})
    size = np.array([width, height, width], dtype=np.float32)
    faces = []
    for mesh in result.multi_face_landmarks or []:
        points = np.array(
            [[mesh.landmark[i].x, mesh.landmark[i].y, mesh.landmark[i].z] for i in MESH]
        )
        faces.append(
            Face((points * size).astype(np.float32), _score(points, result.face_detections))
        )
    return faces


def _score(points: Array, detections: Any) -> float:
    """The score of the detection that a face grew from; tracked faces need none: 1."""
    centre = points[:, :2].mean(axis=0)
    scores = [1.0] if not detections else []
    for detection in detections or []:
        box = detection.location_data.relative_bounding_box
        near = (centre - [box.xmin, box.ymin]) / [box.width, box.height]
        if ((near >= 0) & (near <= 1)).all():
            scores.append(float(detection.score[0]))
    return max(scores, default=0.0)


DETECTORS: Final = ("mediapipe",)


def detector(name: str = "mediapipe", device: str = "cpu") -> Detector:
    """The detector of that name on that device. Raises FaceError for an unknown name."""
    if name == "mediapipe":
        del device  # runs on the CPU always
        return MediapipeDetector()
    raise FaceError(f"no detector is called {name!r}; choose one of {', '.join(DETECTORS)}")
