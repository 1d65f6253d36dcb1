"""The two poses of a drawn face, mouth shut and open, and the mean face put into a box. Pure."""

from typing import Final

import numpy as np

from talkinghead.errors import PuppetError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import axes, close_mouth, width
from talkinghead.landmarks import (
    CHIN,
    INNER_LEFT,
    INNER_LOWER,
    INNER_RIGHT,
    INNER_UPPER,
    JAW,
    MOUTH_LEFT,
    MOUTH_RIGHT,
    OUTER_LOWER,
    OUTER_UPPER,
)
from talkinghead.types import Array

Box = tuple[float, float, float, float]  # left, top, width, height in pixels

DROP: Final = 0.40  # of the mouth's width: how far a mouth opens for a wide ah
LIFT: Final = 0.05  # and how far its upper lip goes up
ROUND: Final = 0.05  # how far its corners come in
_FOLLOW: Final = np.array([0.6, 0.92, 1, 0.92, 0.6])[:, None]  # of the outer lip
_INNER: Final = np.array([0.92, 1, 0.92])[:, None]
_HEAD: Final = 0.62  # of a picture's smaller side: a face nothing is known about


def mean_points(box: Box) -> Array:
    """(68, 2) the mean face, mouth shut, filling a box of pixels from edge to edge.

    Raises PuppetError for a box too small to hold a face.
    """
    left, top, wide, high = box
    if not (wide >= 16 and high >= 16):
        raise PuppetError(f"the face's box is {wide:g} x {high:g} pixels; at least 16 are needed")
    points = shut(mean_face()[:, :2])
    low, high_corner = points.min(axis=0), points.max(axis=0)
    placed: Array = (points - low) / (high_corner - low) * (wide, high) + (left, top)
    return placed


def likely_box(alpha: Array) -> Box:
    """Where a face may be when nobody finds one: by the outline of a cut-out (h, w), 0 to 255.

    A tall outline is taken for a whole figure with its head on top, any other for a head; of a
    picture without an outline the middle is taken.
    """
    height, width = alpha.shape
    rows, columns = (
        np.flatnonzero((alpha > 127).any(axis=1)),
        np.flatnonzero((alpha > 127).any(axis=0)),
    )
    reference = mean_face()[:, :2]
    span = reference.max(axis=0) - reference.min(axis=0)
    if rows.size == 0 or (alpha > 127).mean() > 0.98:
        side = _HEAD * min(width, height)
        centre_x, centre_y = width / 2, height / 2
    else:
        top, tall = float(rows[0]), float(rows[-1] - rows[0] + 1)
        broad = float(columns[-1] - columns[0] + 1)
        head = min(tall, max(broad, 0.0) * 1.2, tall if tall < 1.6 * broad else 0.45 * tall)
        inside = alpha[int(top) : int(top + head)] > 127
        centre_x = float(np.flatnonzero(inside.any(axis=0)).mean())
        side, centre_y = _HEAD * min(head, broad), top + 0.58 * head
    scale = side / span.max()
    wide, high = (float(value) for value in span * scale)
    return centre_x - wide / 2, centre_y - high / 2, wide, high


def shut(points: Array) -> Array:
    """(68, 2) float64 the same face with lips that meet exactly in one line."""
    out = close_mouth(np.asarray(points, dtype=np.float64)[:, :2])
    middle = (out[INNER_UPPER] + out[INNER_LOWER]) / 2
    out[INNER_UPPER], out[INNER_LOWER] = middle, middle
    return out


def parted(closed: Array) -> Array:
    """(68, 2) float64 a shut face saying a wide ah: lower lip and chin fall, the corners come in.

    The chin falls with the lip, less so towards the ears.
    """
    out = np.array(closed, dtype=np.float64)[:, :2]
    across, below = axes(out)
    size = float(width(out))
    fall, rise = DROP * size * below, -LIFT * size * below
    out[INNER_LOWER] += fall * _INNER
    out[INNER_UPPER] += rise * _INNER
    out[OUTER_LOWER] += fall * _FOLLOW
    out[OUTER_UPPER] += rise * _FOLLOW
    for corner, inner, way in ((MOUTH_LEFT, INNER_LEFT, 1), (MOUTH_RIGHT, INNER_RIGHT, -1)):
        out[[corner, inner]] += way * ROUND * size * across + 0.12 * fall
    from_chin = np.abs(np.arange(JAW.start, JAW.stop) - CHIN) / 7
    near = (np.cos(np.pi * np.clip(from_chin, 0, 1)) + 1)[:, None] / 2
    out[JAW] += 0.8 * near * fall
    return out
