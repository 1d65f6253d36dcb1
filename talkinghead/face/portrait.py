"""Selects the face of a picture that is animated, and resizes portraits."""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from talkinghead.errors import FaceError
from talkinghead.face.detectors.base import Detector, Face
from talkinghead.geometry.mouth import lip_gaps, mouth_width
from talkinghead.landmarks import MOUTH
from talkinghead.types import Array, Portrait

_WIDE_OPEN: Final = 0.6  # lip gap in mouth widths above which closing the mouth leaves artefacts
_MIN_VISIBLE: Final = 0.5  # share of the lips' points that must lie in the picture


def find_portrait(
    image: Array,
    detector: Detector,
    *,
    face: int | None = None,
    where: str = "picture",
    notify: Callable[[str], None] | None = None,
) -> Portrait:
    """The portrait of one face in an (h, w, 3) uint8 RGB picture.

    Faces are numbered from 0, from left to right. Without `face` the largest one is selected
    whose mouth lies in the picture. `notify` receives a one-line message if there are other faces,
    and those of `check_mouth`. `where` names the picture in messages. Raises FaceError if the
    picture has no face, or not the selected one, or if its mouth lies outside the picture.
    """
    faces = _detect(image, detector, where)
    ordered = sorted(faces, key=_centre_x)
    if face is None:
        visible = (other for other in faces if _visible_lips(other.points, image) >= _MIN_VISIBLE)
        index = ordered.index(next(visible, faces[0]))
        if len(faces) > 1 and notify is not None:
            notify(
                f"{where}: found {len(faces)} faces, numbered 0 to {len(faces) - 1} from left "
                f"to right; animating the largest, number {index}; choose another with --face N"
            )
    elif 0 <= face < len(ordered):
        index = face
    else:
        count = "1 face, number 0" if len(faces) == 1 else f"{len(faces)} faces"
        span = "" if len(faces) == 1 else f", numbered 0 to {len(faces) - 1} from left to right"
        raise FaceError(f"{where}: there is no face {face}; found {count}{span}")
    try:
        others = tuple(other.points for at, other in enumerate(ordered) if at != index)
        portrait = Portrait(image, ordered[index].points, other_faces=others)
    except FaceError as problem:
        raise FaceError(f"{where}: {problem}") from problem
    check_mouth(portrait.landmarks, image, where, notify)
    return portrait


def check_mouth(
    points: Array, image: Array, where: str, notify: Callable[[str], None] | None = None
) -> None:
    """Refuse a face (68, 2 or 3) whose mouth lies outside its picture (h, w, 3).

    `notify` receives a one-line message if a part of the lips lies outside, and one if the mouth
    is open too far to be closed well. Raises FaceError.
    """
    visible = _visible_lips(points, image)
    if visible < _MIN_VISIBLE:
        raise FaceError(
            f"{where}: the mouth lies outside the picture; give one that shows the whole face"
        )
    if notify is None:
        return
    if visible < 1:
        notify(
            f"{where}: a part of the lips lies outside the picture and cannot be seen speaking; "
            "a picture of the whole face looks better"
        )
    if lip_gaps(points).max() > _WIDE_OPEN * mouth_width(points):
        notify(
            f"{where}: the mouth is wide open, and closing it leaves artefacts; "
            "a picture with closed lips looks better"
        )


def _visible_lips(points: Array, image: Array) -> float:
    """The share of the lips' points of a face (68, 2 or 3) that lie in its picture."""
    x, y = points[MOUTH, 0], points[MOUTH, 1]
    height, width = image.shape[:2]
    return float(((x >= 0) & (x < width) & (y >= 0) & (y < height)).mean())


def detect_all_landmarks(
    image: Array, detector: Detector, *, where: str = "picture"
) -> list[Array]:
    """The landmarks (68, 3) of every face of a picture, in the order of `find_portrait`.

    Raises FaceError if there is no face.
    """
    return [face.points for face in sorted(_detect(image, detector, where), key=_centre_x)]


def _detect(image: Array, detector: Detector, where: str) -> list[Face]:
    """The faces of a picture, the largest first. Raises FaceError if there is none."""
    faces = detector.detect(image)
    if not faces:
        raise FaceError(
            f"{where}: found no face; crop the picture to one frontal face "
            "that fills about half of it"
        )
    return faces


def _centre_x(face: Face) -> float:
    left, _, right, _ = face.box
    return (left + right) / 2


def scale_points(points: Array, factor: float) -> Array:
    """Points (..., 2 or 3) in pixels, for the picture resized by `factor`.

    Pixel centres have integer coordinates.
    """
    out = points * factor
    out[..., :2] += (factor - 1) / 2
    return np.asarray(out)


def resize_portrait(portrait: Portrait, factor: float) -> Portrait:
    """The portrait resized by `factor`, without the landmarks of other faces.

    Raises FaceError if the face becomes too small.
    """
    height, width = portrait.image.shape[:2]
    size = max(1, round(width * factor)), max(1, round(height * factor))
    sampling = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    matte = portrait.matte
    if matte is not None:
        matte = cv2.resize(matte, size, interpolation=cv2.INTER_AREA)
        matte = np.clip(matte, 0, 1)  # rounding may exceed 1
    landmarks = scale_points(portrait.landmarks.astype(np.float64), factor)
    return Portrait(cv2.resize(portrait.image, size, interpolation=sampling), landmarks, matte)
