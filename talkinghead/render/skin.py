"""A portrait made ready to be moved: its size, its closed lips, its skin without openings."""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.mouth import is_open, uncross
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, OUTER_LIP
from talkinghead.render.contours import OPENINGS
from talkinghead.render.control import FaceMesh
from talkinghead.render.lips import opened
from talkinghead.render.mask import box_around, polygon_mask
from talkinghead.types import Array, Portrait

_LINE: Final = 0.6  # how dark the line is that is left of a mouth that shuts
RIM: Final = 0.6  # inside this level of an eye's soft mask the eye alone is seen


def bare(image: Array, landmarks: Array, face: FaceMesh, softness: float, seam: Array) -> Array:
    """An (h, w, 3) uint8 picture, eyes and an open mouth painted over in their rims' colours.

    The skin is moved from it, so that no tooth sticks to a lip and no white to a lid. Lids
    keep what is blended over them (`softness` is that blend's sigma in pixels), for a face at
    rest to come out as it went in. `seam` (3,) in [0, 1] is the colour where lips meet.
    """
    size = (image.shape[1], image.shape[0])
    out: Array = image.copy()
    for name in OPENINGS:
        if name == "mouth" and not is_open(landmarks):
            continue
        around = face.points[face.opening(name)]
        lips = landmarks[OUTER_LIP, :2]
        box = box_around(np.concatenate([around, lips]) if name == "mouth" else around, 8, size)
        if box is None:
            continue
        x, y, width, height = box
        part = np.ascontiguousarray(out[y : y + height, x : x + width])
        if name == "mouth":  # landmarks may lie a little inside the gap between the lips
            hole = polygon_mask(around, box, max(1.0, 0.008 * face.unit)) > 0.1
            gap, outline = (polygon_mask(each, box) > 0.5 for each in (around, lips))
            hole |= opened(part.astype(np.float32) / 255, gap, outline, face.unit)
        else:
            hole = polygon_mask(around, box, softness) > RIM
        filled = cv2.inpaint(part, hole.astype(np.uint8), 3, cv2.INPAINT_TELEA)
        # Inpainting leaves creases, which lips would carry about.
        smooth = cv2.GaussianBlur(filled, (0, 0), max(1.0, 0.006 * face.unit))
        filled[hole] = smooth[hole]
        if name == "mouth":  # what is left of it between lips that meet is the line there
            line = polygon_mask(around, box, max(0.7, 0.004 * face.unit))[..., None]
            filled = np.rint(filled + _LINE * line * (255 * seam - filled)).astype(np.uint8)
        out[y : y + height, x : x + width] = filled
    return out


def snapped(landmarks: Array) -> Array:
    """Landmarks whose closed lips lie on one line, so that no slit between them is stretched."""
    out = uncross(landmarks)
    if not is_open(out):
        middle = (out[INNER_UPPER] + out[INNER_LOWER]) / 2
        out[INNER_UPPER], out[INNER_LOWER] = middle, middle
    return out


def scaled(points: Array, factor: float) -> Array:
    """Points of a picture on the same picture resized; pixel centres are whole numbers."""
    out = points * factor
    out[..., :2] += (factor - 1) / 2
    return np.asarray(out)


def resized(portrait: Portrait, factor: float) -> Portrait:
    """A portrait `factor` times as large; neighbours are left out.

    Raises FaceError where that leaves too little of the face.
    """
    height, width = portrait.image.shape[:2]
    size = max(1, round(width * factor)), max(1, round(height * factor))
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    matte = portrait.matte
    if matte is not None:
        matte = cv2.resize(matte, size, interpolation=cv2.INTER_AREA)
        matte = np.clip(matte, 0, 1)  # its weights add up to a rounding error more
    landmarks = scaled(portrait.landmarks.astype(np.float64), factor)
    return Portrait(cv2.resize(portrait.image, size, interpolation=how), landmarks, matte)
