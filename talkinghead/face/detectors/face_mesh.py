"""MediaPipe's face mesh with attention (Grishchenko et al. 2020): 468 landmarks of a face."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.face.detectors.face_boxes import FaceBox
from talkinghead.face.detectors.networks import crop_square, run_network
from talkinghead.types import Array

_INPUT: Final = 192  # pixels of the network's input
_MARGIN: Final = 1.5  # side of the crop relative to the longer side of the face
_MAX_OVERLAP: Final = 0.5  # intersection over union of the crops of two faces
_EYE_CORNERS: Final = (33, 263)  # the outer ones


@dataclass(frozen=True)
class MeshCrop:
    """A rotated square of the picture that shows one face, in pixels."""

    x: float  # of the centre
    y: float
    side: float
    rotation: float  # radians, clockwise as seen


def crop_of_box(box: FaceBox) -> MeshCrop:
    """The crop around a detected face."""
    side = _MARGIN * max(box.right - box.left, box.bottom - box.top)
    return MeshCrop((box.left + box.right) / 2, (box.top + box.bottom) / 2, side, box.rotation)


def crop_of_mesh(points: Array) -> MeshCrop:
    """The crop around a mesh (468, 3), for the next frame of a video."""
    (left, top), (right, bottom) = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    dx, dy = (points[_EYE_CORNERS[1]] - points[_EYE_CORNERS[0]])[:2]
    side = _MARGIN * max(right - left, bottom - top)
    return MeshCrop(
        float(left + right) / 2, float(top + bottom) / 2, float(side), float(np.arctan2(dy, dx))
    )


def distinct_crops(crops: list[MeshCrop]) -> list[MeshCrop]:
    """The crops without those that overlap a later one by half or more of their union."""
    distinct: list[MeshCrop] = []
    for crop in crops:
        distinct = [other for other in distinct if _overlap(crop, other) <= _MAX_OVERLAP]
        distinct.append(crop)
    return distinct


def _overlap(a: MeshCrop, b: MeshCrop) -> float:
    """Intersection over union of two crops, whose rotation is ignored."""
    half = (a.side + b.side) / 2
    width, height = (
        max(0.0, min(half - distance, a.side, b.side))
        for distance in (abs(a.x - b.x), abs(a.y - b.y))
    )
    shared = width * height
    union = a.side**2 + b.side**2 - shared
    return shared / union if union > 0 else 0.0


def detect_mesh(image: Array, crop: MeshCrop) -> Array | None:
    """(468, 3) float32 landmarks of the face in a crop of an (h, w, 3) uint8 picture, in pixels.

    Smaller z is nearer to the viewer. None if the crop shows no face.
    """
    square = crop_square(
        image, (crop.x, crop.y), crop.side, crop.rotation, _INPUT, cv2.BORDER_REPLICATE
    )
    landmarks, presence = run_network(
        "face_mesh", square[None].astype(np.float32) * np.float32(1 / 255)
    )
    if presence.item() <= 0:  # the logit of the probability that there is a face
        return None
    points = landmarks / np.float64(_INPUT)
    points[:, :2] -= 0.5
    cos, sin = np.cos(crop.rotation), np.sin(crop.rotation)
    points[:, :2] = points[:, :2] @ np.array([[cos, sin], [-sin, cos]])
    return np.asarray(points * crop.side + [crop.x, crop.y, 0], dtype=np.float32)
