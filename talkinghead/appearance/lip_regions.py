"""Classifies mouth pixels by colour: lips, teeth, and the dark opening between the lips."""

from typing import Final

import cv2
import numpy as np

from talkinghead.media.image import LUMA
from talkinghead.types import Array

_DARK: Final = 0.5  # share of the luma of nearby lips below which a pixel is opening
_NEARBY: Final = 0.02  # sigma in face widths of that neighbourhood
_MIXED: Final = 0.006  # width in face widths of the blended edge between tooth and lip
_TOOTH: Final = 0.95  # likelihood of teeth; highlights on the lips stay slightly below


def tooth_likelihood(image: Array, lips: Array) -> Array:
    """(h, w) float32 in [0, 1]: likelihood that a pixel of (h, w, 3) in [0, 1] shows a tooth.

    Teeth are lighter than the `lips` (h, w) bool and, in a coloured picture, less red.
    """
    if not lips.any():
        return np.zeros(lips.shape, np.float32)
    luma = image @ LUMA
    redness = (image[..., 0] - image[..., 1]) / (image.sum(axis=2) + 0.05)
    lip_luma, lip_redness = float(np.median(luma[lips])), float(np.median(redness[lips]))
    chroma = float(np.clip(lip_redness / 0.06, 0, 1))
    ratio = luma / max(lip_luma, 0.02)
    pale = np.clip((0.9 - redness / max(lip_redness, 1e-3)) / 0.25, 0, 1)
    in_grey, in_color = (np.clip((ratio - least) / 0.25, 0, 1) for least in (1.05, 0.75))
    return np.asarray((1 - chroma) * in_grey + chroma * in_color * pale, dtype=np.float32)


def find_extra_opening(image: Array, gap: Array, outline: Array, unit: float) -> Array:
    """(h, w) bool: the part of a mouth's opening outside the polygon of its landmarks.

    A mouth is rounder than the polygon of the few landmarks around its `gap` (h, w) bool. Teeth
    and dark pixels connected to the gap are opening too, if they lie on the inner half of the lips
    within `outline` (h, w) bool and no further from the gap than half its height: the polygon of a
    nearly closed mouth misses little. `image` is (h, w, 3) in [0, 1], `unit` the face width in
    pixels.
    """
    lips = outline & ~gap
    from_gap, to_outline, depth = (
        cv2.distanceTransform(region.astype(np.uint8), cv2.DIST_L2, 5)
        for region in (~gap, outline, gap)
    )
    dark = _darker_than_lips(image @ LUMA, lips & (from_gap >= to_outline), _NEARBY * unit)
    inner = dark | (tooth_likelihood(image, lips) > _TOOTH)
    opening = gap | (lips & inner & (from_gap < to_outline) & (from_gap <= depth.max()))
    _, components = cv2.connectedComponents(opening.astype(np.uint8), connectivity=4)
    extra = lips & opening & np.isin(components, np.unique(components[gap]))
    side = 2 * int(_MIXED * unit) + 1
    return np.asarray(cv2.dilate(extra.astype(np.uint8), np.ones((side, side), np.uint8)) > 0)


def _darker_than_lips(luma: Array, lips: Array, sigma: float) -> Array:
    """(h, w) bool: pixels darker than the lips nearby, since one lip may be in shade."""
    share = lips.astype(np.float32)
    total, count = (cv2.GaussianBlur(values, (0, 0), sigma) for values in (luma * share, share))
    return np.asarray(luma * count < _DARK * total)
