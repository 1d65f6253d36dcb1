"""A picture's own open mouth taken apart: teeth of the skull, teeth of the jaw, and the rest."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from talkinghead.geometry.affine import after
from talkinghead.geometry.mouth import CLOSED, down, face_width, gaps
from talkinghead.landmarks import INNER_LIP, INNER_UPPER, OUTER_LIP
from talkinghead.media.luma import LUMA
from talkinghead.render.lips import toothlike
from talkinghead.render.mask import box_around, polygon_mask
from talkinghead.render.paint import sampled
from talkinghead.types import Array

_FINEST: Final = 400.0  # pixels a face width in the square a mouth is studied in, at most
# In face widths.
_REACH: Final = 0.30  # from the middle of the mouth to the edges of that square
_AROUND: Final = 0.10  # teeth of the jaw go on into the dark for this far beside the mouth
_TALL: Final = 0.018  # teeth seen less tall than this are painted, not taken from the picture
_WIDE: Final = 0.10  # a mouth open this far without a tooth has none
_HIDDEN: Final = 0.06  # upper teeth go on behind the lip for this far
_BROAD: Final = 0.35  # share of the mouth's breadth over which teeth must be seen
_VALLEY: Final = 0.22  # the gap between two rows is darker than both by this share
_COMMON: Final = 0.4  # and is there in this share of the columns
_FADE: Final = 0.02  # face widths beyond the last tooth seen, kept whole and then fading out
_LOW: Final = 0.62  # a row below this share of a mouth opened over _SPREAD is the jaw's
_SPREAD: Final = 0.15


@dataclass(frozen=True)
class OwnMouth:
    """What an open mouth shows, as layers (h, w, 4) float32 RGBA in [0, 1], premultiplied."""

    place: Array  # (2, 3) pixels of `whole`, `upper` and `lower` to the picture's
    whole: Array  # all of it: right only while the mouth is as in the picture
    upper: Array | None  # teeth of the skull, and gums above them; None where none are seen
    lower: Array | None  # teeth of the jaw
    square: Array  # (2, 3) pixels of `behind` to the picture's
    behind: Array | None  # the upper teeth, carried on behind the lip
    teeth: Array | None  # (3,) colour of the teeth that are seen
    toothless: bool  # wide open, and no teeth


def own_mouth(image: Array, landmarks: Array) -> OwnMouth | None:
    """Study an (h, w, 3) uint8 picture whose face has landmarks (68, 3); None: it is shut."""
    base = np.asarray(landmarks, dtype=np.float64)
    unit = float(face_width(base))
    wide = float(gaps(base).max()) / unit
    around = _AROUND * unit
    box = box_around(base[INNER_LIP, :2], around + 2, (image.shape[1], image.shape[0]))
    if wide <= CLOSED or box is None:
        return None
    left, top, width, height = box
    part = np.ascontiguousarray(image[top : top + height, left : left + width])
    inside = polygon_mask(base[INNER_LIP, :2], box)
    alpha = np.clip(2 * cv2.GaussianBlur(inside, (0, 0), 0.7) - 0.1, 0, 1)[..., None]
    colour = part.astype(np.float32) / 255
    seen = np.concatenate([colour * alpha, alpha], axis=-1)

    square, side = _square(base, unit)
    view = sampled(image, square, side).astype(np.float32) / 255
    points = (base[:, :2] - square[:, 2]) @ np.linalg.inv(square[:, :2]).T
    score = _tooth(view, points)
    upper, lower = _rows(view @ LUMA, score > 0.5, points, side / (2 * _REACH))
    into_box = after(np.array([[1.0, 0, -left], [0, 1.0, -top]]), square)

    def share(edge: Array, way: int) -> Array:
        there = cv2.warpAffine(_from(edge, way), into_box, (width, height))
        return np.asarray(there[..., None])

    none = upper is None and lower is None
    return OwnMouth(
        place=np.array([[1.0, 0, left], [0, 1.0, top]]),
        whole=seen,
        upper=None if upper is None else seen * share(upper[1], -1),
        lower=None if lower is None else _widened(part, inside, around) * share(lower[0], 1),
        square=square,
        behind=None if upper is None else _carried_on(view, upper),
        teeth=None if none else np.median(view[score > 0.6], axis=0),
        toothless=none and wide > _WIDE and float(score.max()) < 0.5,
    )


def _square(base: Array, unit: float) -> tuple[Array, int]:
    """(2, 3) pixels of an upright square about the mouth to the picture's, and its side."""
    axis_y = down(base[:, :2])
    axis_x = np.array([axis_y[1], -axis_y[0]])
    scale = min(unit, _FINEST)
    side = round(2 * _REACH * scale)
    step = unit / scale
    corner = base[INNER_LIP, :2].mean(axis=0) - step * (side - 1) / 2 * (axis_x + axis_y)
    return np.column_stack([step * axis_x, step * axis_y, corner]), side


def _tooth(view: Array, points: Array) -> Array:
    """(s, s) float32 in [0, 1]: how much each pixel between the lips looks like a tooth."""
    box = (0, 0, view.shape[1], view.shape[0])
    outer, inner = (polygon_mask(points[lip], box) for lip in (OUTER_LIP, INNER_LIP))
    score = inner * toothlike(view, (outer > 0.9) & (inner < 0.1))
    return np.asarray(cv2.GaussianBlur(score, (0, 0), 0.8))


_Edges = tuple[Array, Array]  # first and last row of teeth in every column; NaN where none


def _rows(
    light: Array, tooth: Array, points: Array, scale: float
) -> tuple[_Edges | None, _Edges | None]:
    """The skull's and the jaw's row of teeth in a square of `scale` pixels to a face width."""
    side = tooth.shape[0]
    some = tooth.sum(axis=0) >= max(2, 0.5 * _TALL * scale)
    breadth = float(np.ptp(points[INNER_LIP, 0]))
    if some.sum() < max(3, _BROAD * breadth):
        return None, None
    first = np.where(some, tooth.argmax(axis=0), np.nan)
    last = np.where(some, side - 1 - tooth[::-1].argmax(axis=0), np.nan)

    def tall(edges: _Edges) -> _Edges | None:
        enough = edges[1] - edges[0] + 1 >= _TALL * scale
        return edges if enough.sum() >= max(3, _BROAD * breadth) else None

    cut = _valley(cv2.GaussianBlur(light, (0, 0), max(0.7, 0.005 * scale)), first, last)
    if cut is not None:
        return tall((first, np.minimum(last, cut))), tall((np.maximum(first, cut), last))
    roof, floor = points[INNER_UPPER, 1].mean(), points[INNER_LIP, 1].max()
    low = (np.nanmean(first + last) / 2 - roof) / max(floor - roof, 1)
    if low > _LOW and floor - roof > _SPREAD * scale:
        return None, tall((first, last))
    return tall((first, last)), None


def _valley(light: Array, first: Array, last: Array) -> Array | None:
    """(s,) the row of the dark between two rows of teeth, in every column; None: one row."""
    rows = np.arange(len(light))[:, None]
    within = (rows >= first) & (rows <= last)
    profile = np.where(within, light, 0)
    above = np.maximum.accumulate(profile, axis=0)
    below = np.maximum.accumulate(profile[::-1], axis=0)[::-1]
    lesser = np.minimum(above, below)
    fall = np.where(within, (lesser - light) / np.maximum(lesser, 1e-3), 0)
    columns = np.flatnonzero(np.isfinite(first))
    deep = columns[fall[:, columns].max(axis=0) > _VALLEY]
    if len(deep) < max(4, _COMMON * len(columns)):
        return None
    # A bite is a smooth curve; what strays from it is the shade between two neighbours.
    at = fall[:, deep].argmax(axis=0).astype(np.float64)
    x = (deep - deep.mean()) / max(float(np.ptp(deep)), 1.0)
    trust = np.ones(len(x))
    for _ in range(5):
        curve = np.polyfit(x, at, 2, w=trust)
        trust = 1 / (1 + np.abs(at - np.polyval(curve, x)))
    everywhere = (np.arange(len(first)) - deep.mean()) / max(float(np.ptp(deep)), 1.0)
    return np.asarray(np.polyval(curve, everywhere))


def _smoothed(edge: Array) -> Array:
    """One edge of a row of teeth without its jags, carried on level where there are none."""
    known = np.flatnonzero(np.isfinite(edge))
    full = np.interp(np.arange(len(edge)), known, edge[known])
    sigma = max(0.8, 0.012 * len(edge))
    return np.asarray(gaussian_filter1d(median_filter(full, size=5, mode="nearest"), sigma))


def _columns(edge: Array) -> Array:
    """(s,) in [0, 1]: where there are teeth, and the dark into which they go on at both ends."""
    known = np.flatnonzero(np.isfinite(edge))
    fade = max(1.0, _FADE * len(edge) / (2 * _REACH))
    beside = np.maximum(known[0] - np.arange(len(edge)), np.arange(len(edge)) - known[-1])
    return np.asarray(np.clip(2 - beside / fade, 0, 1))


def _from(edge: Array, way: int) -> Array:
    """(s, s) float32 in [0, 1]: what lies above an edge (`way` -1) or below it (1)."""
    rows = np.arange(len(edge))[:, None]
    share = np.clip(way * (rows - _smoothed(edge)) + 1, 0, 1) * _columns(edge)
    return np.asarray(share, dtype=np.float32)


def _carried_on(view: Array, edges: _Edges) -> Array:
    """(s, s, 4) the upper teeth, and above them their colours once more, premultiplied."""
    side = view.shape[0]
    scale = side / (2 * _REACH)
    first, last = (_smoothed(edge) for edge in edges)
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    lip = first + 0.008 * scale  # clear of the lip's own edge
    folded = np.maximum(rows, np.minimum(lip, last)).astype(np.float32)
    colour = cv2.remap(view, columns, folded, cv2.INTER_LINEAR)
    share = np.clip(last - rows + 1, 0, 1) * np.clip(rows - (first - _HIDDEN * scale), 0, 1)
    part = (share * _columns(edges[0]))[..., None].astype(np.float32)
    return np.concatenate([colour * part, part], axis=-1)


def _widened(part: Array, inside: Array, reach: float) -> Array:
    """(h, w, 4) what a picture (h, w, 3) uint8 shows inside, and beside it the same, darker.

    A jaw that comes up brings the picture's mouth into corners for which it is too narrow.
    """
    outside = (inside < 0.99).astype(np.uint8)
    filled = cv2.inpaint(part, outside, 3, cv2.INPAINT_TELEA)
    smooth = cv2.GaussianBlur(filled, (0, 0), max(1.0, 0.1 * reach))  # inpainting leaves creases
    colour = np.where(outside[..., None] > 0, smooth, part).astype(np.float32) / 255
    near = np.clip(1 - cv2.distanceTransform(outside, cv2.DIST_L2, 5) / reach, 0, 1)[..., None]
    alpha = np.minimum(2 * near, 1)
    return np.asarray(np.concatenate([colour * near * alpha, alpha], axis=-1), dtype=np.float32)
