"""Look for a face in a picture of any kind: drawings are found in some sizes and not in others."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from talkinghead.errors import FaceError
from talkinghead.landmarks import JAW_LEFT, JAW_RIGHT
from talkinghead.puppet.poses import Box
from talkinghead.types import Array

# (h, w, 3) uint8 RGB to the faces in it, each (68, 2 or more) pixels, the largest first.
Finder = Callable[[Array], list[Array]]

TILT = 45.0  # degrees; a puppet's mouth opens downwards, however its face is turned
_SIZES = (512, 256)  # pixels of the longer side
_PAD = 0.4  # of the longer side, around a face that fills its picture


def on_grey(picture: Array) -> Array:
    """(h, w, 3) uint8: a picture (h, w, 4) whose transparent parts are a light grey."""
    share = picture[..., 3:].astype(np.float32) / 255
    return np.asarray(np.rint(picture[..., :3] * share + 200 * (1 - share)).astype(np.uint8))


def find_faces(image: Array, finder: Finder, box: Box | None = None) -> list[Array]:
    """The faces (68, 2) of a picture (h, w, 3), the largest first; may be empty.

    The picture is shown as it is, and if nothing is seen in it at other sizes, with room around
    it, in grey with more contrast, and with its lines softened; the first view in which there is
    a face decides. With a `box` (left, top, width, height) only a face that fills it is one.
    """
    for view, scale, offset in _views(image):
        found = [(face[:, :2] - offset) / scale for face in finder(view)]
        whole = [
            face.astype(np.float64)
            for face in found
            if _within(face, image.shape) and (box is None or _fills(face, box))
        ]
        if whole:
            return whole
    return []


def chosen_face(
    faces: list[Array], number: int | None, where: str, notify: Callable[[str], None]
) -> Array:
    """One of several faces, numbered from 0 from left to right; without `number` the largest.

    `notify` is told in one line when there are others. Raises FaceError for a number that is
    not there.
    """
    ordered = sorted(range(len(faces)), key=lambda i: float(faces[i][:, 0].mean()))
    if number is None:
        if len(faces) > 1:
            notify(
                f"{where}: found {len(faces)} faces; took the largest, number "
                f"{ordered.index(0)} from the left, counted from 0; choose another with --face N"
            )
        return faces[0]
    if not 0 <= number < len(faces):
        raise FaceError(
            f"{where}: there is no face {number}; found {len(faces)}, numbered from 0, "
            "from left to right"
        )
    return faces[ordered[number]]


def check_upright(points: Array, where: str) -> None:
    """Refuse a face that lies or stands on its head. Raises FaceError."""
    x, y = points[JAW_RIGHT, :2] - points[JAW_LEFT, :2]
    tilt = float(np.degrees(np.arctan2(y, x)))
    if abs(tilt) > TILT:
        raise FaceError(
            f"{where}: the face is turned by {abs(tilt):.0f} degrees; turn the picture upright"
        )


def _fills(points: Array, box: Box) -> bool:
    """Whether a face's own box and the given one are much the same."""
    low, high = points.min(axis=0), points.max(axis=0)
    start, size = np.array(box[:2]), np.array(box[2:])
    shared = np.clip(np.minimum(high, start + size) - np.maximum(low, start), 0, None).prod()
    return bool(shared > 0.5 * ((high - low).prod() + size.prod() - shared))


def _within(points: Array, shape: tuple[int, ...]) -> bool:
    """Whether a face stands in the picture and not in what was put around it."""
    middle = points.mean(axis=0)
    size = float(np.ptp(points, axis=0).max())
    return bool((middle > 0).all() and (middle < shape[1::-1]).all()) and size < 1.5 * max(shape)


def _views(image: Array) -> Iterator[tuple[Array, float, Array]]:
    """Pictures to look at, their scale, and where the given picture's corner is in them."""
    yield image, 1.0, np.zeros(2)
    longest = max(image.shape[:2])
    for treat in (None, _contrasted, _softened):
        for size in _SIZES:
            scale = size / longest
            how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
            small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=how)
            view = small if treat is None else treat(small)
            yield np.ascontiguousarray(view), scale, np.zeros(2)
            pad = round(_PAD * size)
            wide = cv2.copyMakeBorder(view, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
            yield np.asarray(wide), scale, np.array([pad, pad], dtype=np.float64)


def _contrasted(image: Array) -> Array:
    """Grey, its histogram evened out locally."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    even = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(4, 4)).apply(grey)
    return np.asarray(cv2.cvtColor(even, cv2.COLOR_GRAY2RGB))


def _softened(image: Array) -> Array:
    """Thin lines melt into shades, as of a face seen from afar."""
    sigma = max(image.shape[:2]) / 120
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma))
