"""The default face detector: MediaPipe's face mesh, on the CPU and offline."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np

from talkinghead.face.detectors.base import (
    Face,
    box_overlap,
    require_rgb,
    suppress_overlaps,
    track_frames,
)
from talkinghead.face.detectors.face_boxes import (
    LARGE_FACES,
    SMALL_FACES,
    FaceBox,
    detect_boxes,
)
from talkinghead.face.detectors.face_mesh import (
    MeshCrop,
    crop_of_box,
    crop_of_mesh,
    detect_mesh,
    distinct_crops,
)
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

MIN_SCORE: Final = 0.4  # lowest detector score of a face, in the picture or in a crop around it
MIN_SMALL_SCORE: Final = 0.6  # of the detector of small faces, MediaPipe's own threshold
UPRIGHT_SCORE: Final = 0.85  # a face with this score is detected the right way up
UPRIGHT_GAIN: Final = 0.05  # least gain in score when an upside-down picture is rotated


class MediapipeDetector:
    """Face mesh with attention, and a second pass for faces that are too small for its detector.

    `confidence` is the score threshold of the first detector; it is low because the mesh rejects
    false positives. A picture takes about 0.1 s, a frame of a video 16 ms.
    """

    def __init__(self, max_faces: int = 16, confidence: float = 0.1) -> None:
        self._max_faces, self._confidence = max_faces, confidence

    def detect(self, image: Array) -> list[Face]:
        """Detect all faces, the largest first; see `Detector`."""
        image = require_rgb(image)
        candidates = suppress_overlaps(self._detect_meshes(image))
        candidates = self._correct_upside_down(image, candidates)
        confirmed = (self._confirm(image, face) for face in candidates)
        faces = suppress_overlaps(face for face in confirmed if face is not None)
        for parts in (1, 2, 4, 8):
            if faces and parts > 2:  # much smaller faces are in the background
                break
            for window in tiles(image, parts):
                faces = suppress_overlaps([*faces, *self._second_pass(image, window, faces)])
        return [
            find_wide_mouth(image, face, self._detect_meshes)
            for face in faces
            if face.score >= UPRIGHT_SCORE or not _is_upside_down(face)
        ]

    def _detect_meshes(self, image: Array) -> list[Face]:
        """The faces that both the detector of large faces and the mesh confirm."""
        boxes = detect_boxes(LARGE_FACES, image, self._confidence)[: self._max_faces]
        crops = distinct_crops([crop_of_box(box) for box in boxes])
        meshes = (detect_mesh(image, crop) for crop in crops)
        faces = (mesh[MESH_VERTICES] for mesh in meshes if mesh is not None)
        return [Face(points, _score(points, boxes)) for points in faces]

    def _correct_upside_down(self, image: Array, faces: list[Face]) -> list[Face]:
        """The faces, those upside down replaced by their detection in the picture rotated by 180°.

        Without the rotation, the mesh mistakes their mouths for eyes.
        """
        if all(face.score >= UPRIGHT_SCORE for face in faces):
            return faces
        shift = (image.shape[1], image.shape[0], 0)
        rotated = [
            Face((face.points * (-1, -1, 1) + shift).astype(np.float32), face.score)
            for face in self._detect_meshes(np.ascontiguousarray(image[::-1, ::-1]))
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
            for box in _small_faces(image, window)
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
        for face in self._detect_meshes(crop):
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
        self._plain, self._mirror = _MeshSequence(confidence), _MeshSequence(confidence)
        self._pool = ThreadPoolExecutor(1)

    def __call__(self, frame: Array) -> Array | None:
        """The landmarks in one frame; None: lost."""
        image = require_rgb(frame)
        mirror = self._pool.submit(self._mirror, np.ascontiguousarray(image[:, ::-1]))
        face, mirrored = self._plain(image), mirror.result()
        return None if face is None else _average(face, mirrored, image.shape[1])

    def close(self) -> None:
        """End the thread."""
        self._pool.shutdown()


class _MeshSequence:
    """The face mesh of consecutive frames: the box detector is needed for the first one only."""

    def __init__(self, confidence: float) -> None:
        self._confidence = confidence
        self._crop: MeshCrop | None = None  # of the face, to be expected in the next frame

    def __call__(self, image: Array) -> Face | None:
        """The face with the highest score in an (h, w, 3) uint8 picture, then the same one."""
        crop, score = self._crop, 1.0
        if crop is None:
            boxes = detect_boxes(LARGE_FACES, image, self._confidence)
            if not boxes:
                return None
            crop, score = crop_of_box(boxes[0]), boxes[0].score
        mesh = detect_mesh(image, crop)
        self._crop = None if mesh is None else crop_of_mesh(mesh)
        return None if mesh is None else Face(mesh[MESH_VERTICES], score)


def _is_upside_down(face: Face) -> bool:
    """Whether the eyes of a face are exchanged.

    With a low score that is a face whose mouth lies outside the picture: the mesh takes its eyes
    for those of a face upside down in the hair above.
    """
    x_left, x_right = face.points[[LEFT_EYE_OUTER, RIGHT_EYE_OUTER], 0]
    return bool(x_left > x_right)


def _average(face: Face, mirrored: Face | None, width: int) -> Array:
    """(68, 3) landmarks of a face, averaged with those of the same face in the mirrored picture."""
    if mirrored is not None:
        points = mirrored.points[MIRROR] * (-1, 1, 1) + (width, 0, 0)
        back = Face(points.astype(np.float32), mirrored.score)
        if box_overlap(face, back) > 0.5:
            return (face.points + back.points) / 2
    return face.points


def _score(points: Array, boxes: list[FaceBox]) -> float:
    """The best score of the boxes around the centre of a face (68, 3)."""
    x, y = points[:, :2].mean(axis=0).tolist()
    return max((box.score for box in boxes if box.contains(x, y)), default=0.0)


def _small_faces(image: Array, window: Box) -> list[Box]:
    """The boxes detected in a window, in pixels of the picture."""
    left, top, right, bottom = (round(edge) for edge in window)
    view = image[top:bottom, left:right]
    return [
        Box(left + box.left, top + box.top, left + box.right, top + box.bottom)
        for box in detect_boxes(SMALL_FACES, view, MIN_SMALL_SCORE)
    ]
