"""Draws a puppet's layer of closed eyelids from a picture with open eyes.

Each eyelid continues the colour of the skin around the eye, with a crease and a lash line.
"""

from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.colors import PuppetColors
from talkinghead.geometry.masks import polygon_pixels, smoothstep
from talkinghead.landmarks import BROWS, LEFT_EYE, RIGHT_EYE
from talkinghead.types import Array

# In widths of the eye.
_LASHES: Final = 0.16  # distance from an eye within which there are lashes or shadow, not skin
_AROUND: Final = 0.45  # largest distance from the eye at which skin is sampled
_MARGIN: Final = 0.09  # extent of the eyelid beyond the eye, to cover its outline
_LASH_LINE: Final = 0.022  # half the width of the lash line at its middle
_BROW: Final = 0.22  # width of a brow, where no skin is sampled
_CREASE: Final = 0.35  # depth of the crease, as a share of the eye's height

_RIMS: Final = ([0, 1, 2, 3], [0, 5, 4, 3])  # upper and lower rim among the six points of an eye


def draw_closed_eyelids(picture: Array, points: Array, colors: PuppetColors) -> Array:
    """Draw the eyelids of both closed eyes: (h, w, 4) uint8 straight RGBA.

    Takes the picture (h, w, 3 or 4) uint8 and the landmarks (68, 2) of its face.
    """
    out = np.zeros((*picture.shape[:2], 4), np.uint8)
    opaque = picture[..., 3] > 250 if picture.shape[2] == 4 else np.ones(picture.shape[:2], bool)
    eyes = [points[LEFT_EYE], points[RIGHT_EYE]]
    covered = np.zeros(picture.shape[:2], np.uint8)
    for eye in eyes:
        covered[_dilate(polygon_pixels(picture.shape, eye), _LASHES * _width(eye))] = 1
    brows = np.round(points[BROWS]).astype(np.int32)
    breadth = max(2, round(_BROW * _width(eyes[0])))
    cv2.polylines(covered, [brows[:5], brows[5:]], False, 1, breadth)
    for eye in eyes:
        _draw_eyelid(out, picture, opaque & (covered == 0), eye, colors)
    return out


def _width(eye: Array) -> float:
    return max(float(np.linalg.norm(eye[3] - eye[0])), 2.0)


def _dilate(mask: Array, radius: float) -> Array:
    side = 2 * max(1, round(radius)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc) > 0)


def _draw_eyelid(out: Array, picture: Array, skin: Array, eye: Array, colors: PuppetColors) -> None:
    """Draw one closed eye (6, 2) into the layer `out`; `skin` (h, w) bool marks visible skin."""
    wide = _width(eye)
    margin = np.array([0.7, 0.7]) * wide
    low = np.maximum(np.floor(eye.min(axis=0) - margin), 0).astype(int)
    high = np.minimum(np.ceil(eye.max(axis=0) + margin) + 1, picture.shape[1::-1]).astype(int)
    if (high - low < 2).any():
        return
    view = np.s_[low[1] : high[1], low[0] : high[0]]
    local = eye - low
    columns, rows = np.meshgrid(*(np.arange(n) for n in (high - low)))
    opening = polygon_pixels(columns.shape, local)
    ring = _dilate(opening, _AROUND * wide) & skin[view]
    # Eye coordinates in eye widths: `along` from the left corner to the right, `under` downwards.
    ends = local[[0, 3]] if local[0, 0] <= local[3, 0] else local[[3, 0]]
    across = (ends[1] - ends[0]) / wide
    below = np.array([-across[1], across[0]])
    offsets = np.stack([columns, rows], axis=-1) - ends[0]
    along, under = offsets @ across / wide, offsets @ below / wide
    top, bottom = (_rim(local[row], ends[0], across, below, wide, along) for row in _RIMS)

    color = _skin_plane(picture[view][..., :3].astype(np.float64) / 255, ring, along, under, colors)
    height = np.maximum(bottom - top, 0.02)
    depth = (under - top) / height  # 0 at the upper rim, 1 at the lash line
    crease = np.exp(-(((depth - _CREASE) * height / 0.03) ** 2)) * _taper(along, 0.25)
    shade = 1 + 0.05 * np.sin(np.pi * np.clip(depth, 0, 1)) - 0.10 * crease
    color = np.clip(color * shade[..., None], 0, 1)

    pixel = 1 / wide
    inside = np.minimum(under - (top - _MARGIN), bottom + 0.6 * _MARGIN - under)
    sides = np.minimum(along + _MARGIN, 1 + _MARGIN - along)
    alpha = np.clip(np.minimum(inside, sides) / max(0.05, pixel) + 0.5, 0, 1)
    line = _LASH_LINE * _taper(along, 0.15) + 0.006
    lash = np.clip((line - np.abs(under - bottom)) / (1.5 * pixel) + 0.5, 0, 1)
    lash *= np.clip(np.minimum(along + 0.02, 1.02 - along) / 0.04, 0, 1)
    color = color * (1 - lash[..., None]) + colors.lash * lash[..., None]
    alpha = np.maximum(alpha, lash)
    larger = alpha > out[view][..., 3] / 255
    levels = np.rint(np.dstack([color, alpha]) * 255).astype(np.uint8)
    out[view] = np.where(larger[..., None], levels, out[view])


def _rim(
    rim: Array, corner: Array, across: Array, below: Array, wide: float, along: Array
) -> Array:
    """Distance of a rim (4, 2) below the line of the corners at each pixel, in eye widths."""
    points = (rim - corner) @ np.stack([across, below], axis=1) / wide
    points = points[np.argsort(points[:, 0])]
    if (np.diff(points[:, 0]) < 1e-3).any():
        return np.interp(along, points[:, 0], points[:, 1])
    curve = np.polyfit(points[:, 0], points[:, 1], 3)
    return np.asarray(np.polyval(curve, np.clip(along, 0, 1)))


def _taper(along: Array, share: float) -> Array:
    """1 in the middle of an eye, falling to 0 at its corners over a `share` of its width."""
    return smoothstep(np.minimum(along, 1 - along) / share)


def _skin_plane(
    image: Array, ring: Array, along: Array, under: Array, colors: PuppetColors
) -> Array:
    """(h, w, 3) skin colours over an eye: a linear gradient fitted to a ring around it.

    The fit is a ridge regression on the ring's pixels without outliers (lashes, the edge of a
    brow, hair, glasses).
    """
    if ring.sum() < 12:
        return np.asarray(np.broadcast_to(colors.skin, image.shape))
    values = image[ring]
    terms = np.stack([np.ones(len(values)), along[ring] - 0.5, under[ring]], axis=1)
    typical = np.median(values, axis=0)
    deviation = np.abs(values - typical).max(axis=1)
    inlier = deviation <= max(float(np.percentile(deviation, 70)), 0.02)
    weights = np.linalg.lstsq(
        terms[inlier].T @ terms[inlier] + np.diag([1e-6, 1.0, 1.0]) * inlier.sum() * 5e-3,
        terms[inlier].T @ values[inlier],
        rcond=None,
    )[0]
    design = np.stack(
        [np.ones_like(along), np.clip(along, -0.2, 1.2) - 0.5, np.clip(under, -0.6, 0.6)], axis=-1
    )
    return np.clip(design @ weights, typical - 0.2, typical + 0.2)
