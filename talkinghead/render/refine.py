"""Refine the mouth of warped frames with the translator network, and paste it back.

For each frame: crop the mouth from the warped frame, stack it with the portrait's crop and the
landmarks (`conditioning`), predict a flow and a colour change, limit both by `blend_masks`, and
paste them back into the frame at full resolution.
"""

from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.align import affine_scale, apply_affine, compose_affine
from talkinghead.geometry.masks import polygon_mask, smoothstep
from talkinghead.geometry.mouth_crop import (
    CROP_HALF_SIDE,
    crop_square,
    head_stabilised_affine,
    mouth_crop_matrix,
    points_in_crop,
)
from talkinghead.landmarks import INNER_LIP, MOUTH, OUTER_LIP
from talkinghead.models.translator_runtime import MouthTranslator
from talkinghead.render.landmark_drawing import draw_landmarks
from talkinghead.types import Array

_LIP_BAND: Final = 0.012  # face widths: sigma of the band around the lips that may change colour
_STILL: Final = 0.02  # face widths: lips that moved less are changed less
_INNER_SHARE: Final = 0.05  # of the new colours between the lips, where warped teeth are sharper
_FINE: Final = (0.8, 1.2)  # frame pixels per crop pixel: the inner lip edge is spared from here on
_EDGE_SIGMA: Final = 3.0  # in 96ths of the crop: sigma of that spared edge
_FLOW_SHARE: Final = 0.2  # of the flow: all of it would close lips that are open by the landmarks
_BORDER_FADE: Final = 3  # crop pixels over which new colours fade out at the crop's border
_SEAM_FADE: Final = 0.09  # of the side of the crop: the same for shading and flow


def recolor_mask(portrait_points: Array, frame_points: Array, side: int) -> Array:
    """(side, side) float32 in [0, 1]: where colours may change, because a warp cannot know them.

    Takes the landmarks (68, 2) of the portrait and of the frame in pixels of the crop. The mask
    covers the mouth, the lips and a narrow band around them, in proportion to how far the lips
    have moved.
    """
    unit = side / (2 * CROP_HALF_SIDE)
    lips = polygon_mask(frame_points[OUTER_LIP], (0, 0, side, side), _LIP_BAND * unit)
    mask = np.minimum(2 * lips, 1) * _border_ramp(side, _BORDER_FADE)
    return np.asarray(mask * _moved_share(portrait_points, frame_points, side), dtype=np.float32)


def blend_masks(portrait_points: Array, frame_points: Array, side: int, step: float = 0.0) -> Array:
    """(3, side, side) float32 in [0, 1]: weights of new colours, shading and flow.

    Shading and flow may act on all of the crop except its border: the skin around a mouth
    stretches, folds and shades in ways that a mesh does not, and neither can erase detail.
    Between the lips all three are reduced: there the network predicts a blurred mean, and the
    warped teeth are sharp. The shares were chosen on validation speakers for the least blur
    and the smallest error.

    Landmarks are as in `recolor_mask`. `step` is the number of frame pixels per crop pixel; at
    high resolution new colours along the inner edge of the lips would be visible as a pale line
    of a pixel or two, so a wider band is spared there.
    """
    surroundings = smoothstep(_border_ramp(side, _SEAM_FADE * side))
    surroundings = surroundings * _moved_share(portrait_points, frame_points, side)
    box = (0, 0, side, side)
    mouth = polygon_mask(frame_points[INNER_LIP], box, side / 96)
    spared, fineness = mouth, min((step - _FINE[0]) / (_FINE[1] - _FINE[0]), 1)
    if fineness > 0:
        edge = polygon_mask(frame_points[INNER_LIP], box, _EDGE_SIGMA * fineness * side / 96)
        spared = np.maximum(mouth, np.minimum(2 * edge, 1))
    colour = recolor_mask(portrait_points, frame_points, side) * (1 - (1 - _INNER_SHARE) * spared)
    shading = surroundings * (1 - mouth)
    return np.stack([colour, shading, _FLOW_SHARE * shading]).astype(np.float32)


@lru_cache(maxsize=8)
def _border_ramp(side: int, width: float) -> Array:
    """(side, side): 0 on the border of the crop, 1 from `width` pixels inside it."""
    ramp = np.clip(np.minimum(np.arange(side), np.arange(side)[::-1]) / width, 0, 1)
    return np.asarray(np.minimum(ramp[:, None], ramp))


def _moved_share(portrait_points: Array, frame_points: Array, side: int) -> float:
    """0 for lips as in the portrait, 1 for lips that have moved by `_STILL` or more."""
    unit = side / (2 * CROP_HALF_SIDE)
    moved = float(np.linalg.norm(frame_points[MOUTH] - portrait_points[MOUTH], axis=1).max()) / (
        _STILL * unit
    )
    return min(moved, 1.0) ** 2


def mouth_mask(points: Array, side: int) -> Array:
    """(side, side) float32 in [0, 1]: the mouth between the lips of points (68, 2)."""
    return polygon_mask(points[INNER_LIP], (0, 0, side, side))


def conditioning(
    warped: Array, original: Array, portrait_points: Array, frame_points: Array
) -> Array:
    """(CHANNELS, s, s) float32 in [-0.5, 0.5]: the input of the translator for one frame.

    Takes the crops (s, s, 3) uint8 of the warped frame and of the portrait, and the landmarks
    (68, 2) of the portrait and of the frame in pixels of the crop. Channels: both crops (6), the
    contours of the frame (3), and masks of mouth and lips of the frame and of the portrait (4).
    """
    channels = (_image_channels(original), _mask_channels(portrait_points, len(original)))
    return _conditioning(warped, frame_points, *channels)


def _conditioning(
    warped: Array, frame_points: Array, original: Array, portrait_masks: Array
) -> Array:
    """The same, from the channels of the portrait, which are those of all of its frames."""
    side = warped.shape[0]
    contours = _image_channels(draw_landmarks(frame_points, (side, side)))
    masks = _mask_channels(frame_points, side)
    return np.concatenate([_image_channels(warped), original, contours, masks, portrait_masks])


def _image_channels(image: Array) -> Array:
    """(3, s, s) float32 in [-0.5, 0.5] of a picture (s, s, 3) uint8."""
    return np.asarray(image.transpose(2, 0, 1).astype(np.float32) / 255 - np.float32(0.5))


def _mask_channels(points: Array, side: int) -> Array:
    """(2, s, s) float32 in [-0.5, 0.5]: masks of mouth and lips for landmarks (68, 2)."""
    box = (0, 0, side, side)
    masks = [polygon_mask(points[lip], box) for lip in (INNER_LIP, OUTER_LIP)]
    return np.asarray(np.stack(masks) - np.float32(0.5))


def colourfulness(crop: Array) -> float:
    """Colourfulness of a crop (s, s, 3) uint8: 0 for a grey picture, 1 for any skin."""
    image = crop.astype(np.float32) / 255
    chroma = float(np.abs(image - image.mean(axis=2, keepdims=True)).mean())
    return float(np.clip((chroma - 0.015) / 0.03, 0, 1))


def colour_matched(change: Array, share: float) -> Array:
    """Scale the chroma of a colour change (s, s, 3) by `share`, so a grey picture stays grey."""
    if share == 1:
        return change
    grey = change.mean(axis=2, keepdims=True)
    return np.asarray(grey + np.float32(share) * (change - grey))


def paste_back(frame: Array, flow: Array, change: Array, matrix: Array) -> None:
    """Apply a flow and then a colour change to an (h, w, 3) uint8 frame, in place.

    `flow` (s, s, 2) is where each pixel of the crop fetches its colour, as an offset in crop
    pixels; `change` (s, s, 3) is in [-255, 255]; `matrix` (2, 3) takes the crop to the frame.
    Colours are fetched at the frame's own resolution. Pixels for which both are 0 do not
    change.
    """
    touched = (change != 0) @ np.ones(3, bool) | (flow != 0) @ np.ones(2, bool)
    rows, columns = (np.flatnonzero(touched.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return
    ends = [(x, y) for x in columns[[0, -1]] for y in rows[[0, -1]]]
    corners = apply_affine(matrix, np.array(ends))
    size = frame.shape[1::-1]
    step = affine_scale(matrix)
    low = np.clip(np.floor(corners.min(axis=0) - 2 * step), 0, size).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0) + 2 * step) + 1, 0, size).astype(int)
    if (high <= low).any():
        return
    into_box = matrix - np.column_stack([np.zeros((2, 2)), low])
    box = (high - low).tolist()
    added = cv2.warpAffine(change, into_box, box, flags=cv2.INTER_CUBIC)
    offset = cv2.warpAffine((flow @ matrix[:, :2].T).astype(np.float32), into_box, box)
    x, y = (np.arange(a, b, dtype=np.float32) for a, b in zip(low, high, strict=True))
    moved = cv2.remap(
        frame,
        x + offset[..., 0],
        y[:, None] + offset[..., 1],
        cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    frame[low[1] : high[1], low[0] : high[0]] = cv2.add(moved, added, dtype=cv2.CV_8U)


class PortraitRefiner:
    """Refines the warped frames of one portrait. Frames are independent of one another."""

    def __init__(self, net: MouthTranslator, image: Array, landmarks: Array):
        """Take an (h, w, 3) uint8 picture and its landmarks (68, 3) in pixels."""
        self._net, self._landmarks = net, np.asarray(landmarks, dtype=np.float64)
        self._side = net.size.side
        self._crop = mouth_crop_matrix(self._landmarks, self._side)
        self._original = crop_square(image, self._crop, self._side)
        self._portrait_points = points_in_crop(self._landmarks, self._crop)
        self._colour = colourfulness(self._original)
        self._channels = (
            _image_channels(self._original), _mask_channels(self._portrait_points, self._side)
        )  # fmt: skip

    def refine(self, frame: Array, points: Array) -> None:
        """Refine the mouth of a frame (h, w, 3) uint8 with landmarks (68, 3), in place."""
        crop = compose_affine(head_stabilised_affine(self._landmarks, points), self._crop)
        frame_points = points_in_crop(np.asarray(points, dtype=np.float64), crop)
        masks = blend_masks(self._portrait_points, frame_points, self._side, affine_scale(crop))
        if not masks.any():
            return
        warped = crop_square(frame, crop, self._side)
        inputs = _conditioning(warped, frame_points, *self._channels)
        flow, change = self._net.repair(inputs, masks)
        paste_back(frame, flow, colour_matched(change, self._colour), crop)
