"""MediaPipe's detectors of face boxes (BlazeFace; Bazarevsky et al. 2019)."""

from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import cv2
import numpy as np

from talkinghead.face.detectors.networks import crop_square, run_network
from talkinghead.types import Array

_MAX_OVERLAP: Final = 0.3  # intersection over union of two boxes of different faces


@dataclass(frozen=True)
class FaceBox:
    """A detected face, in pixels of the picture."""

    left: float
    top: float
    right: float
    bottom: float
    rotation: float  # of the line through the eyes, in radians, clockwise as seen
    score: float  # confidence of the detector in [0, 1]

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies in the box."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True)
class _BoxNetwork:
    """A network that predicts a box, six points and a score for each anchor."""

    name: Literal["face_boxes", "small_face_boxes"]
    side: int  # pixels of its input
    grids: tuple[tuple[int, int], ...]  # cells per side, anchors per cell


# Faces from about a fifth of the picture's side on, and from about a tenth on.
LARGE_FACES: Final = _BoxNetwork("face_boxes", 128, ((16, 2), (8, 6)))
SMALL_FACES: Final = _BoxNetwork("small_face_boxes", 192, ((48, 1),))


def detect_boxes(network: _BoxNetwork, image: Array, min_score: float) -> list[FaceBox]:
    """The faces of an (h, w, 3) uint8 picture, the highest score first."""
    height, width = image.shape[:2]
    side = max(height, width)
    square = crop_square(image, (width / 2, height / 2), side, 0, network.side, cv2.BORDER_CONSTANT)
    tensor = square[None].astype(np.float32) * np.float32(2 / 255) - np.float32(1)
    regressed, logits = run_network(network.name, tensor)
    scores = (1 + np.tanh(logits[0, :, 0] / 2)) / 2  # the sigmoid, which cannot overflow
    boxes = regressed[0].reshape(-1, 8, 2) / np.float32(network.side)  # centre, size, 6 points
    boxes[:, [0, *range(2, 8)]] += _anchors(network)[:, None]
    boxes[:, 0] -= boxes[:, 1] / 2
    boxes[:, 1] += boxes[:, 0]  # the two corners
    valid = (scores >= min_score) & (boxes[:, 1] >= boxes[:, 0]).all(axis=1)
    order = np.argsort(-scores[valid], kind="stable")
    merged = _merge_overlapping(boxes[valid][order], scores[valid][order])
    shift = [(width - side) / 2, (height - side) / 2]
    return [_face_box(points * side + shift, score) for points, score in merged]


@cache
def _anchors(network: _BoxNetwork) -> Array:
    """(n, 2) float32: x and y of the anchors in [0, 1]."""
    centres = []
    for cells, count in network.grids:
        y, x = (np.mgrid[:cells, :cells].reshape(2, -1) + 0.5) / cells
        centres.append(np.repeat(np.stack([x, y], axis=1), count, axis=0))
    return np.concatenate(centres).astype(np.float32)


def _merge_overlapping(boxes: Array, scores: Array) -> list[tuple[Array, float]]:
    """Weighted non-maximum suppression of boxes (n, 8, 2) sorted by score.

    Boxes that overlap the best one are averaged, weighted by score; the best score is kept.
    """
    merged = []
    while len(boxes):
        overlapping = _overlaps(boxes) > _MAX_OVERLAP
        if not overlapping[0]:  # a box without area
            break
        weights = scores[overlapping]
        mean = np.tensordot(weights, boxes[overlapping], axes=1) / weights.sum()
        merged.append((mean, float(scores[0])))
        boxes, scores = boxes[~overlapping], scores[~overlapping]
    return merged


def _overlaps(boxes: Array) -> Array:
    """(n,): intersection over union of each box with the first one."""
    low, high = boxes[:, 0], boxes[:, 1]
    shared = (np.minimum(high, high[0]) - np.maximum(low, low[0])).clip(0).prod(axis=1)
    areas = (high - low).prod(axis=1)
    union = areas + areas[0] - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(union), where=union > 0))


def _face_box(points: Array, score: float) -> FaceBox:
    (left, top), (right, bottom), first_eye, second_eye = points[:4].tolist()
    rotation = float(np.arctan2(second_eye[1] - first_eye[1], second_eye[0] - first_eye[0]))
    return FaceBox(left, top, right, bottom, rotation, score)
