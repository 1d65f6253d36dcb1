"""Extracts layers from an open mouth in the picture: upper teeth, lower teeth, and the whole mouth.

The upper teeth then move with the skull, the lower teeth with the jaw. Teeth are detected by
colour (`lip_regions.tooth_likelihood`), and the two rows are split at the dark valley between them.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from talkinghead.appearance.lip_regions import tooth_likelihood
from talkinghead.geometry.align import apply_affine, compose_affine, translation
from talkinghead.geometry.masks import box_around, polygon_mask, smoothstep
from talkinghead.geometry.mouth import CLOSED_GAP, face_axes, face_width, lip_gaps
from talkinghead.geometry.mouth_crop import crop_square, points_in_crop
from talkinghead.landmarks import INNER_LIP, INNER_LOWER, INNER_UPPER, OUTER_LIP
from talkinghead.media.image import LUMA
from talkinghead.types import Array

_MAX_SCALE: Final = 400.0  # pixels per face width of the crop in which teeth are detected
# In face widths.
_REACH: Final = 0.30  # half the side of that crop
_MARGIN: Final = 0.02  # around the opening, of the layers
_MIN_HEIGHT: Final = 0.018  # visible height of teeth below which they are drawn instead
_WIDE_OPEN: Final = 0.10  # opening from which a mouth without visible teeth is toothless
_CLEAR: Final = 0.012  # dark gap from the free edge of teeth to the lip: less, and it is hidden
_BLENDED: Final = 0.008  # breadth of the blended edge between lip and tooth
_FADE: Final = 0.02  # beyond the last visible tooth: opaque over this distance, then fading out
_SPREAD: Final = 0.15  # opening from which a single row may be the lower one
# Shares.
_MIN_BREADTH: Final = 0.35  # least share of the mouth's width that shows teeth
_GAP: Final = 0.6  # luma relative to that of the lips below which a gap between them is dark
_VALLEY: Final = 0.22  # least contrast of the valley between two rows with both rows
_COMMON: Final = 0.4  # least share of columns with such a valley
_LOW: Final = 0.62  # height in a wide opening below which a single row is the lower one


@dataclass(frozen=True)
class SourceMouth:
    """The open mouth of a picture as layers (h, w, 4) float32 RGBA in [0, 1], premultiplied."""

    affine: Array  # (2, 3) from the layers to the picture
    full: Array  # the whole mouth: valid only while the mouth is as in the picture
    upper: "SourceTeeth | None"  # None if none are visible
    lower: "SourceTeeth | None"
    teeth: Array | None  # (3,) median colour of the visible teeth
    toothless: bool  # wide open without visible teeth


@dataclass(frozen=True)
class SourceTeeth:
    """A row of teeth that the picture shows."""

    layer: Array  # (h, w, 4) float32 RGBA in [0, 1], premultiplied
    beyond: Array  # (h, w) float32 in [0, 1]: where the row has ended, as the picture shows
    edge: Array  # (n, 2) pixels of the picture along the free edge, or along the lip that covers it
    free: Array  # (n,) bool: whether it is the free edge


def extract_source_mouth(image: Array, landmarks: Array) -> SourceMouth | None:
    """Layers of the open mouth in an (h, w, 3) uint8 picture with landmarks (68, 3).

    None if the mouth is closed or outside the picture.
    """
    base = np.asarray(landmarks, dtype=np.float64)
    unit = float(face_width(base))
    opening = float(lip_gaps(base).max()) / unit
    margin = _MARGIN * unit
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
    luma = crop @ LUMA
    upper, lower = _split_rows(luma, score > 0.5, points, side / (2 * _REACH))
    into_box = compose_affine(translation(np.array([-left, -top])), crop_affine)

    box_of_crop = (0, 0, side, side)
    outer, inner = (polygon_mask(points[lip], box_of_crop) for lip in (OUTER_LIP, INNER_LIP))
    lips = (outer > 0.9) & (inner < 0.1)  # none in a very small picture
    dark = luma < _GAP * np.median(luma[lips if lips.any() else outer > 0])
    sure = smoothstep((cv2.GaussianBlur(score, (0, 0), max(0.7, 0.003 * side)) - 0.25) / 0.45)

    def cut(edges: _Edges | None, which: int) -> SourceTeeth | None:
        if edges is None:
            return None
        direction = -1 if which == 0 else 1  # from the gum
        blended = _BLENDED * side / (2 * _REACH)  # pixels at a lip's edge that show lip and tooth
        first, last = edges
        row = _beyond_edge(first + blended, 1) * _beyond_edge(last - blended, -1) * sure
        free = _is_free(edges[which], direction, points, dark)
        gone = _beyond_edge(edges[which] + direction, direction) * _smooth_flags(free)
        columns = np.flatnonzero(np.isfinite(edges[which]))
        along = np.column_stack([columns, edges[which][columns]])
        row, gone = (cv2.warpAffine(part, into_box, (width, height)) for part in (row, gone))
        edge = apply_affine(crop_affine, along)
        return SourceTeeth(full * row[..., None], gone, edge, free[columns])

    none = upper is None and lower is None
    return SourceMouth(
        affine=translation(np.array([left, top])),
        full=full,
        upper=cut(upper, 1),
        lower=cut(lower, 0),
        teeth=None if none else np.median(crop[score > 0.6], axis=0),
        toothless=none and opening > _WIDE_OPEN and float(score.max()) < 0.5,
    )


def visible_rows(image: Array, landmarks: Array) -> tuple[bool, bool]:
    """Whether an (h, w, 3) uint8 picture shows upper and lower teeth; landmarks are (68, 3)."""
    base = np.asarray(landmarks, dtype=np.float64)
    affine, side = _crop_matrix(base, float(face_width(base)))
    crop = crop_square(image, affine, side).astype(np.float32) / 255
    points = points_in_crop(base, affine)
    score = _score_teeth(crop, points)
    upper, lower = _split_rows(crop @ LUMA, score > 0.5, points, side / (2 * _REACH))
    return upper is not None, lower is not None


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


def _is_free(edge: Array, direction: int, points: Array, dark: Array) -> Array:
    """(s,) bool: the columns in which teeth end before the lip that lies in `direction`.

    Between them the mouth must be `dark` (s, s) bool: landmarks alone may lie beside the lip.
    """
    lip = points[[*(INNER_UPPER if direction < 0 else INNER_LOWER)]]
    order = np.argsort(lip[:, 0])
    columns, rows = np.arange(len(edge)), np.arange(len(edge))[:, None]
    opposite = np.interp(columns, lip[order, 0], lip[order, 1])
    with np.errstate(invalid="ignore"):
        gap = (direction * (rows - edge) > 0) & (direction * (opposite - rows) > 0)
    tall = (gap & dark).sum(axis=0) > _CLEAR * len(edge) / (2 * _REACH)
    between = (columns > lip[order[0], 0]) & (columns < lip[order[-1], 0])
    return np.asarray(tall & between & np.isfinite(edge))


def _smooth_flags(flags: Array) -> Array:
    """(s,) float32 in [0, 1]: flags of columns without isolated ones, faded at their borders."""
    steady = median_filter(
        flags.astype(np.float32), size=2 * (len(flags) // 50) + 3, mode="nearest"
    )
    return np.asarray(gaussian_filter1d(steady, max(0.8, 0.006 * len(flags))))
