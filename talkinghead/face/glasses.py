"""The far lens of a turned head's glasses, which stands out beyond the face, before the wall."""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.mouth import down, face_width
from talkinghead.landmarks import JAW_LEFT, JAW_RIGHT, LEFT_EYE_OUTER, RIGHT_EYE_OUTER
from talkinghead.types import Array

_TURNED: Final = np.deg2rad(24.0)  # heads turned less hide both lenses before the face
# In face widths from the far eye's outer corner.
_BESIDE: Final = (-0.05, 0.32)  # across: where a lens may be
_LEVEL: Final = (-0.12, 0.20)  # down
_WALL: Final = (0.6, 0.5)  # across and up or down: the wall that it is compared with
_OUT: Final = 0.1  # what stands out less is a lash or a brow
_JOINT: Final = 0.02  # a frame may be missed for as much on its way to the face
_RIM: Final = 0.014  # the soft edge of a frame goes with it
_UNLIKE: Final = 4.0  # standard deviations of the wall's colours
_NOISE: Final = 0.05  # that a wall is granted at least
_MAYBE: Final = 0.25  # share of a person that a network sees in glass


def with_far_lens(matte: Array, coarse: Array, image: Array, landmarks: Array) -> Array:
    """A matte (h, w) in [0, 1] with the lens it took for background; the same where none is.

    Takes what a network made of the person (h, w) in [0, 1], the picture (h, w, 3) uint8 and
    the landmarks (68, 3) in its pixels. Of a lens, frame and gleams differ from the wall or make
    the network doubt; what lies between them and the face is glass, and moves with the head.
    """
    aside = landmarks[JAW_RIGHT] - landmarks[JAW_LEFT]
    if abs(np.arctan2(aside[2], np.hypot(*aside[:2]))) < _TURNED:
        return matte
    unit, along = float(face_width(landmarks)), down(landmarks[:, :2])
    side, eye = (1, RIGHT_EYE_OUTER) if aside[2] > 0 else (-1, LEFT_EYE_OUTER)
    x, y = landmarks[eye, :2]
    reach = np.hypot(*_WALL) * unit
    (left, top), (right, bottom) = (
        np.maximum([x + r, y + r], 0).astype(int) for r in (-reach, reach)
    )
    part = np.s_[top:bottom, left:right]
    rows, columns = np.indices(matte[part].shape)
    from_eye = np.stack([columns + left - x, rows + top - y], axis=-1)
    across = side * from_eye @ np.array([along[1], -along[0]]) / unit
    lens = _lens(matte[part], coarse[part], image[part], across, from_eye @ along / unit, unit)
    if lens is None:
        return matte
    out = matte.copy()
    out[part] = np.maximum(out[part], lens)
    return out


def _lens(
    matte: Array, coarse: Array, image: Array, across: Array, level: Array, unit: float
) -> Array | None:
    """(h, w) in [0, 1] the lens beside an eye; None: nothing stands out that far.

    `across` and `level` (h, w) are places as seen from the eye, outwards and down, in face
    widths of `unit` pixels.
    """
    zone = (across > _BESIDE[0]) & (across < _BESIDE[1])
    zone &= (level > _LEVEL[0]) & (level < _LEVEL[1])
    wall = (across > _BESIDE[0]) & (across < _WALL[0]) & (np.abs(level) < _WALL[1]) & ~zone
    wall &= matte < 0.01
    person = matte >= 0.5
    odd = zone & ~person & (_unlike(image, wall) | (coarse > _MAYBE))
    joint = 2 * max(1, round(_JOINT * unit / 2)) + 1
    joined = cv2.morphologyEx(
        (odd | person).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((joint, joint), np.uint8)
    )
    _, parts = cv2.connectedComponents(joined)
    odd &= np.isin(parts, np.unique(parts[person & zone]))
    away = cv2.distanceTransform((~person).astype(np.uint8), cv2.DIST_L2, 5)
    if not odd.any() or away[odd].max() < _OUT * unit:
        return None
    beside = person & zone & (level > level[odd].min()) & (level < level[odd].max())
    y, x = np.nonzero(odd | beside)
    lens = np.zeros(matte.shape, np.float32)
    cv2.fillConvexPoly(lens, cv2.convexHull(np.stack([x, y], axis=1).astype(np.int32)), 1)
    rim = 2 * max(1, round(_RIM * unit)) + 1
    lens = cv2.dilate(lens, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (rim, rim)))
    return np.asarray(cv2.GaussianBlur(lens, (0, 0), max(0.7, 0.006 * unit)).clip(0, 1))


def _unlike(image: Array, wall: Array) -> Array:
    """(h, w) bool: which pixels of (h, w, 3) uint8 have no colour of the wall (h, w)."""
    if wall.sum() < 50:
        return np.zeros(wall.shape, bool)
    colour = image.astype(np.float32) / 255
    known = colour[wall]
    spread = np.linalg.inv(np.cov(known.T) + _NOISE**2 * np.eye(3))
    apart = colour - np.median(known, axis=0)
    return np.asarray(np.einsum("...i,ij,...j", apart, spread, apart) > _UNLIKE**2)
