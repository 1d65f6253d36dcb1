"""Fits landmarks to faces in photos and drawings: detects or places them, adjusts drawn eyes.

Detectors are trained on photos and detect a drawn face only at some sizes. If they detect none,
the mean face is placed into a box. Cartoon eyes are larger than the detected ones.
"""

from collections.abc import Callable, Iterator
from typing import Final

import cv2
import numpy as np

from talkinghead.errors import FaceError, PuppetError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.masks import polygon_pixels
from talkinghead.landmarks import (
    JAW_LEFT,
    JAW_RIGHT,
    LEFT_BROW,
    LEFT_EYE,
    RIGHT_BROW,
    RIGHT_EYE,
)
from talkinghead.puppet.face_frame import close_pose
from talkinghead.types import Array

Box = tuple[float, float, float, float]  # left, top, width, height in pixels

# (h, w, 3) uint8 RGB -> the faces in it, each (68, 2 or more) in pixels, the largest first.
FaceFinder = Callable[[Array], list[Array]]

MAX_TILT: Final = 45.0  # degrees; a puppet's mouth opens downwards even if its face is tilted
_SIZES: Final = (512, 256)  # pixels of the longer side at which faces are detected
_PAD: Final = 0.4  # padding relative to the longer side, for a face that fills its picture
_GREY: Final = 200  # level of the background of transparent pixels
_HEAD: Final = 0.62  # face size as a share of the head, or of the picture's shorter side

# Drawn eyes.
_REACH: Final = 1.3  # largest extent of a drawn eye from its centre, in detected eye widths
_TOLERANCE: Final = 9.0  # levels by which pixels of flat skin may differ from its median
_EVEN: Final = 0.6  # least share of flat skin among the pixels around the eye
_WIDTHS: Final = (0.8, 2.4)  # width of a drawn eye relative to the detected one
_HEIGHTS: Final = (0.25, 1.6)  # height of a drawn eye relative to its width


def composite_on_grey(picture: Array) -> Array:
    """(h, w, 3) uint8: a picture (h, w, 4) uint8 straight RGBA over light grey."""
    share = picture[..., 3:].astype(np.float32) / 255
    return np.asarray(np.rint(picture[..., :3] * share + _GREY * (1 - share)).astype(np.uint8))


def find_faces(image: Array, finder: FaceFinder, box: Box | None = None) -> list[Array]:
    """The faces (68, 2) of a picture (h, w, 3) uint8, the largest first; may be empty.

    Tries the unchanged picture, then other sizes, padding, grey with more contrast, and blur; the
    first variant with a face decides. With a `box`, only faces that fill it are accepted.
    """
    for view, scale, offset in _views(image):
        faces = [(face[:, :2] - offset) / scale for face in finder(view)]
        valid = [
            face.astype(np.float64)
            for face in faces
            if _lies_within(face, image.shape) and (box is None or _fills(face, box))
        ]
        if valid:
            return valid
    return []


def select_face(
    faces: list[Array], number: int | None, where: str, notify: Callable[[str], None]
) -> Array:
    """Face `number` of several, numbered from 0 from left to right; without a number the largest.

    `faces` are (68, 2), the largest first. `notify` receives a one-line message if the largest of
    several is selected. Raises FaceError for an unknown number.
    """
    ordered = sorted(range(len(faces)), key=lambda i: float(faces[i][:, 0].mean()))
    if number is None:
        if len(faces) > 1:
            notify(
                f"{where}: found {len(faces)} faces, numbered from 0 from left to right; using "
                f"the largest, number {ordered.index(0)}; choose another with --face N"
            )
        return faces[0]
    if not 0 <= number < len(faces):
        raise FaceError(
            f"{where}: there is no face {number}; found {len(faces)}, numbered from 0 from left "
            "to right"
        )
    return faces[ordered[number]]


def check_upright(points: Array, where: str) -> None:
    """Raise FaceError for a face (68, 2 or 3) that is tilted by more than MAX_TILT."""
    x, y = points[JAW_RIGHT, :2] - points[JAW_LEFT, :2]
    tilt = float(np.degrees(np.arctan2(y, x)))
    if abs(tilt) > MAX_TILT:
        raise FaceError(
            f"{where}: the face is tilted by {abs(tilt):.0f} degrees; rotate the picture upright"
        )


def mean_face_in_box(box: Box) -> Array:
    """(68, 2) the mean face with its mouth closed, stretched to fill a box in pixels.

    Raises PuppetError for a box that is too small.
    """
    left, top, wide, high = box
    if not (wide >= 16 and high >= 16):
        raise PuppetError(f"the face's box is {wide:g} x {high:g} pixels; at least 16 are needed")
    points = close_pose(mean_face()[:, :2])
    low, high_corner = points.min(axis=0), points.max(axis=0)
    placed: Array = (points - low) / (high_corner - low) * (wide, high) + (left, top)
    return placed


def guess_face_box(alpha: Array) -> Box:
    """The likely box of a face, from the outline of a cut-out: alpha (h, w) in [0, 255].

    A tall outline is assumed to be a whole figure with its head at the top, any other a head.
    Without an outline the box lies in the middle of the picture.
    """
    height, width = alpha.shape
    solid = alpha > 127
    rows, columns = np.flatnonzero(solid.any(axis=1)), np.flatnonzero(solid.any(axis=0))
    reference = mean_face()[:, :2]
    span = reference.max(axis=0) - reference.min(axis=0)
    if rows.size == 0 or solid.mean() > 0.98:
        side = _HEAD * min(width, height)
        center_x, center_y = width / 2, height / 2
    else:
        top, tall = float(rows[0]), float(rows[-1] - rows[0] + 1)
        broad = float(columns[-1] - columns[0] + 1)
        head = min(tall, max(broad, 0.0) * 1.2, tall if tall < 1.6 * broad else 0.45 * tall)
        inside = solid[int(top) : int(top + head)]
        center_x = float(np.flatnonzero(inside.any(axis=0)).mean())
        side, center_y = _HEAD * min(head, broad), top + 0.58 * head
    scale = side / span.max()
    wide, high = (float(value) for value in span * scale)
    return center_x - wide / 2, center_y - high / 2, wide, high


def fit_drawn_eyes(picture: Array, points: Array) -> Array:
    """(68, 2) the landmarks, with the eyes moved to the rims of drawn eyes, if there are any.

    Takes a picture (h, w, 3 or 4) uint8 and its landmarks (68, 2). A drawn eye is one connected
    region that differs from the flat skin around it. Skin in a photo is never flat, so its
    landmarks do not change. Either both eyes are moved or none.
    """
    out = np.array(points, dtype=np.float64)
    left = _eye_rim(picture, points, LEFT_EYE, LEFT_BROW)
    right = _eye_rim(picture, points, RIGHT_EYE, RIGHT_BROW)
    if left is not None and right is not None:
        out[LEFT_EYE], out[RIGHT_EYE] = left, right
    return out


def _fills(points: Array, box: Box) -> bool:
    """Whether the bounding box of a face and `box` have an IoU of more than 0.5."""
    low, high = points.min(axis=0), points.max(axis=0)
    start, size = np.array(box[:2]), np.array(box[2:])
    shared = np.clip(np.minimum(high, start + size) - np.maximum(low, start), 0, None).prod()
    return bool(shared > 0.5 * ((high - low).prod() + size.prod() - shared))


def _lies_within(points: Array, shape: tuple[int, ...]) -> bool:
    """Whether the centre of a face lies in the picture, and its size fits the picture."""
    center = points.mean(axis=0)
    size = float(np.ptp(points, axis=0).max())
    return bool((center > 0).all() and (center < shape[1::-1]).all()) and size < 1.5 * max(shape)


def _views(image: Array) -> Iterator[tuple[Array, float, Array]]:
    """Variants of a picture, their scale, and the position (2,) of its corner in them."""
    yield image, 1.0, np.zeros(2)
    longest = max(image.shape[:2])
    for treatment in (None, _equalize, _blur):
        for size in _SIZES:
            scale = size / longest
            sampling = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
            small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=sampling)
            view = small if treatment is None else treatment(small)
            yield np.ascontiguousarray(view), scale, np.zeros(2)
            pad = round(_PAD * size)
            padded = cv2.copyMakeBorder(view, pad, pad, pad, pad, cv2.BORDER_REPLICATE)
            yield np.asarray(padded), scale, np.array([pad, pad], dtype=np.float64)


def _equalize(image: Array) -> Array:
    """Grey, with adaptive histogram equalisation."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    equal = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(4, 4)).apply(grey)
    return np.asarray(cv2.cvtColor(equal, cv2.COLOR_GRAY2RGB))


def _blur(image: Array) -> Array:
    """Blurred, so that thin lines look like shading."""
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(image.shape[:2]) / 120))


def _eye_rim(picture: Array, points: Array, eye: slice, brow: slice) -> Array | None:
    """(6, 2) landmarks on the rim of a drawn eye; None if there is none."""
    center = points[eye].mean(axis=0)
    wide = max(float(np.linalg.norm(points[eye][3] - points[eye][0])), 4.0)
    low = np.maximum(np.floor(center - _REACH * wide), 0).astype(int)
    high = np.minimum(np.ceil(center + _REACH * wide) + 1, picture.shape[1::-1]).astype(int)
    if (high - low < 8).any():
        return None
    view = picture[low[1] : high[1], low[0] : high[0], :3].astype(np.float32)
    ring = _skin_ring(view.shape, points[eye] - low, wide)
    skin = np.median(view[ring], axis=0) if ring.any() else np.zeros(3)
    difference = np.abs(view - skin).max(axis=2)
    if not ring.any() or (difference[ring] <= _TOLERANCE).mean() < _EVEN:
        return None
    unlike_skin = (difference > 2 * _TOLERANCE).astype(np.uint8)
    # A brow may touch the outline of the eye: cut it away.
    line = np.round(points[brow] - low).astype(np.int32)
    cv2.polylines(unlike_skin, [line], False, 0, max(2, round(0.2 * wide)))
    region = _eye_region(unlike_skin, points[eye] - low)
    return None if region is None else _points_on_rim(region, wide, low)


def _skin_ring(shape: tuple[int, ...], eye: Array, wide: float) -> Array:
    """(h, w) bool: a ring beside and below the eye, outside an eye of up to twice its size."""
    center = eye.mean(axis=0)
    columns, rows = np.meshgrid(np.arange(shape[1]) - center[0], np.arange(shape[0]) - center[1])
    radius = np.hypot(columns, rows) / wide
    return np.asarray((radius > 0.85) & (radius < 1.15) & (rows > -0.2 * wide))


def _eye_region(unlike_skin: Array, eye: Array) -> Array | None:
    """(h, w) bool: the connected region that fills most of an eye (6, 2), with its holes filled.

    None if there is none, or if it touches the border.
    """
    _, components = cv2.connectedComponents(unlike_skin)
    inside = components[polygon_pixels(components.shape, eye)]
    if inside.size == 0:
        return None
    number = int(np.bincount(inside).argmax())
    if number == 0:
        return None
    outlines, _ = cv2.findContours(
        (components == number).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    filled = np.zeros(components.shape, np.uint8)
    cv2.drawContours(filled, outlines, -1, 1, cv2.FILLED)
    touches = filled[[0, -1]].any() or filled[:, [0, -1]].any()
    return None if touches else np.asarray(filled > 0)


def _points_on_rim(region: Array, wide: float, low: Array) -> Array | None:
    """(6, 2) the landmarks of an eye on the rim of a region, in pixels of the picture.

    None if the region does not have the size and shape of an eye.
    """
    columns = np.flatnonzero(region.any(axis=0))
    left, right = float(columns[0]), float(columns[-1])
    across = right - left
    tall = float(np.ptp(np.flatnonzero(region.any(axis=1))))
    has_size = _WIDTHS[0] * wide < across < _WIDTHS[1] * wide
    if not has_size or not _HEIGHTS[0] * across < tall < _HEIGHTS[1] * across:
        return None

    def ends(share: float) -> tuple[float, float, float]:
        x = left + share * across
        rows = np.flatnonzero(region[:, round(x)])
        return x, float(rows[0]), float(rows[-1])

    first, last = ((x, float(np.flatnonzero(region[:, round(x)]).mean())) for x in (left, right))
    (x1, top1, low1), (x2, top2, low2) = ends(0.25), ends(0.75)
    rim = [first, (x1, top1), (x2, top2), last, (x2, low2), (x1, low1)]
    return np.array(rim, dtype=np.float64) + low
