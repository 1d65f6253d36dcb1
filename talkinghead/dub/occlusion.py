"""Finds frames in which something covers the mouth: a hand, a cup, a microphone.

A tracker goes on guessing landmarks behind a hand, so the picture decides: where the skin around
the lips, aligned by eyes and nose, changes within a few frames and later changes back to what it
was, something was in front of it. That needs a shot in which the head is rather steady; what covers
the mouth all the time, or comes and goes slowly, is not found.
"""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from talkinghead.geometry.align import fit_similarity, mean_face
from talkinghead.landmarks import MOUTH, STABLE
from talkinghead.types import Array

_SIZE: Final = (20, 14)  # pixels, width and height, of the compared pictures
_STEP: Final = 0.04  # face widths per pixel of them
_BELOW: Final = 0.06  # face widths from the middle of the lips down to that of the pictures
_LIPS: Final = (0.24, 0.15)  # half axes of the ellipse around the lips, which is not compared
_REACH: Final = 0.32  # face widths to each side that are compared
_REDNESS: Final = 3.0  # weight of colour against brightness
_CHANGE: Final = 0.80  # correlation with the frames before, below which something has changed
_STEADY: Final = 0.97  # usual correlation of a shot, below which the head moves too much to tell
_DROP: Final = 0.15  # and below the usual correlation of the shot
_RETURN: Final = 0.85  # correlation from which a frame looks as it did before
_STAYS: Final = 3  # frames for which it does
_AROUND: Final = 4  # frames before a change that are averaged
_SKIPPED: Final = 2  # frames right before it that are not
_LONGEST: Final = 500  # frames that something may stay


def describe_mouth(image: Array, landmarks: Array) -> Array:
    """(d,) float16: the skin around the lips of a face (68, 2 or 3) in an (h, w, 3) uint8 picture.

    Brightness and redness, without their means and of unit length.
    """
    middle, ring = _ring()
    corner = middle - np.array(_SIZE) / 2 * _STEP
    target = (mean_face()[STABLE, :2] - corner) / _STEP - 0.5
    scale, turn, shift = fit_similarity(landmarks[STABLE, :2].astype(np.float64), target)
    matrix = np.column_stack([scale * turn, shift])
    # Averaged before it is sampled so coarsely.
    width = max(1, round(0.7 / max(float(scale), 1e-3))) | 1
    points = cv2.transform(_CORNERS, cv2.invertAffineTransform(matrix))[0]
    low = np.floor(points.min(axis=0) - width).clip(0).astype(int)
    high = np.ceil(points.max(axis=0) + width + 1).astype(int)
    part = image[low[1] : max(high[1], 0), low[0] : max(high[0], 0)]
    if not part.size:
        return np.zeros(2 * int(ring.sum()), np.float16)
    matrix[:, 2] += matrix[:, :2] @ low
    face = cv2.warpAffine(
        cv2.blur(part, (width, width)), matrix, _SIZE, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.float32)[ring]
    luma = face.mean(axis=1) / 255
    redness = _REDNESS * (face[:, 0] - face[:, 1]) / (face.sum(axis=1) + 12)
    return _unit(np.concatenate([c - c.mean() for c in (luma, redness)])).astype(np.float16)


def find_visible(looks: Sequence[Array | None], shots: Array) -> Array:
    """(t,) bool: in which frames nothing covers the mouth.

    `looks` are what `describe_mouth` returns for each frame, None where no face is seen; `shots`
    (t,) are the numbers of the shots.
    """
    visible = np.ones(len(shots), bool)
    seen = np.array([look is not None for look in looks])
    for shot in np.unique(shots):
        frames = np.flatnonzero(seen & (shots == shot))
        if not len(frames):
            continue
        for begin, end in _covered(np.array([looks[i] for i in frames], dtype=np.float32)):
            visible[frames[begin] : frames[end - 1] + 1] = False
    return visible


def _covered(own: Array) -> list[tuple[int, int]]:
    """Ranges of frames (t, d) that are unlike those right before, until one is like those again."""
    reach = _AROUND + _SKIPPED
    sums = np.concatenate([np.zeros((1, own.shape[1]), np.float32), np.cumsum(own, axis=0)])

    def before(at: int) -> Array:
        return _unit(sums[at - _SKIPPED] - sums[at - reach])

    alike = np.array([own[at] @ before(at) for at in range(reach, len(own))])
    if not len(alike):
        return []
    usual = float(np.median(alike))
    if usual < _STEADY:
        return []
    limit = min(_CHANGE, usual - _DROP)
    out: list[tuple[int, int]] = []
    at = reach
    while at < len(own):
        if alike[at - reach] < limit:
            later = own[at : at + _LONGEST] @ before(at)
            back = _first_run(later > _RETURN, _STAYS)
            # It leaves as quickly as it came: a head that turns back slowly is no hand.
            if back and later[max(0, back - _AROUND) : back].min() < limit:
                end = at + back
                out.append((at - _SKIPPED - 1, min(len(own), end + _SKIPPED)))
                at = end + reach
                continue
        at += 1
    return out


def _first_run(flags: Array, length: int) -> int | None:
    """Where `length` flags (t,) bool are set in a row for the first time; None: nowhere."""
    if len(flags) < length:
        return None
    runs = np.flatnonzero(sliding_window_view(flags, length).all(axis=1))
    return int(runs[0]) if len(runs) else None


def _ring() -> tuple[Array, Array]:
    """Middle (2,) of the compared pictures in the mean face, and their compared pixels (h, w)."""
    lips = mean_face()[MOUTH, :2].mean(axis=0)
    middle = np.array([0.0, lips[1] + _BELOW])
    x, y = (
        (np.arange(count) + 0.5 - count / 2) * _STEP + centre
        for count, centre in zip(_SIZE, middle, strict=True)
    )
    beside, below = x[None] / _LIPS[0], (y[:, None] - lips[1] - 0.02) / _LIPS[1]
    return middle, (beside**2 + below**2 > 1) & (np.abs(x) < _REACH)[None]


_CORNERS: Final = np.array(
    [[[0, 0], [_SIZE[0], 0], [0, _SIZE[1]], [_SIZE[0], _SIZE[1]]]], dtype=np.float64
)


def _unit(vector: Array) -> Array:
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-6))
