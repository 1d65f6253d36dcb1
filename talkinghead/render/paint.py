"""Where the translator looks and paints: a square about the mouth that rides on the skull.

In the square the head stands still whatever it does in the picture, so the teeth of a frame lie
where they lie in the portrait, and a network need not learn to look for them.
"""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.affine import after, placed, scale_of
from talkinghead.geometry.align import similarity
from talkinghead.geometry.mouth import axes, close_mouth, face_width
from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.landmarks import (
    INNER_LIP,
    INNER_LOWER,
    INNER_UPPER,
    MOUTH,
    NOSTRILS,
    OUTER_LIP,
    STABLE,
)
from talkinghead.render.mask import polygon_mask
from talkinghead.render.sketch import draw
from talkinghead.types import Array

REACH: Final = 0.31  # of the face's width, from the middle of the square to its edges
_BELOW: Final = 0.04  # of the face's width: the square's middle under the closed lips
_BAND: Final = 0.012  # and the sigma of the band around the lips that may be painted
_STILL: Final = 0.02  # lips that moved less are painted less; at rest nothing is
_TRUST: Final = 0.05  # share of the paint laid between the lips, over teeth that were drawn sharp
_FINE: Final = (0.8, 1.2)  # pixels of the frame to one of the square: from coarse to fine
_EDGED: Final = 3.0  # 96ths of the square's side: sigma by which the lips' edge is spared there
_CARRIED: Final = 0.2  # share of the flow: in full it brings lips together that landmarks part
_EDGE: Final = 3  # pixels of the square over which paint fades out at its border
_SEAM: Final = 0.09  # of the square's side: over it, what is moved and lit fades out
CHANNELS: Final = 13  # of `guide`
PORTRAIT: Final = slice(3, 6)  # which of them show the portrait
LIPS: Final = slice(9, 11)  # and which the mouth and the lips of the frame


def window(landmarks: Array, side: int, margin: int = 0) -> Array:
    """(2, 3) pixels of the square to those of the picture, for landmarks (68, 3).

    `side` is the square's in its own pixels; it is grown by `margin` all around.
    """
    points = np.asarray(landmarks, dtype=np.float64)
    unit = float(face_width(points))
    axis_x, axis_y = axes(points)
    lips = close_mouth(points)[[*INNER_UPPER, *INNER_LOWER], :2].mean(axis=0)
    step = 2 * REACH * unit / side
    corner = step * ((side - 1) / 2 + margin)
    origin = lips + _BELOW * unit * axis_y - corner * (axis_x + axis_y)
    return np.column_stack([step * axis_x, step * axis_y, origin])


def ride(landmarks: Array, points: Array) -> Array:
    """(2, 3) picture to frame for what is fixed to the skull about the mouth.

    From the portrait's `landmarks` (68, 3) and the frame's `points` (68, 3): the similarity of
    the points that speech does not move, seen on the plane of mouth and nostrils.
    """
    source = np.asarray(landmarks, dtype=np.float64)
    scale, turn, shift = similarity(source[STABLE], np.asarray(points, np.float64)[STABLE])
    near = np.concatenate([source[NOSTRILS], source[MOUTH]])
    there = (scale * near @ turn.T + shift)[:, :2]
    design = np.column_stack([near[:, :2], np.ones(len(near))])
    return np.asarray(np.linalg.lstsq(design, there, rcond=None)[0].T)


def within(points: Array, matrix: Array) -> Array:
    """Points (68, 2 or 3) of a picture in pixels of a square, whose affine to it is `matrix`."""
    return np.asarray((points[:, :2] - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T)


def sampled(image: Array, matrix: Array, side: int) -> Array:
    """(side, side, 3) uint8: the square of an (h, w, 3) uint8 picture, without aliasing."""
    step = scale_of(matrix)
    if step > 1.5:
        corners = matrix[:, :2] @ np.array([[0, side, 0, side], [0, 0, side, side]], dtype=float)
        corners = corners + matrix[:, 2:]
        low = np.clip(np.floor(corners.min(axis=1)) - 2, 0, None).astype(int)
        high = np.ceil(corners.max(axis=1)).astype(int) + 3
        part = image[low[1] : high[1], low[0] : high[0]]
        if part.size:
            size = [max(1, round(length / step)) for length in part.shape[1::-1]]
            factors = np.array(size) / part.shape[1::-1]
            shrink = np.column_stack([np.diag(factors), (factors - 1) / 2 - factors * low])
            image = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
            matrix = after(shrink, matrix)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return np.asarray(
        cv2.warpAffine(image, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    )


def paintable(before: Array, now: Array, side: int) -> Array:
    """(side, side) float32 in [0, 1]: what a warp cannot know, and may be painted.

    `before` and `now` are the portrait's landmarks and the frame's, (68, 2) in the square: the
    mouth between the lips, the lips and a narrow band around them, as far as they have moved.
    """
    unit = side / (2 * REACH)
    lips = polygon_mask(now[OUTER_LIP], (0, 0, side, side), _BAND * unit)
    area = np.minimum(2 * lips, 1) * _ramp(side, _EDGE) * _moved(before, now, side)
    return np.asarray(area, dtype=np.float32)


def room(before: Array, now: Array, side: int, step: float = 0.0) -> Array:
    """(3, side, side) float32 in [0, 1]: what may be painted, what lit, and what moved.

    The latter two are all of the square but its seam: skin about a mouth stretches, folds and
    shades otherwise than a mesh does, but no detail may be painted there, so none is lost. Lips
    are known from the portrait; of what lies between them a network knows the mean, where what
    the warp has drawn has edges: there paint, shades and flow are laid in part. How much of each
    is laid was chosen on validation talkers, where less blurs less and more is nearer.

    `step` is how many pixels of the frame a pixel of the square covers. What is painted about
    the lips' inner edge is a pixel or two wide: in finer frames, a pale line.
    """
    near = smoothstep(_ramp(side, _SEAM * side)) * _moved(before, now, side)
    box = (0, 0, side, side)
    mouth = polygon_mask(now[INNER_LIP], box, side / 96)
    spared, finer = mouth, min((step - _FINE[0]) / (_FINE[1] - _FINE[0]), 1)
    if finer > 0:
        edge = polygon_mask(now[INNER_LIP], box, _EDGED * finer * side / 96)
        spared = np.maximum(mouth, np.minimum(2 * edge, 1))
    paint = paintable(before, now, side) * (1 - (1 - _TRUST) * spared)
    light = near * (1 - mouth)
    return np.stack([paint, light, _CARRIED * light]).astype(np.float32)


def _ramp(side: int, width: float) -> Array:
    """(side, side): 0 on the border, 1 from `width` pixels inside it."""
    ramp = np.clip(np.minimum(np.arange(side), np.arange(side)[::-1]) / width, 0, 1)
    return np.asarray(np.minimum(ramp[:, None], ramp))


def _moved(before: Array, now: Array, side: int) -> float:
    """0 for lips at rest, 1 for lips that have moved."""
    unit = side / (2 * REACH)
    moved = float(np.linalg.norm(now[MOUTH] - before[MOUTH], axis=1).max()) / (_STILL * unit)
    return min(moved, 1.0) ** 2


def between(points: Array, side: int) -> Array:
    """(side, side) float32 in [0, 1]: the mouth between the lips of points (68, 2)."""
    return polygon_mask(points[INNER_LIP], (0, 0, side, side))


def guide(warped: Array, original: Array, before: Array, now: Array) -> Array:
    """(CHANNELS, s, s) float32 in [-0.5, 0.5], all that the translator sees of one frame.

    The warped square and the portrait's, (s, s, 3) uint8; then, drawn from the landmarks in the
    square (68, 2) at sub-pixel places: the frame's contours, and the mouth and the lips of
    the frame and of the portrait.
    """
    side = warped.shape[0]
    box = (0, 0, side, side)
    pictures = [warped, original, draw(now, (side, side))]
    areas = [polygon_mask(p[lip], box) for p in (now, before) for lip in (INNER_LIP, OUTER_LIP)]
    stacked = [p.transpose(2, 0, 1).astype(np.float32) / 255 for p in pictures]
    return np.concatenate([*stacked, np.stack(areas)]) - np.float32(0.5)


def colourful(square: Array) -> float:
    """How far (s, s, 3) uint8 is from grey: 0 for stone and pencil, 1 for skin of any tone."""
    picture = square.astype(np.float32) / 255
    chroma = float(np.abs(picture - picture.mean(axis=2, keepdims=True)).mean())
    return float(np.clip((chroma - 0.015) / 0.03, 0, 1))


def toned(change: Array, share: float) -> Array:
    """(s, s, 3) with only a share of its colour: what is grey is painted in grey."""
    grey = change.mean(axis=2, keepdims=True)
    return np.asarray(grey + np.float32(share) * (change - grey))


def lay(frame: Array, flow: Array, change: Array, matrix: Array) -> None:
    """Move an (h, w, 3) uint8 frame by `flow`, then add `change` to it, in place.

    `flow` (s, s, 2) says in pixels of the square where each place fetches its colour, relative to
    itself; `change` (s, s, 3) is in [-255, 255]; `matrix` takes the square to the frame. Where
    both are nothing, no pixel is touched; where a colour comes from, the frame is at its own
    resolution.
    """
    touched = change.any(axis=2) | flow.any(axis=2)
    rows, columns = (np.flatnonzero(touched.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return
    ends = [(x, y) for x in columns[[0, -1]] for y in rows[[0, -1]]]
    corners = placed(matrix, np.array(ends))
    size = frame.shape[1::-1]
    step = scale_of(matrix)
    low = np.clip(np.floor(corners.min(axis=0) - 2 * step), 0, size).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0) + 2 * step) + 1, 0, size).astype(int)
    if (high <= low).any():
        return
    shifted = matrix - np.column_stack([np.zeros((2, 2)), low])
    box = (high - low).tolist()
    added = cv2.warpAffine(change, shifted, box, flags=cv2.INTER_CUBIC)
    far = cv2.warpAffine((flow @ matrix[:, :2].T).astype(np.float32), shifted, box)
    x, y = np.meshgrid(*(np.arange(a, b, dtype=np.float32) for a, b in zip(low, high, strict=True)))
    moved = cv2.remap(
        frame, x + far[..., 0], y + far[..., 1], cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    frame[low[1] : high[1], low[0] : high[0]] = np.rint(moved + added).clip(0, 255)
