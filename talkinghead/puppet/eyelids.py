"""Paint shut eyelids over open eyes: the skin around them, and a line of lashes where they meet."""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.polygon import pixels_in
from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.landmarks import BROWS, LEFT_EYE, RIGHT_EYE
from talkinghead.puppet.tints import Tints
from talkinghead.types import Array

# In widths of the eye.
_AROUND: Final = (0.16, 0.45)  # the skin that is looked at lies this far outside the eye
_OVER: Final = 0.09  # the lid is this much larger than the eye, for its outline too is covered
_LINE: Final = 0.022  # half the thickness of the lashes in the middle
_CREASE: Final = 0.35  # a shut lid's fold lies this share of the eye's height under its top


def eyelids(picture: Array, closed: Array, colours: Tints) -> Array:
    """A layer (h, w, 4) uint8 straight RGBA of both eyes shut.

    Takes the picture (h, w, 3 or 4) uint8 and the points (68, 2) of the face in it.
    """
    out = np.zeros((*picture.shape[:2], 4), np.uint8)
    opaque = picture[..., 3] > 250 if picture.shape[2] == 4 else np.ones(picture.shape[:2], bool)
    eyes = [closed[LEFT_EYE], closed[RIGHT_EYE]]
    covered = np.zeros(picture.shape[:2], np.uint8)
    for eye in eyes:
        covered[_grown(pixels_in(picture.shape, eye), _AROUND[0] * _width(eye))] = 1
    brows = np.round(closed[BROWS]).astype(np.int32)
    thick = max(2, round(0.22 * _width(eyes[0])))
    cv2.polylines(covered, [brows[:5], brows[5:]], False, 1, thick)
    for eye in eyes:
        _shut(out, picture, opaque & (covered == 0), eye, colours)
    return out


def _width(eye: Array) -> float:
    return max(float(np.linalg.norm(eye[3] - eye[0])), 2.0)


def _grown(mask: Array, by: float) -> Array:
    side = 2 * max(1, round(by)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc) > 0)


def _shut(out: Array, picture: Array, skin: Array, eye: Array, colours: Tints) -> None:
    """Paint one shut eye into the layer."""
    wide = _width(eye)
    room = np.array([0.7, 0.7]) * wide
    low = np.maximum(np.floor(eye.min(axis=0) - room), 0).astype(int)
    high = np.minimum(np.ceil(eye.max(axis=0) + room) + 1, picture.shape[1::-1]).astype(int)
    if (high - low < 2).any():
        return
    view = np.s_[low[1] : high[1], low[0] : high[0]]
    local = eye - low
    columns, rows = np.meshgrid(*(np.arange(n) for n in (high - low)))
    opening = pixels_in(columns.shape, local)
    ring = _grown(opening, _AROUND[1] * wide) & skin[view]
    # Seen along the eye: how far from its left corner, and how far under the line of both.
    ends = local[[0, 3]] if local[0, 0] <= local[3, 0] else local[[3, 0]]
    across = (ends[1] - ends[0]) / wide
    below = np.array([-across[1], across[0]])
    away = np.stack([columns, rows], axis=-1) - ends[0]
    along, under = away @ across / wide, away @ below / wide
    top, bottom = (_rim(local, ends[0], across, below, wide, along, row) for row in _ROWS)

    colour = _plane(picture[view][..., :3].astype(np.float64) / 255, ring, along, under, colours)
    height = np.maximum(bottom - top, 0.02)
    depth = (under - top) / height  # 0 at the upper rim, 1 at the lashes
    fold = np.exp(-(((depth - _CREASE) * height / 0.03) ** 2)) * _tapered(along, 0.25)
    roundness = 1 + 0.05 * np.sin(np.pi * np.clip(depth, 0, 1)) - 0.10 * fold
    colour = np.clip(colour * roundness[..., None], 0, 1)

    pixel = 1 / wide
    inside = np.minimum(under - (top - _OVER), bottom + 0.6 * _OVER - under)
    sides = np.minimum(along + _OVER, 1 + _OVER - along)
    alpha = np.clip(np.minimum(inside, sides) / max(0.05, pixel) + 0.5, 0, 1)
    line = _LINE * _tapered(along, 0.15) + 0.006
    lash = np.clip((line - np.abs(under - bottom)) / (1.5 * pixel) + 0.5, 0, 1)
    lash *= np.clip(np.minimum(along + 0.02, 1.02 - along) / 0.04, 0, 1)
    colour = colour * (1 - lash[..., None]) + colours.lash * lash[..., None]
    alpha = np.maximum(alpha, lash)
    mine = alpha > out[view][..., 3] / 255
    painted = np.rint(np.dstack([colour, alpha]) * 255).astype(np.uint8)
    out[view] = np.where(mine[..., None], painted, out[view])


_ROWS: Final = ([0, 1, 2, 3], [0, 5, 4, 3])  # upper and lower rim among an eye's six points


def _rim(
    eye: Array,
    corner: Array,
    across: Array,
    below: Array,
    wide: float,
    along: Array,
    row: list[int],
) -> Array:
    """How far under the corners' line a rim runs at each pixel, in widths of the eye."""
    points = (eye[row] - corner) @ np.stack([across, below], axis=1) / wide
    points = points[np.argsort(points[:, 0])]
    if (np.diff(points[:, 0]) < 1e-3).any():
        return np.interp(along, points[:, 0], points[:, 1])
    curve = np.polyfit(points[:, 0], points[:, 1], 3)
    return np.asarray(np.polyval(curve, np.clip(along, 0, 1)))


def _tapered(along: Array, share: float) -> Array:
    """1 in the middle of an eye, 0 at its corners, within a share of its width from them."""
    return smoothstep(np.minimum(along, 1 - along) / share)


def _plane(image: Array, ring: Array, along: Array, under: Array, colours: Tints) -> Array:
    """The colour of the skin around an eye, continued over it as a plane of shades.

    Pixels unlike the most of them (lashes, a brow's edge, hair, glasses) are left out.
    """
    flat = np.broadcast_to(colours.skin, image.shape)
    if ring.sum() < 12:
        return np.asarray(flat)
    values = image[ring]
    terms = np.stack([np.ones(len(values)), along[ring] - 0.5, under[ring]], axis=1)
    typical = np.median(values, axis=0)
    far = np.abs(values - typical).max(axis=1)
    kept = far <= max(float(np.percentile(far, 70)), 0.02)
    weights = np.linalg.lstsq(
        terms[kept].T @ terms[kept] + np.diag([1e-6, 1.0, 1.0]) * kept.sum() * 5e-3,
        terms[kept].T @ values[kept],
        rcond=None,
    )[0]
    shade = np.stack(
        [np.ones_like(along), np.clip(along, -0.2, 1.2) - 0.5, np.clip(under, -0.6, 0.6)], axis=-1
    )
    return np.clip(shade @ weights, typical - 0.2, typical + 0.2)
