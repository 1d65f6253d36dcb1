"""Splits a picture into layers: a moving head, a still body, and the background."""

from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.inpaint import continue_colors, fill_nearest
from talkinghead.geometry.masks import polygon_pixels, smoothstep
from talkinghead.geometry.mouth import down_axis, face_axes, face_width
from talkinghead.landmarks import CHIN, JAW
from talkinghead.types import Array

# In face widths below the chin.
_HEAD_FADES: Final = (0.04, 0.24)  # range in which the head fades out
_BODY_STARTS: Final = (-0.14, -0.02)  # range in which the body fades in
_HEAD_RADIUS: Final = (1.42, 1.85)  # face radii between which a head without a matte fades out

_TRANSPARENT: Final = 0.02  # share of transparent pixels from which a picture is a cut-out
_PLAIN: Final = 14.0  # levels by which pixels of a plain background may differ from its median
_PLAIN_BORDER: Final = 0.72  # least share of plain background on the picture's border
_FACE: Final = 0.97  # least share of the face that a valid matte covers
_FIGURE: Final = (0.04, 0.95)  # range of the share of the picture that a figure covers
_STILL: Final = 0.03  # margin at the sides and the top that does not move, in shorter sides


def has_transparency(picture: Array) -> bool:
    """Whether a picture (h, w, 4) uint8 is a cut-out: it has enough transparent pixels."""
    return bool((picture[..., 3] < 128).mean() > _TRANSPARENT)


def plain_background_matte(picture: Array, points: Array) -> Array | None:
    """(h, w) float32 alpha matte in [0, 1] of a figure in front of a plain background.

    Takes a picture (h, w, 3 or 4) uint8 and the landmarks (68, 2) of the face. None if the
    background does not have a single colour.
    """
    image = picture[..., :3]
    height = len(image)
    border = np.concatenate([image[0], image[: height * 2 // 3, 0], image[: height * 2 // 3, -1]])
    plain = np.median(border, axis=0)
    if (np.abs(border - plain).max(axis=1) <= _PLAIN).mean() < _PLAIN_BORDER:
        return None
    alike = (np.abs(image - plain).max(axis=2) <= _PLAIN).astype(np.uint8)
    _, components = cv2.connectedComponents(alike)
    outer = np.unique(np.concatenate([components[0], components[:, 0], components[:, -1]]))
    background = np.isin(components, outer[outer > 0]) & (alike > 0)
    figure = (~background).astype(np.float32)
    face = polygon_pixels(image.shape, points[JAW]) | polygon_pixels(
        image.shape, cv2.convexHull(points.astype(np.float32))[:, 0]
    )
    covers = _FIGURE[0] < figure.mean() < _FIGURE[1]
    if not face.any() or figure[face].mean() < _FACE or not covers:
        return None
    # Outlines are anti-aliased: the alpha of their pixels follows from their colours.
    opaque = cv2.erode(figure, np.ones((5, 5)), borderValue=1) > 0
    if not opaque.any():
        return None
    contrast = fill_nearest(image, opaque) - plain
    alpha = np.linalg.norm(image - plain, axis=2) / np.maximum(np.linalg.norm(contrast, axis=2), 1)
    return np.asarray(np.where(opaque, 1, figure * alpha).clip(0, 1).astype(np.float32))


def split_layers(picture: Array, points: Array, matte: Array | None) -> dict[str, Array]:
    """Layers head and, if they can be separated, body and background, (h, w, 4) uint8.

    `picture` is (h, w, 4) uint8 straight RGBA. The figure is its opaque part if it is a cut-out,
    otherwise the part that the alpha `matte` (h, w) in [0, 1] covers. With neither, the
    background is the whole picture, and the head is an ellipse around the face with a soft edge.
    """
    below = _below_chin(picture.shape, points)
    head_share = 1 - _ramp(below, *_HEAD_FADES)
    if has_transparency(picture):
        return _split_figure(picture, points, picture[..., 3] / 255, head_share, below)
    head_share = head_share * _away_from_border(picture.shape)
    if matte is None:
        share = head_share * _around_face(picture.shape, points)
        return {"background": _opaque(picture), "head": _with_alpha(picture, share)}
    hidden = cv2.dilate((matte * head_share).astype(np.float32), np.ones((5, 5))) > 0.02
    behind = continue_colors(picture[..., :3], ~hidden & (matte < 0.02))
    # The background keeps the body's pixels, so that in the neutral pose the layers reproduce the
    # picture.
    colors = np.where(hidden[..., None], behind, picture[..., :3])
    background = np.dstack([colors, np.full(picture.shape[:2], 255, np.uint8)])
    figure = np.dstack([_foreground(picture[..., :3], matte, colors), picture[..., 3]])
    return {
        "background": background,
        **_split_figure(figure, points, matte, head_share, below),
    }


def _foreground(image: Array, matte: Array, background: Array) -> Array:
    """(h, w, 3) uint8 foreground colours: composited over the background, they give the image."""
    alpha = np.maximum(matte, 1e-3)[..., None]
    colors = (image - (1 - alpha) * background) / alpha
    return np.rint(np.clip(colors, 0, 255)).astype(np.uint8)


def _away_from_border(shape: tuple[int, ...]) -> Array:
    """(h, w) 0 at the picture's sides and top, where nothing may move, rising to 1 inside."""
    height, width = shape[:2]
    columns, rows = np.arange(width), np.arange(height)[:, None]
    distance = np.minimum(np.minimum(columns, width - 1 - columns), rows)
    return _ramp(distance, 0, _STILL * min(height, width))


def _split_figure(
    picture: Array, points: Array, matte: Array, head_share: Array, below: Array
) -> dict[str, Array]:
    """Layers head and body of a figure, from its matte."""
    body_share = matte * _ramp(below, *_BODY_STARTS)
    layers = {"head": _with_alpha(picture, matte * head_share)}
    if body_share.max() > 0.05:
        jaw = points[JAW] + down_axis(points) * 0.02 * face_width(points)
        face = polygon_pixels(picture.shape, jaw)
        neck = continue_colors(picture[..., :3], ~face & (matte > 0.9) & (below > -0.1))
        colors = np.where(face[..., None], neck, picture[..., :3])
        layers = {"body": _with_alpha(colors, body_share), **layers}
    return layers


def _ramp(values: Array, low: float, high: float) -> Array:
    """float32 smoothstep from 0 at `low` to 1 at `high`."""
    return np.asarray(smoothstep((values - low) / (high - low)).astype(np.float32))


def _below_chin(shape: tuple[int, ...], points: Array) -> Array:
    """(h, w) distance of each pixel below the chin in face widths, along the face's down axis."""
    columns, rows = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    axis = down_axis(points)
    distance = (columns - points[CHIN, 0]) * axis[0] + (rows - points[CHIN, 1]) * axis[1]
    return np.asarray(distance / face_width(points))


def _around_face(shape: tuple[int, ...], points: Array) -> Array:
    """(h, w) soft mask of the face and its hair: 1 inside, 0 far from them."""
    across, axis = face_axes(points)
    unit = float(face_width(points))
    # Hair makes a head taller than its landmarks: the centre moves up.
    center = points.mean(axis=0) - 0.22 * unit * axis
    columns, rows = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    offsets = np.stack([columns, rows], axis=-1) - center
    half = 0.5 * unit
    radius = np.hypot(offsets @ across / half, offsets @ axis / (1.25 * half))
    return np.asarray(1 - _ramp(radius, *_HEAD_RADIUS))


def _opaque(picture: Array) -> Array:
    out = picture.copy()
    out[..., 3] = 255
    return out


def _with_alpha(picture: Array, alpha: Array) -> Array:
    levels = np.rint(np.clip(alpha, 0, 1) * 255).astype(np.uint8)
    return np.dstack([picture[..., :3], levels])
