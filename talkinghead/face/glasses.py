"""Adds the far lens of glasses, which extends past the face of a turned head, to its matte."""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.mouth import down_axis, face_width
from talkinghead.landmarks import JAW_LEFT, JAW_RIGHT, LEFT_EYE_OUTER, RIGHT_EYE_OUTER
from talkinghead.types import Array

_MIN_YAW: Final = np.deg2rad(24.0)  # below it, both lenses lie in front of the face
# Distances in face widths from the outer corner of the far eye.
_LENS_ACROSS: Final = (-0.05, 0.32)  # range of a lens, outwards
_LENS_DOWN: Final = (-0.12, 0.20)  # and downwards
_BACKGROUND_REGION: Final = (
    0.6,
    0.5,
)  # extent, outwards and vertically, of the background compared with it
_MIN_EXTENT: Final = 0.1  # of a lens beyond the face; lashes and brows extend less
_MAX_GAP: Final = 0.02  # in the detected frame between lens and face
_RIM: Final = 0.014  # width of the soft edge of a frame
_MAX_DISTANCE: Final = 4.0  # Mahalanobis distance from the background's colours
_MIN_DEVIATION: Final = 0.05  # standard deviation of the background's colours in [0, 1]
_MIN_PROBABILITY: Final = 0.25  # probability of the person that the network assigns to glass


def add_far_lens(matte: Array, coarse: Array, image: Array, landmarks: Array) -> Array:
    """The matte (h, w) in [0, 1], extended by a far lens that it lacks, if there is one.

    `coarse` (h, w) in [0, 1] is the network's probability of the person; the picture is (h, w, 3)
    uint8 and the landmarks (68, 3) are in its pixels. Frame and reflections of a lens differ from
    the background or raise the network's probability; the area between them and the face is glass.
    """
    across_face = landmarks[JAW_RIGHT] - landmarks[JAW_LEFT]
    if abs(np.arctan2(across_face[2], np.hypot(*across_face[:2]))) < _MIN_YAW:
        return matte
    unit, downwards = float(face_width(landmarks)), down_axis(landmarks[:, :2])
    side, eye = (1, RIGHT_EYE_OUTER) if across_face[2] > 0 else (-1, LEFT_EYE_OUTER)
    x, y = landmarks[eye, :2]
    reach = np.hypot(*_BACKGROUND_REGION) * unit
    (left, top), (right, bottom) = (
        np.maximum([x + r, y + r], 0).astype(int) for r in (-reach, reach)
    )
    part = np.s_[top:bottom, left:right]
    rows, columns = np.indices(matte[part].shape)
    from_eye = np.stack([columns + left - x, rows + top - y], axis=-1)
    across = side * from_eye @ np.array([downwards[1], -downwards[0]]) / unit
    lens = _lens_mask(
        matte[part], coarse[part], image[part], across, from_eye @ downwards / unit, unit
    )
    if lens is None:
        return matte
    out = matte.copy()
    out[part] = np.maximum(out[part], lens)
    return out


def _lens_mask(
    matte: Array, coarse: Array, image: Array, across: Array, down: Array, unit: float
) -> Array | None:
    """(h, w) mask in [0, 1] of a lens next to an eye; None if there is none.

    `across` and `down` (h, w) are the pixels' positions relative to the eye, outwards and down,
    in face widths of `unit` pixels.
    """
    zone = (across > _LENS_ACROSS[0]) & (across < _LENS_ACROSS[1])
    zone &= (down > _LENS_DOWN[0]) & (down < _LENS_DOWN[1])
    background = (
        (across > _LENS_ACROSS[0])
        & (across < _BACKGROUND_REGION[0])
        & (np.abs(down) < _BACKGROUND_REGION[1])
        & ~zone
    )
    background &= matte < 0.01
    person = matte >= 0.5
    candidate = zone & ~person & (_differs_from(image, background) | (coarse > _MIN_PROBABILITY))
    gap = 2 * max(1, round(_MAX_GAP * unit / 2)) + 1
    joined = cv2.morphologyEx(
        (candidate | person).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((gap, gap), np.uint8)
    )
    _, parts = cv2.connectedComponents(joined)
    candidate &= np.isin(parts, np.unique(parts[person & zone]))
    distance = cv2.distanceTransform((~person).astype(np.uint8), cv2.DIST_L2, 5)
    if not candidate.any() or distance[candidate].max() < _MIN_EXTENT * unit:
        return None
    top, bottom = down[candidate].min(), down[candidate].max()
    face_beside = person & zone & (down > top) & (down < bottom)
    y, x = np.nonzero(candidate | face_beside)
    lens = np.zeros(matte.shape, np.float32)
    cv2.fillConvexPoly(lens, cv2.convexHull(np.stack([x, y], axis=1).astype(np.int32)), 1)
    rim = 2 * max(1, round(_RIM * unit)) + 1
    lens = cv2.dilate(lens, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (rim, rim)))
    return np.asarray(cv2.GaussianBlur(lens, (0, 0), max(0.7, 0.006 * unit)).clip(0, 1))


def _differs_from(image: Array, background: Array) -> Array:
    """(h, w) bool: pixels whose colours differ from those of the mask `background` (h, w)."""
    if background.sum() < 50:
        return np.zeros(background.shape, bool)
    colour = image.astype(np.float32) / 255
    samples = colour[background]
    precision = np.linalg.inv(np.cov(samples.T) + _MIN_DEVIATION**2 * np.eye(3))
    offset = colour - np.median(samples, axis=0)
    return np.asarray(np.einsum("...i,ij,...j", offset, precision, offset) > _MAX_DISTANCE**2)
