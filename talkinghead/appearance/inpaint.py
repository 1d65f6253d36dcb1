"""Inpaints eyes, mouths and the background behind a head from the surrounding colours.

Small holes are filled by fast marching (Telea 2004), large ones by extending the colours of known
pixels at a coarse resolution.
"""

from collections.abc import Mapping
from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.lip_regions import find_extra_opening
from talkinghead.geometry.masks import box_around, polygon_mask
from talkinghead.geometry.mouth import face_width, is_mouth_open
from talkinghead.landmarks import OUTER_LIP
from talkinghead.types import Array

EYE_MASK_LEVEL: Final = 0.6  # where an eye's soft mask exceeds it, only the eye is visible
_RADIUS: Final = 3  # pixels, of fast marching
_SEAM_SHARE: Final = 0.6  # opacity of the line between the lips of a closing mouth
# Pixels of the longer side at which large holes are filled.
_NEAREST_SIDE: Final = 320
_TELEA_SIDE: Final = 256


def inpaint_eyes_and_mouth(
    image: Array,
    landmarks: Array,
    openings: Mapping[str, Array],
    softness: float,
    seam: Array,
) -> Array:
    """An (h, w, 3) uint8 picture whose eyes and open mouth are replaced by skin and lips.

    The warp samples skin from it, so that moving lips and eyelids carry no traces of teeth or
    eyes. `openings` are the outlines (n, 2) of "mouth" and of the eyes. Pixels at the rim of an
    eye are kept where the eye's soft mask is below EYE_MASK_LEVEL, so that a face that does not
    move is rendered unchanged; `softness` is the sigma of that mask in pixels. `seam` (3,) in
    [0, 1] is the colour of the line where the lips meet.
    """
    size = (image.shape[1], image.shape[0])
    out: Array = image.copy()
    unit = float(face_width(landmarks))
    for name, outline in openings.items():
        if name == "mouth" and not is_mouth_open(landmarks):
            continue
        lips = landmarks[OUTER_LIP, :2]
        box = box_around(np.concatenate([outline, lips]) if name == "mouth" else outline, 8, size)
        if box is None:
            continue
        x, y, width, height = box
        part = np.ascontiguousarray(out[y : y + height, x : x + width])
        if name == "mouth":  # its landmarks may lie slightly inside the opening
            hole = polygon_mask(outline, box, max(1.0, 0.008 * unit)) > 0.1
            gap, mouth = (polygon_mask(points, box) > 0.5 for points in (outline, lips))
            hole |= find_extra_opening(part.astype(np.float32) / 255, gap, mouth, unit)
        else:
            hole = polygon_mask(outline, box, softness) > EYE_MASK_LEVEL
        filled = inpaint(part, hole, max(1.0, 0.006 * unit))
        if name == "mouth":
            line = polygon_mask(outline, box, max(0.7, 0.004 * unit))[..., None]
            filled = np.rint(filled + _SEAM_SHARE * line * (255 * seam - filled)).astype(np.uint8)
        out[y : y + height, x : x + width] = filled
    return out


def inpaint(image: Array, hole: Array, sigma: float) -> Array:
    """(h, w, 3) uint8: a picture whose `hole` (h, w) bool is filled by fast marching.

    Fast marching leaves creases, which would move with the face: the hole is blurred by a
    Gaussian of `sigma` pixels.
    """
    filled: Array = cv2.inpaint(image, hole.astype(np.uint8), _RADIUS, cv2.INPAINT_TELEA)
    blurred = cv2.GaussianBlur(filled, (0, 0), sigma)
    filled[hole] = blurred[hole]
    return filled


def continue_colors(image: Array, known: Array) -> Array:
    """(h, w, 3) uint8: a picture whose unknown pixels get the colour of the nearest known one.

    `known` is (h, w) bool. The result is filled at a coarse resolution and its unknown part is
    blurred, to hide edges between colours from different sides.
    """
    if known.all() or not known.any():
        return image
    colors, share = _average_known(image, known, _NEAREST_SIDE)
    mostly = share > 0.5 if (share > 0.5).any() else share > 0
    filled = fill_nearest(colors, mostly)
    blurred = cv2.GaussianBlur(filled, (0, 0), max(share.shape) / 40)
    mixed = np.where(mostly[..., None], filled, blurred).astype(np.float32)
    large = np.rint(cv2.resize(mixed, known.shape[::-1], interpolation=cv2.INTER_LINEAR))
    return np.where(known[..., None], image, large.clip(0, 255).astype(np.uint8))


def inpaint_large(image: Array, known: Array) -> Array:
    """(h, w, 3) float32: a picture whose pixels are inpainted where not `known` (h, w) bool.

    Uses fast marching at a coarse resolution, so inpainted areas have no detail.
    """
    if known.all() or not known.any():
        return image.astype(np.float32)
    colors, share = _average_known(image, known, _TELEA_SIDE)
    hole = (share < 0.5).astype(np.uint8)
    filled = cv2.inpaint(np.rint(colors).astype(np.uint8), hole, 4, cv2.INPAINT_TELEA)
    large = cv2.resize(filled, known.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.where(known[..., None], image, large).astype(np.float32)


def fill_nearest(colors: Array, known: Array) -> Array:
    """(h, w, 3) float32: the colour of the nearest known pixel at each pixel."""
    _, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros((int(labels.max()) + 1, 3), np.float32)
    table[labels[known]] = colors[known]
    return np.asarray(table[labels])


def _average_known(image: Array, known: Array, side: int) -> tuple[Array, Array]:
    """A picture downsampled to `side` pixels by averaging known pixels only, and their share.

    Otherwise unknown colours would bleed in.
    """
    height, width = known.shape
    scale = min(1.0, side / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    mask = known.astype(np.float32)
    share = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(image * mask[..., None], size, interpolation=cv2.INTER_AREA)
    return total / np.maximum(share, 1e-6)[..., None], share
