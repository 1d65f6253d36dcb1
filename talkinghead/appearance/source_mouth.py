"""Extracts layers from an open mouth in the picture: upper teeth, lower teeth, and the whole mouth.

The upper teeth then move with the skull, the lower teeth with the jaw. Teeth are detected by
colour (`lip_regions.tooth_likelihood`), and the two rows are split at the dark valley between them.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from talkinghead.appearance.inpaint import inpaint
from talkinghead.appearance.lip_regions import tooth_likelihood
from talkinghead.geometry.align import compose_affine, translation
from talkinghead.geometry.masks import box_around, polygon_mask
from talkinghead.geometry.mouth import CLOSED_GAP, face_axes, face_width, lip_gaps
from talkinghead.geometry.mouth_crop import crop_square, points_in_crop
from talkinghead.landmarks import INNER_LIP, INNER_UPPER, OUTER_LIP
from talkinghead.media.image import LUMA
from talkinghead.types import Array

_MAX_SCALE: Final = 400.0  # pixels per face width of the crop in which teeth are detected
# In face widths.
_REACH: Final = 0.30  # half the side of that crop
_DARK_MARGIN: Final = 0.10  # extension of the lower teeth sideways, fading to black
_MIN_HEIGHT: Final = 0.018  # visible height of teeth below which they are drawn instead
_WIDE_OPEN: Final = 0.10  # opening from which a mouth without visible teeth is toothless
_HIDDEN: Final = 0.06  # extension of the upper teeth behind the upper lip
_FADE: Final = 0.02  # beyond the last visible tooth: opaque over this distance, then fading out
_SPREAD: Final = 0.15  # opening from which a single row may be the lower one
# Shares.
_MIN_BREADTH: Final = 0.35  # least share of the mouth's width that shows teeth
_VALLEY: Final = 0.22  # least contrast of the valley between two rows with both rows
_COMMON: Final = 0.4  # least share of columns with such a valley
_LOW: Final = 0.62  # height in a wide opening below which a single row is the lower one


@dataclass(frozen=True)
class SourceMouth:
    """The open mouth of a picture as layers (h, w, 4) float32 RGBA in [0, 1], premultiplied."""

    affine: Array  # (2, 3) from `full`, `upper` and `lower` to the picture
    full: Array  # the whole mouth: valid only while the mouth is as in the picture
    upper: Array | None  # upper teeth and the gum above them; None if none are visible
    lower: Array | None  # lower teeth; None if none are visible
    crop_affine: Array  # (2, 3) from `behind` to the picture
    behind: Array | None  # the upper teeth, continued behind the upper lip
    teeth: Array | None  # (3,) median colour of the visible teeth
    toothless: bool  # wide open without visible teeth


def extract_source_mouth(image: Array, landmarks: Array) -> SourceMouth | None:
    """Layers of the open mouth in an (h, w, 3) uint8 picture with landmarks (68, 3).

    None if the mouth is closed or outside the picture.
    """
    base = np.asarray(landmarks, dtype=np.float64)
    unit = float(face_width(base))
    opening = float(lip_gaps(base).max()) / unit
    margin = _DARK_MARGIN * unit
    box = box_around(base[INNER_LIP, :2], margin + 2, (image.shape[1], image.shape[0]))
    if opening <= CLOSED_GAP or box is None:
        return None
    left, top, width, height = box
    part = np.ascontiguousarray(image[top : top + height, left : left + width])
    inside = polygon_mask(base[INNER_LIP, :2], box)
    alpha = np.clip(2 * cv2.GaussianBlur(inside, (0, 0), 0.7) - 0.1, 0, 1)[..., None]
    full = np.concatenate([part.astype(np.float32) / 255 * alpha, alpha], axis=-1)

    crop_affine, side = _crop_matrix(base, unit)
    crop = crop_square(image, crop_affine, side).astype(np.float32) / 255
    points = points_in_crop(base, crop_affine)
    score = _score_teeth(crop, points)
    upper, lower = _split_rows(crop @ LUMA, score > 0.5, points, side / (2 * _REACH))
    into_box = compose_affine(translation(np.array([-left, -top])), crop_affine)

    def share(edge: Array, direction: int) -> Array:
        mask = cv2.warpAffine(_beyond_edge(edge, direction), into_box, (width, height))
        return np.asarray(mask[..., None])

    none = upper is None and lower is None
    return SourceMouth(
        affine=translation(np.array([left, top])),
        full=full,
        upper=None if upper is None else full * share(upper[1], -1),
        lower=None
        if lower is None
        else _extend_sideways(part, inside, margin) * share(lower[0], 1),
        crop_affine=crop_affine,
        behind=None if upper is None else _extend_behind_lip(crop, upper),
        teeth=None if none else np.median(crop[score > 0.6], axis=0),
        toothless=none and opening > _WIDE_OPEN and float(score.max()) < 0.5,
    )


def _crop_matrix(base: Array, unit: float) -> tuple[Array, int]:
    """(2, 3) affine from an upright square crop around the mouth to the picture, and its side."""
    axis_x, axis_y = face_axes(base)
    scale = min(unit, _MAX_SCALE)
    side = round(2 * _REACH * scale)
    step = unit / scale
    corner = base[INNER_LIP, :2].mean(axis=0) - step * (side - 1) / 2 * (axis_x + axis_y)
    return np.column_stack([step * axis_x, step * axis_y, corner]), side


def _score_teeth(crop: Array, points: Array) -> Array:
    """(s, s) float32 in [0, 1]: tooth likelihood of each pixel between the lips."""
    box = (0, 0, crop.shape[1], crop.shape[0])
    outer, inner = (polygon_mask(points[lip], box) for lip in (OUTER_LIP, INNER_LIP))
    score = inner * tooth_likelihood(crop, (outer > 0.9) & (inner < 0.1))
    return np.asarray(cv2.GaussianBlur(score, (0, 0), 0.8))


_Edges = tuple[Array, Array]  # (s,) first and last pixel row of teeth in each column, or NaN


def _split_rows(
    luma: Array, teeth: Array, points: Array, scale: float
) -> tuple[_Edges | None, _Edges | None]:
    """Edges of the upper and of the lower row of teeth, in a crop of `scale` pixels per face width.

    None for a row that is not visible or not tall enough.
    """
    side = teeth.shape[0]
    columns = teeth.sum(axis=0) >= max(2, 0.5 * _MIN_HEIGHT * scale)
    breadth = float(np.ptp(points[INNER_LIP, 0]))
    if columns.sum() < max(3, _MIN_BREADTH * breadth):
        return None, None
    first = np.where(columns, teeth.argmax(axis=0), np.nan)
    last = np.where(columns, side - 1 - teeth[::-1].argmax(axis=0), np.nan)

    def if_tall(edges: _Edges) -> _Edges | None:
        enough = edges[1] - edges[0] + 1 >= _MIN_HEIGHT * scale
        return edges if enough.sum() >= max(3, _MIN_BREADTH * breadth) else None

    cut = _find_valley(cv2.GaussianBlur(luma, (0, 0), max(0.7, 0.005 * scale)), first, last)
    if cut is not None:
        return if_tall((first, np.minimum(last, cut))), if_tall((np.maximum(first, cut), last))
    roof, floor = points[INNER_UPPER, 1].mean(), points[INNER_LIP, 1].max()
    low = (np.nanmean(first + last) / 2 - roof) / max(floor - roof, 1)
    if low > _LOW and floor - roof > _SPREAD * scale:
        return None, if_tall((first, last))
    return if_tall((first, last)), None


def _find_valley(luma: Array, first: Array, last: Array) -> Array | None:
    """(s,) pixel row of the dark valley between two rows of teeth in each column; None: one row."""
    rows = np.arange(len(luma))[:, None]
    within = (rows >= first) & (rows <= last)
    profile = np.where(within, luma, 0)
    above = np.maximum.accumulate(profile, axis=0)
    below = np.maximum.accumulate(profile[::-1], axis=0)[::-1]
    lesser = np.minimum(above, below)
    depth = np.where(within, (lesser - luma) / np.maximum(lesser, 1e-3), 0)
    columns = np.flatnonzero(np.isfinite(first))
    deep = columns[depth[:, columns].max(axis=0) > _VALLEY]
    if len(deep) < max(4, _COMMON * len(columns)):
        return None
    # The valley is a smooth curve: a parabola, fitted by iteratively reweighted least squares.
    # Outliers are shadows between neighbouring teeth.
    row = depth[:, deep].argmax(axis=0).astype(np.float64)
    x = (deep - deep.mean()) / max(float(np.ptp(deep)), 1.0)
    weights = np.ones(len(x))
    for _ in range(5):
        curve = np.polyfit(x, row, 2, w=weights)
        weights = 1 / (1 + np.abs(row - np.polyval(curve, x)))
    all_columns = (np.arange(len(first)) - deep.mean()) / max(float(np.ptp(deep)), 1.0)
    return np.asarray(np.polyval(curve, all_columns))


def _smooth_edge(edge: Array) -> Array:
    """(s,) an edge of a row of teeth, smoothed and interpolated over columns without teeth."""
    columns = np.flatnonzero(np.isfinite(edge))
    full = np.interp(np.arange(len(edge)), columns, edge[columns])
    sigma = max(0.8, 0.012 * len(edge))
    return np.asarray(gaussian_filter1d(median_filter(full, size=5, mode="nearest"), sigma))


def _column_alpha(edge: Array) -> Array:
    """(s,) in [0, 1]: 1 in columns with teeth, fading out beyond both ends of the row."""
    columns = np.flatnonzero(np.isfinite(edge))
    fade = max(1.0, _FADE * len(edge) / (2 * _REACH))
    outside = np.maximum(columns[0] - np.arange(len(edge)), np.arange(len(edge)) - columns[-1])
    return np.asarray(np.clip(2 - outside / fade, 0, 1))


def _beyond_edge(edge: Array, direction: int) -> Array:
    """(s, s) float32 in [0, 1]: mask of the pixels above (`direction` -1) or below (1) an edge."""
    rows = np.arange(len(edge))[:, None]
    share = np.clip(direction * (rows - _smooth_edge(edge)) + 1, 0, 1) * _column_alpha(edge)
    return np.asarray(share, dtype=np.float32)


def _extend_behind_lip(crop: Array, edges: _Edges) -> Array:
    """(s, s, 4) the upper teeth, extended behind the upper lip by their topmost visible colours."""
    side = crop.shape[0]
    scale = side / (2 * _REACH)
    first, last = (_smooth_edge(edge) for edge in edges)
    rows, columns = np.mgrid[0:side, 0:side].astype(np.float32)
    top = first + 0.008 * scale  # below the blurred edge of the lip
    source_rows = np.maximum(rows, np.minimum(top, last)).astype(np.float32)
    color = cv2.remap(crop, columns, source_rows, cv2.INTER_LINEAR)
    share = np.clip(last - rows + 1, 0, 1) * np.clip(rows - (first - _HIDDEN * scale), 0, 1)
    alpha = (share * _column_alpha(edges[0]))[..., None].astype(np.float32)
    return np.concatenate([color * alpha, alpha], axis=-1)


def _extend_sideways(part: Array, inside: Array, reach: float) -> Array:
    """(h, w, 4) the picture (h, w, 3) inside the mouth, extended sideways and darkened there.

    When the jaw rises, the mouth of the picture is too narrow for the corners of the new mouth.
    """
    outside = inside < 0.99
    color = inpaint(part, outside, max(1.0, 0.1 * reach)).astype(np.float32) / 255
    distance = cv2.distanceTransform(outside.astype(np.uint8), cv2.DIST_L2, 5)
    light = np.clip(1 - distance / reach, 0, 1)[..., None]
    alpha = np.minimum(2 * light, 1)
    return np.asarray(np.concatenate([color * light * alpha, alpha], axis=-1), dtype=np.float32)
