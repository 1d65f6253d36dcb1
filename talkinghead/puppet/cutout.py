"""Take a picture apart: a head that moves, a body that stays, and what is behind them."""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.mouth import axes, down, face_width
from talkinghead.geometry.polygon import pixels_in
from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.landmarks import CHIN, JAW
from talkinghead.types import Array

# In face widths, down from the chin: where the head turns into the body.
_HEAD_FADES: Final = (0.04, 0.24)
_BODY_BEGINS: Final = (-0.14, -0.02)
_AROUND: Final = (1.42, 1.85)  # where nothing is known, the head ends between these face radii
_FLAT: Final = 14.0  # levels: a backdrop of one colour differs this little
_EDGE_SHARE: Final = 0.72  # of a picture's outer pixels must be of that colour
_CLEAR: Final = 0.02  # a picture of which this share is transparent is a cut-out
_FACE: Final = 0.97  # of the face must belong to the figure, or the outline is wrong
_STILL: Final = 0.03  # of the smaller side: the strip along the sides and the top that holds still
_FILL: Final = 320  # pixels; what lies behind is made up at this size


def is_cut_out(picture: Array) -> bool:
    """Whether a picture (h, w, 4) has transparency that says what is the figure."""
    return bool((picture[..., 3] < 128).mean() > _CLEAR)


def backdrop_matte(picture: Array, points: Array) -> Array | None:
    """(h, w) float32 in [0, 1], the figure before a backdrop of one colour; None where it is not.

    Takes (h, w, 3 or 4) uint8 and the points (68, 2) of the face.
    """
    image = picture[..., :3]
    height = len(image)
    rim = np.concatenate([image[0], image[: height * 2 // 3, 0], image[: height * 2 // 3, -1]])
    ground = np.median(rim, axis=0)
    if (np.abs(rim - ground).max(axis=1) <= _FLAT).mean() < _EDGE_SHARE:
        return None
    same = (np.abs(image - ground).max(axis=2) <= _FLAT).astype(np.uint8)
    _, parts = cv2.connectedComponents(same)
    outer = np.unique(np.concatenate([parts[0], parts[:, 0], parts[:, -1]]))
    behind = np.isin(parts, outer[outer > 0]) & (same > 0)
    figure = (~behind).astype(np.float32)
    face = pixels_in(image.shape, points[JAW]) | pixels_in(
        image.shape, cv2.convexHull(points.astype(np.float32))[:, 0]
    )
    if not face.any() or figure[face].mean() < _FACE or not 0.04 < figure.mean() < 0.95:
        return None
    # Outlines are anti-aliased: how much of such a pixel is figure, its colour tells.
    sure = cv2.erode(figure, np.ones((5, 5)), borderValue=1) > 0
    if not sure.any():
        return None
    way = nearest(image, sure) - ground
    share = np.linalg.norm(image - ground, axis=2) / np.maximum(np.linalg.norm(way, axis=2), 1)
    return np.asarray(np.where(sure, 1, figure * share).clip(0, 1).astype(np.float32))


def taken_apart(picture: Array, points: Array, matte: Array | None) -> dict[str, Array]:
    """Layers head, and where they can be told apart body and background, (h, w, 4) uint8.

    `picture` is (h, w, 4) uint8 RGBA; its transparency, if it has any, is the figure's outline,
    otherwise `matte` (h, w) in [0, 1] is. Where neither is known the whole picture is the
    background, and what is around the face lies on it as the head, its edge faded out.
    """
    below = _below_chin(picture.shape, points)
    head_share = 1 - _ramp(below, *_HEAD_FADES)
    if is_cut_out(picture):
        return _figure(picture, points, picture[..., 3] / 255, head_share, below)
    head_share = head_share * _inward(picture.shape)
    if matte is None:
        share = head_share * _near_face(picture.shape, points)
        return {"background": _opaque(picture), "head": _with_alpha(picture, share)}
    hidden = cv2.dilate((matte * head_share).astype(np.float32), np.ones((5, 5))) > 0.02
    behind = continued(picture[..., :3], ~hidden & (matte < 0.02))
    # The body's own pixels stay in the background as well: at rest the two are one picture.
    own = np.where(hidden[..., None], behind, picture[..., :3])
    background = np.dstack([own, np.full(picture.shape[:2], 255, np.uint8)])
    alone = np.dstack([_unmixed(picture[..., :3], matte, own), picture[..., 3]])
    return {"background": background, **_figure(alone, points, matte, head_share, below)}


def _unmixed(image: Array, matte: Array, behind: Array) -> Array:
    """The figure's own colours: laid over what is behind by its matte, they give the picture."""
    a = np.maximum(matte, 1e-3)[..., None]
    return np.rint(np.clip((image - (1 - a) * behind) / a, 0, 255)).astype(np.uint8)


def _inward(shape: tuple[int, ...]) -> Array:
    """(h, w) 0 at the picture's sides and top, where nothing may move, 1 further in."""
    height, width = shape[:2]
    band = _STILL * min(height, width)
    columns, rows = np.arange(width), np.arange(height)[:, None]
    nearest = np.minimum(np.minimum(columns, width - 1 - columns), rows)
    return _ramp(nearest, 0, band)


def _figure(
    picture: Array, points: Array, matte: Array, head_share: Array, below: Array
) -> dict[str, Array]:
    """Head and body of a figure whose outline is known."""
    body_share = matte * _ramp(below, *_BODY_BEGINS)
    layers = {"head": _with_alpha(picture, matte * head_share)}
    if body_share.max() > 0.05:
        jaw = points[JAW] + down(points) * 0.02 * face_width(points)
        face = pixels_in(picture.shape, jaw)
        neck = continued(picture[..., :3], ~face & (matte > 0.9) & (below > -0.1))
        colours = np.where(face[..., None], neck, picture[..., :3])
        layers = {"body": _with_alpha(colours, body_share), **layers}
    return layers


def _ramp(values: Array, low: float, high: float) -> Array:
    return np.asarray(smoothstep((values - low) / (high - low)).astype(np.float32))


def _below_chin(shape: tuple[int, ...], points: Array) -> Array:
    """(h, w) how far each pixel lies below the chin along the face's own down, in face widths."""
    columns, rows = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    way = down(points)
    away = (columns - points[CHIN, 0]) * way[0] + (rows - points[CHIN, 1]) * way[1]
    return np.asarray(away / face_width(points))


def _near_face(shape: tuple[int, ...], points: Array) -> Array:
    """(h, w) 1 at the face and its hair, 0 away from it."""
    across, way = axes(points)
    unit = float(face_width(points))
    # Hair makes a head higher than its points: the middle moves up.
    middle = points.mean(axis=0) - 0.22 * unit * way
    columns, rows = np.meshgrid(np.arange(shape[1]), np.arange(shape[0]))
    away = np.stack([columns, rows], axis=-1) - middle
    half = 0.5 * unit
    radius = np.hypot(away @ across / half, away @ way / (1.25 * half))
    return np.asarray(1 - _ramp(radius, *_AROUND))


def _opaque(picture: Array) -> Array:
    out = picture.copy()
    out[..., 3] = 255
    return out


def _with_alpha(picture: Array, alpha: Array) -> Array:
    levels = np.rint(np.clip(alpha, 0, 1) * 255).astype(np.uint8)
    return np.dstack([picture[..., :3], levels])


def continued(image: Array, known: Array) -> Array:
    """(h, w, 3) uint8 a picture whose known pixels' colours are continued over the others."""
    height, width = known.shape
    if known.all() or not known.any():
        return image
    scale = min(1.0, _FILL / max(height, width))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    mask = known.astype(np.float32)
    share = cv2.resize(mask, small, interpolation=cv2.INTER_AREA)
    total = cv2.resize(image * mask[..., None], small, interpolation=cv2.INTER_AREA)
    colours = total / np.maximum(share, 1e-6)[..., None]
    here = share > 0.5 if (share > 0.5).any() else share > 0
    filled = nearest(colours, here)
    # The borders between what came from different sides are smoothed away.
    soft = cv2.GaussianBlur(filled, (0, 0), max(small) / 40)
    mixed = np.where(here[..., None], filled, soft).astype(np.float32)
    large = np.rint(cv2.resize(mixed, (width, height), interpolation=cv2.INTER_LINEAR))
    return np.where(known[..., None], image, large.clip(0, 255).astype(np.uint8))


def nearest(colours: Array, known: Array) -> Array:
    """(h, w, 3) float32: at each pixel the colour of the nearest known one."""
    _, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros((int(labels.max()) + 1, 3), np.float32)
    table[labels[known]] = colours[known]
    return np.asarray(table[labels])
