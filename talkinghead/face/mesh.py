"""The default detector: MediaPipe's face mesh, on the CPU and offline."""

import threading
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from talkinghead.face.base import Face, checked_rgb, distinct, overlap
from talkinghead.face.graph import Graph
from talkinghead.face.small import MARGIN, Box, crop_around, tiles
from talkinghead.landmarks import COUNT, MIRROR
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
_SHORT_RANGE: Final = "facedetectionshortrangecpu__facedetectionshortrange__facedetection__"

SURE: Final = 0.4  # score of the detector, on the face or its close-up, that makes a face
UPRIGHT: Final = 0.85  # score from which on a face does not stand on its head
SURER: Final = 0.05  # by which the score must grow when the picture is turned, if it does


class MediapipeDetector:
    """Face mesh with attention, and a second pass for faces too small for its detector.

    `confidence` is the least score of the first detector: low, because the mesh itself
    refuses what is no face. A picture takes some 0.1 s, a frame of a video 16 ms.
    """

    def __init__(self, max_faces: int = 16, confidence: float = 0.1) -> None:
        self._lock = threading.Lock()  # a graph takes one picture at a time
        self._confidence = confidence
        self._mesh = _mesh_graph(max_faces, confidence, tracking=False)
        self._boxes = _box_graph(confidence)

    def faces(self, image: Array) -> list[Face]:
        """All faces, the largest first; see `Detector`."""
        image = checked_rgb(image)
        with self._lock:
            first = self._righted(image, distinct(_process_mesh(self._mesh, image)))
            looked = (self._confirmed(image, face) for face in first)
            found = distinct(face for face in looked if face is not None)
            for parts in (1, 2, 4, 8):
                if found and parts > 2:  # far smaller faces than those found are bystanders
                    break
                for window in tiles(image, parts):
                    found = distinct([*found, *self._second_pass(image, window, found)])
        return found

    def _righted(self, image: Array, found: list[Face]) -> list[Face]:
        """The faces, those that stand on their heads as they are seen in the turned picture.

        Upright, the mesh finds eyes in their mouths.
        """
        if all(face.score >= UPRIGHT for face in found):
            return found
        shift = (image.shape[1], image.shape[0], 0)
        turned = [
            Face((face.points * (-1, -1, 1) + shift).astype(np.float32), face.score)
            for face in _process_mesh(self._mesh, np.ascontiguousarray(image[::-1, ::-1]))
        ]

        def better(face: Face) -> Face:
            others = [other for other in turned if overlap(face, other) > 0.3]
            surest = max(others, key=lambda other: other.score, default=face)
            return surest if surest.score > face.score + SURER else face

        return distinct(better(face) for face in found)

    def _second_pass(self, image: Array, window: Box, known: list[Face]) -> list[Face]:
        """The faces of one window whose centre lies in no known face."""
        boxes = [
            box
            for box in _process_boxes(self._boxes, image, window)
            if not any(box.centred_in(face.box) for face in known)
        ]
        grown = (self._close_up(image, box, MARGIN) for box in boxes)
        return [face for face in grown if face is not None and face.score >= SURE]

    def _confirmed(self, image: Array, face: Face) -> Face | None:
        """A doubtful face as seen in its close-up; None where there is only a cup."""
        if face.score >= SURE:
            return face
        for margin in (1.5, MARGIN):
            look = self._close_up(image, Box(*face.box), margin)
            if look is not None and look.score >= SURE:
                return look
        return None

    def _close_up(self, image: Array, box: Box, margin: float) -> Face | None:
        """The face in the middle of the enlarged surroundings of a box."""
        crop, scale, corner = crop_around(image, box, margin)
        for face in _process_mesh(self._mesh, crop):
            points = (face.points / scale + corner).astype(np.float32)
            if box.centred_in(Face(points, face.score).box):
                return Face(points, face.score)
        return None

    def follow(self, frames: Iterable[Array]) -> Array:
        """One face through a video; see `Detector`. The one surest in the first frame.

        Every frame is also looked at in a mirror, and the mean is given: it trembles less.
        """
        lost = np.full((COUNT, 3), np.nan, dtype=np.float32)
        plain, mirror = (
            _mesh_graph(1, max(self._confidence, 0.3), tracking=True) for _ in range(2)
        )
        points = []
        try:
            for frame in frames:
                found = _process_mesh(plain, checked_rgb(frame))
                swapped = _process_mesh(mirror, np.ascontiguousarray(frame[:, ::-1]))
                points.append(_between(found[0], swapped, frame.shape[1]) if found else lost)
        finally:
            plain.close()
            mirror.close()
        return np.stack(points) if points else np.empty((0, COUNT, 3), np.float32)


def _mesh_graph(max_faces: int, confidence: float, tracking: bool) -> Graph:
    """The mesh with its short-range detector; as mp.solutions.FaceMesh, but with scores."""

    def build() -> Any:
        from mediapipe.python.solution_base import SolutionBase

        return SolutionBase(
            binary_graph_path="mediapipe/modules/face_landmark/face_landmark_front_cpu.binarypb",
            side_inputs={
                "num_faces": max_faces,
                "with_attention": True,
                "use_prev_landmarks": tracking,
            },
            calculator_params={
                f"{_SHORT_RANGE}TensorsToDetectionsCalculator.min_score_thresh": confidence,
                "facelandmarkcpu__ThresholdingCalculator.threshold": 0.5,
            },
            outputs=["multi_face_landmarks", "face_detections"],
        )

    return Graph(build)


def _box_graph(confidence: float) -> Graph:
    """The full-range detector, for faces down to a tenth of the picture's side."""

    def build() -> Any:
        from mediapipe.python.solutions.face_detection import FaceDetection

        return FaceDetection(model_selection=1, min_detection_confidence=confidence)

    return Graph(build)


def _process_mesh(graph: Graph, image: Array) -> list[Face]:
    height, width = image.shape[:2]
    result = graph(image)
    size = np.array([width, height, width], dtype=np.float32)  # z is in units of the width
    faces = []
    for mesh in result.multi_face_landmarks or []:
        found = [mesh.landmark[index] for index in MESH]
        points = np.array([[p.x, p.y, p.z] for p in found], dtype=np.float32)
        score = _score(points[:, :2].mean(axis=0), result.face_detections)
        faces.append(Face(points * size, score))
    return faces


def _between(face: Face, mirrored: list[Face], width: int) -> Array:
    """(68, 3) of a face, and the mean with what a mirror shows where that is the same face."""
    for other in mirrored:
        points = other.points[MIRROR] * (-1, 1, 1) + (width, 0, 0)
        back = Face(points.astype(np.float32), other.score)
        if overlap(face, back) > 0.5:
            return (face.points + back.points) / 2
    return face.points


def _score(centre: Array, detections: Any) -> float:
    """Of the detection that a face grew from; a tracked face, which has none, is sure."""
    if not detections:
        return 1.0
    scores = [0.0]
    for detection in detections:
        box = detection.location_data.relative_bounding_box
        near = (centre - [box.xmin, box.ymin]) / [box.width, box.height]
        if ((near >= 0) & (near <= 1)).all():
            scores.append(float(detection.score[0]))
    return max(scores)


def _process_boxes(graph: Graph, image: Array, window: Box) -> list[Box]:
    """What looks like a face in a window, in pixels of the whole picture."""
    left, top, right, bottom = (round(edge) for edge in window)
    view = np.ascontiguousarray(image[top:bottom, left:right])
    found = []
    for detection in graph(view).detections or []:
        box = detection.location_data.relative_bounding_box
        x, y = left + box.xmin * view.shape[1], top + box.ymin * view.shape[0]
        wide, high = box.width * view.shape[1], box.height * view.shape[0]
        found.append(Box(x, y, x + wide, y + high))
    return found
