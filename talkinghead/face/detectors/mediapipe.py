"""The default face detector: MediaPipe's face mesh, on the CPU and offline."""

import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final

import numpy as np

from talkinghead.face.detectors.base import (
    Face,
    box_overlap,
    require_rgb,
    suppress_overlaps,
    track_frames,
)
from talkinghead.face.detectors.mediapipe_graph import MediapipeGraph
from talkinghead.face.detectors.small_faces import CROP_MARGIN, Box, crop_around, tiles
from talkinghead.face.detectors.wide_mouth import find_wide_mouth
from talkinghead.landmarks import LEFT_EYE_OUTER, MIRROR, RIGHT_EYE_OUTER
from talkinghead.types import Array

# The vertices of MediaPipe's face mesh at the 68 iBUG landmarks, checked against hand-annotated
# faces. The ends of the jaw are at ear level.
MESH_VERTICES: Final = [
    *[127, 234, 132, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 361, 454, 356],
    *[70, 63, 105, 66, 107, 336, 296, 334, 293, 300],
    *[168, 197, 5, 4, 75, 97, 2, 326, 305],
    *[33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380],
    *[61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181],
    *[78, 82, 13, 312, 308, 317, 14, 87],
]
_SHORT_RANGE: Final = "facedetectionshortrangecpu__facedetectionshortrange__facedetection__"

MIN_SCORE: Final = 0.4  # lowest detector score of a face, in the picture or in a crop around it
UPRIGHT_SCORE: Final = 0.85  # a face with this score is detected the right way up
UPRIGHT_GAIN: Final = 0.05  # least gain in score when an upside-down picture is rotated


class MediapipeDetector:
    """Face mesh with attention, and a second pass for faces that are too small for its detector.

    `confidence` is the score threshold of the first detector; it is low because the mesh rejects
    false positives. A picture takes about 0.1 s, a frame of a video 16 ms.
    """

    def __init__(self, max_faces: int = 16, confidence: float = 0.1) -> None:
        self._lock = threading.Lock()  # a graph processes one picture at a time
        self._confidence = confidence
        self._mesh = _mesh_graph(max_faces, confidence, tracking=False)
        self._boxes = _box_graph(confidence)

    def detect(self, image: Array) -> list[Face]:
        """Detect all faces, the largest first; see `Detector`."""
        image = require_rgb(image)
        with self._lock:
            candidates = suppress_overlaps(_process_mesh(self._mesh, image))
            candidates = self._correct_upside_down(image, candidates)
            confirmed = (self._confirm(image, face) for face in candidates)
            faces = suppress_overlaps(face for face in confirmed if face is not None)
            for parts in (1, 2, 4, 8):
                if faces and parts > 2:  # much smaller faces are in the background
                    break
                for window in tiles(image, parts):
                    faces = suppress_overlaps([*faces, *self._second_pass(image, window, faces)])
            return [
                find_wide_mouth(image, face, partial(_process_mesh, self._mesh))
                for face in faces
                if face.score >= UPRIGHT_SCORE or not _is_upside_down(face)
            ]

    def _correct_upside_down(self, image: Array, faces: list[Face]) -> list[Face]:
        """The faces, those upside down replaced by their detection in the picture rotated by 180°.

        Without the rotation, the mesh mistakes their mouths for eyes.
        """
        if all(face.score >= UPRIGHT_SCORE for face in faces):
            return faces
        shift = (image.shape[1], image.shape[0], 0)
        rotated = [
            Face((face.points * (-1, -1, 1) + shift).astype(np.float32), face.score)
            for face in _process_mesh(self._mesh, np.ascontiguousarray(image[::-1, ::-1]))
        ]

        def select_orientation(face: Face) -> Face:
            others = [other for other in rotated if box_overlap(face, other) > 0.3]
            best = max(others, key=lambda other: other.score, default=face)
            return best if best.score > face.score + UPRIGHT_GAIN else face

        return suppress_overlaps(select_orientation(face) for face in faces)

    def _second_pass(self, image: Array, window: Box, earlier: list[Face]) -> list[Face]:
        """The faces of one window whose centres lie in no face detected earlier."""
        boxes = [
            box
            for box in _process_boxes(self._boxes, image, window)
            if not any(box.is_centred_in(face.box) for face in earlier)
        ]
        detected = (self._detect_in_crop(image, box, CROP_MARGIN) for box in boxes)
        return [face for face in detected if face is not None and face.score >= MIN_SCORE]

    def _confirm(self, image: Array, face: Face) -> Face | None:
        """The face, detected again in a crop if its score is low; None for a false positive."""
        if face.score >= MIN_SCORE:
            return face
        for margin in (1.5, CROP_MARGIN):
            detected = self._detect_in_crop(image, Box(*face.box), margin)
            if detected is not None and detected.score >= MIN_SCORE:
                return detected
        return None

    def _detect_in_crop(self, image: Array, box: Box, margin: float) -> Face | None:
        """The face at the centre of an enlarged crop around a box."""
        crop, scale, corner = crop_around(image, box, margin)
        for face in _process_mesh(self._mesh, crop):
            points = (face.points / scale + corner).astype(np.float32)
            if box.is_centred_in(Face(points, face.score).box):
                return Face(points, face.score)
        return None

    def track(self, frames: Iterable[Array]) -> Array:
        """Track the face with the highest score in the first frame; see `Detector`.

        Averages the landmarks of each frame and of its mirror image, which reduces jitter.
        """
        return track_frames(self.start_tracking(), frames)

    def start_tracking(self) -> "MeshTracker":
        """Follow the face with the highest score; see `Detector`."""
        return MeshTracker(max(self._confidence, 0.3))


class MeshTracker:
    """Follows one face with the face mesh; see `FaceTracker`.

    The landmarks of a frame and of its mirror image are averaged, which reduces jitter. The two
    are computed at the same time.
    """

    def __init__(self, confidence: float) -> None:
        self._plain, self._mirror = (_mesh_graph(1, confidence, tracking=True) for _ in range(2))
        self._pool = ThreadPoolExecutor(1)

    def __call__(self, frame: Array) -> Array | None:
        """The landmarks in one frame; None: lost."""
        image = require_rgb(frame)
        mirror = self._pool.submit(
            _process_mesh, self._mirror, np.ascontiguousarray(image[:, ::-1])
        )
        faces, mirrored = _process_mesh(self._plain, image), mirror.result()
        return _average(faces[0], mirrored, image.shape[1]) if faces else None

    def close(self) -> None:
        """Free both graphs."""
        self._pool.shutdown()
        self._plain.close()
        self._mirror.close()


def _mesh_graph(max_faces: int, confidence: float, tracking: bool) -> MediapipeGraph:
    """The face mesh with its short-range detector: mp.solutions.FaceMesh, but with scores."""

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

    return MediapipeGraph(build)


def _box_graph(confidence: float) -> MediapipeGraph:
    """The full-range detector, for faces as small as a tenth of the picture's side."""

    def build() -> Any:
        from mediapipe.python.solutions.face_detection import FaceDetection

        return FaceDetection(model_selection=1, min_detection_confidence=confidence)

    return MediapipeGraph(build)


def _process_mesh(graph: MediapipeGraph, image: Array) -> list[Face]:
    height, width = image.shape[:2]
    result = graph(image)
    size = np.array([width, height, width], dtype=np.float32)  # z is in units of the width
    faces = []
    for mesh in result.multi_face_landmarks or []:
        vertices = [mesh.landmark[index] for index in MESH_VERTICES]
        points = np.array([[p.x, p.y, p.z] for p in vertices], dtype=np.float32)
        score = _score(points[:, :2].mean(axis=0), result.face_detections)
        faces.append(Face(points * size, score))
    return faces


def _is_upside_down(face: Face) -> bool:
    """Whether the eyes of a face are exchanged.

    With a low score that is a face whose mouth lies outside the picture: the mesh takes its eyes
    for those of a face upside down in the hair above.
    """
    x_left, x_right = face.points[[LEFT_EYE_OUTER, RIGHT_EYE_OUTER], 0]
    return bool(x_left > x_right)


def _average(face: Face, mirrored: list[Face], width: int) -> Array:
    """(68, 3) landmarks of a face, averaged with those of the same face in the mirrored picture."""
    for other in mirrored:
        points = other.points[MIRROR] * (-1, 1, 1) + (width, 0, 0)
        back = Face(points.astype(np.float32), other.score)
        if box_overlap(face, back) > 0.5:
            return (face.points + back.points) / 2
    return face.points


def _score(centre: Array, detections: Any) -> float:
    """The score of the detection around a face's centre; 1 without detections, as when tracking."""
    if not detections:
        return 1.0
    scores = [0.0]
    for detection in detections:
        box = detection.location_data.relative_bounding_box
        inside = (centre - [box.xmin, box.ymin]) / [box.width, box.height]
        if ((inside >= 0) & (inside <= 1)).all():
            scores.append(float(detection.score[0]))
    return max(scores)


def _process_boxes(graph: MediapipeGraph, image: Array, window: Box) -> list[Box]:
    """The boxes detected in a window, in pixels of the picture."""
    left, top, right, bottom = (round(edge) for edge in window)
    view = np.ascontiguousarray(image[top:bottom, left:right])
    boxes = []
    for detection in graph(view).detections or []:
        box = detection.location_data.relative_bounding_box
        x, y = left + box.xmin * view.shape[1], top + box.ymin * view.shape[0]
        width, height = box.width * view.shape[1], box.height * view.shape[0]
        boxes.append(Box(x, y, x + width, y + height))
    return boxes
