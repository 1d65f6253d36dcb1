"""Transparency on its way into a codec: with sensible colours behind it."""

import cv2
import numpy as np

from talkinghead.types import Array

_SMALLEST = 4  # pixels; a colour field smaller than this is one colour


def bled(image: Array) -> Array:
    """The same (h, w, 4) uint8 picture, clear pixels in the colours of what is nearest.

    Codecs blur colours across the edge and keep alpha sharp: black behind the clear part
    would come back as a dark rim. Colours are averaged down a pyramid and filled in on the
    way up (pull and push, Gortler et al. 1996).
    """
    alpha = image[..., 3]
    if alpha.min() == 255 or alpha.max() == 0:
        return image
    share = alpha.astype(np.float32) / 255
    filled = _filled(np.dstack([image[..., :3] * share[..., None], share]))
    out = image.copy()
    out[..., :3] = np.where(alpha[..., None] > 0, image[..., :3], np.rint(filled))
    return out


def _filled(weighted: Array) -> Array:
    """(h, w, 4) float32 colours times their share, and share, to (h, w, 3) colours everywhere."""
    height, width = weighted.shape[:2]
    share = weighted[..., 3:]
    if min(height, width) <= _SMALLEST:
        total = weighted.sum(axis=(0, 1))
        return np.asarray(np.broadcast_to(total[:3] / max(total[3], 1e-6), (height, width, 3)))
    half = ((width + 1) // 2, (height + 1) // 2)
    coarse = _filled(np.asarray(cv2.resize(weighted, half, interpolation=cv2.INTER_AREA)))
    behind = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(weighted[..., :3] + behind * (1 - share), dtype=np.float32)
