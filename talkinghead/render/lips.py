"""Which pixels about an open mouth are no lip: teeth, told by their look, and the dark."""

from typing import Final

import cv2
import numpy as np

from talkinghead.media.luma import LUMA
from talkinghead.types import Array

_DARK: Final = 0.5  # of the lips' light: what is darker is seen between them
_SURE: Final = 0.95  # a gleam on the lips looks a little like a tooth, too


def toothlike(colour: Array, lips: Array) -> Array:
    """(h, w) float32 in [0, 1]: how much each pixel of (h, w, 3) in [0, 1] looks like a tooth.

    Beside these lips (h, w) teeth are light and, where the picture has colour, not as red.
    """
    if not lips.any():
        return np.zeros(lips.shape, np.float32)
    light = colour @ LUMA
    red = (colour[..., 0] - colour[..., 1]) / (colour.sum(axis=2) + 0.05)
    lip_light, lip_red = float(np.median(light[lips])), float(np.median(red[lips]))
    coloured = float(np.clip(lip_red / 0.06, 0, 1))
    ratio = light / max(lip_light, 0.02)
    pale = np.clip((0.9 - red / max(lip_red, 1e-3)) / 0.25, 0, 1)
    in_grey, in_colour = (np.clip((ratio - least) / 0.25, 0, 1) for least in (1.05, 0.75))
    return np.asarray((1 - coloured) * in_grey + coloured * in_colour * pale, dtype=np.float32)


def opened(colour: Array, gap: Array, outline: Array, mixed: int) -> Array:
    """(h, w) bool: what is seen between the lips of (h, w, 3) in [0, 1], beyond their `gap`.

    A mouth is rounder than the few landmarks around its `gap` (h, w): teeth and dark that hang
    together with it count too, on the half of the lips, `outline` (h, w), that is nearer to it;
    and beyond them `mixed` pixels that are partly lip.
    """
    lips = outline & ~gap
    if not lips.any():
        return np.zeros_like(gap)
    light = colour @ LUMA
    other = (toothlike(colour, lips) > _SURE) | (light < _DARK * np.median(light[lips]))
    away, inward = (
        cv2.distanceTransform(each.astype(np.uint8), cv2.DIST_L2, 5) for each in (~gap, outline)
    )
    seen = gap | (lips & other & (away < inward))
    _, parts = cv2.connectedComponents(seen.astype(np.uint8), connectivity=4)
    beyond = lips & seen & np.isin(parts, np.unique(parts[gap]))
    side = 2 * mixed + 1
    return np.asarray(cv2.dilate(beyond.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)
