"""Segments the person of a portrait: an alpha matte of head, hair and body.

The network is MediaPipe's selfie segmentation; a guided filter refines its edges.
"""

from typing import Final

import cv2
import numpy as np

from talkinghead.face.detectors.networks import run_network
from talkinghead.face.glasses import add_far_lens
from talkinghead.geometry.mouth import down_axis, face_width
from talkinghead.landmarks import JAW, NOSE_TOP
from talkinghead.types import Array

# The ellipse around the head whose bounding box is segmented, in face widths. It contains all that
# moves with the head, and little else, so that hair covers many pixels of the network's input.
_HALF_WIDTH: Final = 1.2
_HALF_HEIGHT: Final = 1.6
_CENTRE: Final = 0.1  # its centre, downwards from the top of the nose
_NET_SIDE: Final = 256  # pixels; the input of the network
_FILTER_SIDE: Final = 512  # pixels; the resolution of the guided filter

_RADIUS: Final = 0.008  # of the guided filter, in longer sides of the crop
_EPSILON: Final = 6e-3  # its regularisation: a smaller variance of colours in [0, 1] is no edge
_BACKGROUND, _FOREGROUND = 0.1, 0.7  # filtered values that become 0 and 1
_BAND: Final = 0.03  # width of the band around the network's edge, in longer sides of the crop
# The halo of a sharpened picture, and hair too fine to segment, belong to the head.
_RIM: Final = 0.002  # longer sides of the crop

# A matte is rejected beyond these shares of the crop.
_MAX_UNDECIDED: Final = 0.10  # neither person nor background
_MAX_ASYMMETRY: Final = 0.06  # differing from the matte of the mirrored crop
_MIN_FACE: Final = 0.97  # of the hull of landmarks and throat that is foreground
_THROAT: Final = 0.2  # face widths from the jaw down: the head must be connected to its body
_MIN_BACKGROUND: Final = 0.06


def person_matte(image: Array, landmarks: Array) -> Array | None:
    """(h, w) float32 alpha matte in [0, 1] of the person with a given face.

    Takes a picture (h, w, 3) uint8 RGB and the landmarks (68, 2 or 3) of the face in pixels.
    Without depth, the far lens of glasses on a turned head is not added. Far from the face the
    matte is 0. Returns None if the result is unreliable: many undecided pixels, a face segmented
    as background, or no background at all. Takes about 0.2 s.
    """
    box = _crop_box(landmarks, image.shape[:2])
    if box is None:
        return None
    left, top, right, bottom = box
    crop = image[top:bottom, left:right]
    coarse = _segment(crop)
    if coarse is None:
        return None
    person = _connected_to_face(coarse, landmarks[:, :2] - [left, top], crop.shape[:2])
    if person is None:
        return None
    out = np.zeros(image.shape[:2], dtype=np.float32)
    matte = _refine(crop, person)
    if landmarks.shape[1] == 3:  # yaw cannot be known without depth
        probability = cv2.resize(coarse, (right - left, bottom - top))
        inside = landmarks - np.array([left, top, 0])
        matte = add_far_lens(matte, probability, crop, inside)
    out[top:bottom, left:right] = matte
    return out


def _crop_box(landmarks: Array, size: tuple[int, ...]) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of the crop to segment; `size` is (height, width)."""
    points = np.asarray(landmarks, dtype=np.float64)
    along = down_axis(points[:, :2]) * float(face_width(points))
    middle = points[NOSE_TOP, :2] + _CENTRE * along
    reach = np.hypot(_HALF_WIDTH * along[::-1], _HALF_HEIGHT * along)
    low = np.maximum(np.floor(middle - reach), 0).astype(int)
    high = np.minimum(np.ceil(middle + reach), size[1::-1]).astype(int)
    if (high - low < 16).any():
        return None
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _segment(crop: Array) -> Array | None:
    """(256, 256) float32 probability of the person in a crop; None if it is unreliable."""
    sampling = cv2.INTER_AREA if min(crop.shape[:2]) > _NET_SIDE else cv2.INTER_LINEAR
    view = cv2.resize(crop, (_NET_SIDE, _NET_SIDE), interpolation=sampling)

    tensor = view[None].astype(np.float32) * np.float32(1 / 255)
    plain, mirrored = (
        run_network("person", np.ascontiguousarray(image))[0][0, :, :, 0]
        for image in (tensor, tensor[:, :, ::-1])
    )
    mirrored = mirrored[:, ::-1]
    mean = (plain + mirrored) / 2
    undecided = float(((mean > 0.2) & (mean < 0.8)).mean())
    asymmetry = float((np.abs(plain - mirrored) > 0.4).mean())
    if undecided > _MAX_UNDECIDED or asymmetry > _MAX_ASYMMETRY:
        return None
    return np.asarray(mean)


def _connected_to_face(coarse: Array, landmarks: Array, size: tuple[int, ...]) -> Array | None:
    """The part of a coarse matte connected to the face; None if it lacks face or background.

    Takes the landmarks (68, 2) in pixels of the crop of `size` (height, width).
    """
    net = np.array([_NET_SIDE / size[1], _NET_SIDE / size[0]])
    throat = landmarks[JAW][7:-7] + _THROAT * face_width(landmarks) * down_axis(landmarks)
    outline = np.concatenate([landmarks, throat])
    hull = cv2.convexHull(np.round((outline + 0.5) * net - 0.5).astype(np.int32))
    face = np.zeros((_NET_SIDE, _NET_SIDE), dtype=np.uint8)
    cv2.fillConvexPoly(face, hull, 1)
    inside = face > 0
    if not inside.any() or float((coarse[inside] > 0.5).mean()) < _MIN_FACE:
        return None
    _, parts = cv2.connectedComponents((coarse > 0.3).astype(np.uint8))
    component = np.isin(parts, np.unique(parts[inside & (coarse > 0.5)])) & (parts > 0)
    if float((~component).mean()) < _MIN_BACKGROUND:
        return None
    # Include the soft edge of the component.
    dilated = cv2.dilate(component.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    holes = _holes(component)
    return np.where(holes, np.float32(1), coarse * dilated).astype(np.float32)


def _holes(mask: Array) -> Array:
    """The holes of a mask (h, w), such as a dark lens or a bright collar: not background."""
    background = np.pad(~mask, 1, constant_values=True).astype(np.uint8)
    _, parts = cv2.connectedComponents(background)
    return np.asarray(~mask & (parts != parts[0, 0])[1:-1, 1:-1])


def _refine(crop: Array, coarse: Array) -> Array:
    """A coarse matte at the resolution of the crop, with edges aligned to those of the crop."""
    height, width = crop.shape[:2]
    scale = min(1.0, _FILTER_SIDE / max(height, width))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    guide = cv2.resize(crop, small, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    matte = cv2.resize(coarse, small, interpolation=cv2.INTER_CUBIC).clip(0, 1)
    radius = max(2, round(_RADIUS * max(small)))
    slope, offset = guided_filter(guide, matte, radius, _EPSILON)
    slope, offset = (cv2.resize(term, (width, height)) for term in (slope, offset))
    out = (slope * (crop.astype(np.float32) / 255)).sum(axis=2) + offset
    out = ((out - _BACKGROUND) / (_FOREGROUND - _BACKGROUND)).clip(0, 1)
    # Away from its own edge the network's decision holds, whatever the colours.
    reach = 2 * max(1, round(_BAND * _NET_SIDE)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    binary = (coarse > 0.5).astype(np.uint8)
    low, high = cv2.erode(binary, disc), cv2.dilate(binary, disc)
    low, high = (cv2.resize(bound.astype(np.float32), (width, height)) for bound in (low, high))
    out = np.clip(out, low, high).astype(np.float32)
    rim = max(1, round(_RIM * max(height, width)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1))
    return np.asarray(cv2.blur(cv2.dilate(out, disc), (rim + 1, rim + 1)).clip(0, 1))


def guided_filter(guide: Array, values: Array, radius: int, epsilon: float) -> tuple[Array, Array]:
    """Slopes (h, w, 3) and offset (h, w): values ~ slopes . guide + offset around each pixel.

    The linear coefficients of the colour guided filter, averaged over their windows (He, Sun and
    Tang 2013, equations 19 to 21). `guide` is (h, w, 3), `values` (h, w), both float32. Unlike
    `cv2.ximgproc` this returns the coefficients, which can be applied at full resolution.
    """

    def mean(x: Array) -> Array:
        side = 2 * radius + 1
        return np.asarray(cv2.blur(x, (side, side), borderType=cv2.BORDER_REFLECT))

    guide_mean, values_mean = mean(guide), mean(values)
    covariance = np.empty((*values.shape, 3, 3), dtype=np.float32)
    for i in range(3):
        for j in range(i, 3):
            entry = mean(guide[..., i] * guide[..., j]) - guide_mean[..., i] * guide_mean[..., j]
            covariance[..., i, j] = covariance[..., j, i] = entry
    covariance += epsilon * np.eye(3, dtype=np.float32)
    cross = mean(guide * values[..., None]) - guide_mean * values_mean[..., None]
    slope = np.linalg.solve(covariance, cross[..., None])[..., 0].astype(np.float32)
    offset = values_mean - (slope * guide_mean).sum(axis=2)
    return mean(slope), mean(offset)
