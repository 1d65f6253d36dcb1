"""Which pixels about an open mouth are no lip: teeth, told by their look, and the dark."""

from typing import Final

import cv2
import numpy as np

from talkinghead.media.luma import LUMA
from talkinghead.types import Array

_DARK: Final = 0.5  # of the light of lips near by: what is darker is seen between them
_NEAR: Final = 0.02  # face widths, a sigma
_MIXED: Final = 0.006  # face widths of an edge between tooth and lip
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


def opened(colour: Array, gap: Array, outline: Array, unit: float) -> Array:
    """(h, w) bool: what is seen between the lips of (h, w, 3) in [0, 1], beyond their `gap`.

    A mouth is rounder than the few landmarks around its `gap` (h, w): teeth and dark that hang
    together with it count too, on the half of the lips, `outline` (h, w), that is nearer to it,
    no further off than half the gap's height: of a mouth that hardly opens, little is missed.
    `unit` is the face's width in pixels.
    """
    lips = outline & ~gap
    away, inward, within = (
        cv2.distanceTransform(each.astype(np.uint8), cv2.DIST_L2, 5)
        for each in (~gap, outline, gap)
    )
    dark = _dark(colour @ LUMA, lips & (away >= inward), _NEAR * unit)
    other = dark | (toothlike(colour, lips) > _SURE)
    seen = gap | (lips & other & (away < inward) & (away <= within.max()))
    _, parts = cv2.connectedComponents(seen.astype(np.uint8), connectivity=4)
    beyond = lips & seen & np.isin(parts, np.unique(parts[gap]))
    side = 2 * int(_MIXED * unit) + 1
    return np.asarray(cv2.dilate(beyond.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)


def _dark(light: Array, lips: Array, sigma: float) -> Array:
    """(h, w) bool: what is too dark for the lips near by; one of them may lie in the shade."""
    share = lips.astype(np.float32)
    total, count = (cv2.GaussianBlur(each, (0, 0), sigma) for each in (light * share, share))
    return np.asarray(light * count < _DARK * total)
