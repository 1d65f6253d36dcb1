"""Colour of closing eyelids in rendered frames, against the filmed ones."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from skimage.color import deltaE_ciede2000, rgb2lab

from talkinghead.geometry.align import fit_similarity
from talkinghead.geometry.masks import box_around, polygon_mask
from talkinghead.landmarks import LEFT_EYE_RIMS, RIGHT_EYE_RIMS, Rims
from talkinghead.types import Array

BLINK: Final = 0.5  # of the portrait's eye opening; eyes below it are blinking
_WHOLLY: Final = 0.9  # coverage of the pixels that are compared
_MIN_PIXELS: Final = 6  # of a lid


def eye_opening(points: Array) -> Array:
    """(...) height over width of the eyes of points (..., 68, 2 or 3), the mean of both."""
    openings = []
    for upper, lower in (LEFT_EYE_RIMS, RIGHT_EYE_RIMS):
        gaps = points[..., lower[1:-1], :2] - points[..., upper[1:-1], :2]
        across = points[..., upper[-1], :2] - points[..., upper[0], :2]
        heights = np.linalg.norm(gaps, axis=-1).mean(axis=-1)
        openings.append(heights / np.maximum(np.linalg.norm(across, axis=-1), 1e-9))
    return np.asarray(np.mean(openings, axis=0))


def blink_frames(points: Array) -> Array:
    """Indices of the frames of a track (t, 68, 3) whose eyes are less open than in the first."""
    opening = eye_opening(points)
    return np.flatnonzero(opening < BLINK * opening[0])


def eyelid_color_error(
    true_frames: Array | Sequence[Array], frames: Array | Sequence[Array], points: Array
) -> float:
    """Mean CIEDE2000 difference of the mean colours of closing eyelids; NaN without a blink.

    Takes frames (h, w, 3) uint8 and their landmarks (t, 68, 3). The eyelid is what covers the eye
    that was open in the first frame.
    """
    errors = []
    for index in blink_frames(points):
        for rims in (LEFT_EYE_RIMS, RIGHT_EYE_RIMS):
            outline = _eyelid_outline(points[0, :, :2], points[index, :, :2], rims)
            height, width = true_frames[index].shape[:2]
            box = box_around(outline, 1, (width, height))
            if box is None:
                continue
            covered = polygon_mask(outline, box) > _WHOLLY
            if covered.sum() < _MIN_PIXELS:
                continue
            x, y, w, h = box
            colors = [
                rgb2lab(image[index][y : y + h, x : x + w][covered].mean(axis=0) / 255)
                for image in (true_frames, frames)
            ]
            errors.append(float(deltaE_ciede2000(*colors)))
    return float(np.mean(errors)) if errors else float("nan")


def _eyelid_outline(portrait: Array, points: Array, rims: Rims) -> Array:
    """(n, 2) outline of the lid over the eye that was open in `portrait` (68, 2).

    From the upper lid as it would be if only the head had moved, down to the lid of `points`.
    """
    upper, _ = rims
    corners = [upper[0], upper[-1]]
    scale, rotation, shift = fit_similarity(
        portrait[corners].astype(np.float64), points[corners].astype(np.float64)
    )
    opened = scale * portrait[upper] @ rotation.T + shift
    return np.concatenate([opened, points[upper[::-1]]])
