"""Which pixels of a picture belong to the person: head, hair and body against what is behind."""

from typing import Any, Final

import cv2
import numpy as np

from talkinghead.face.glasses import with_far_lens
from talkinghead.face.graph import Graph
from talkinghead.geometry.mouth import down, face_width
from talkinghead.landmarks import JAW, NOSE_TOP
from talkinghead.types import Array

# In face widths: the ellipse around the head that is looked at. It holds all that a moving
# head may drag along, with little around it, for hair to have many pixels.
_ACROSS: Final = 1.2  # half its axes
_ALONG: Final = 1.6
_BELOW: Final = 0.1  # its middle is this far below the nose's top
_NET: Final = 256  # pixels to a side of what the network sees
_WORK: Final = 512  # and of what its edges are found in

_RADIUS: Final = 0.008  # of the edge-aware filter, in longer sides of the view
_SMOOTH: Final = 6e-3  # its regularisation: variance of colour in [0, 1] that is no edge
_NONE, _ALL = 0.1, 0.7  # filtered values that are surely behind, and surely the person
_BAND: Final = 0.03  # edges are looked for this near the network's, in longer sides of the view
# A bright line that sharpening has drawn around a head, and hair too fine to see, go with it.
_RIM: Final = 0.002

# What makes a matte untrustworthy, as shares of the view.
_UNDECIDED: Final = 0.10  # neither person nor background
_DIFFERENT: Final = 0.06  # seen otherwise in a mirror
_FACE: Final = 0.97  # of the hull of landmarks and throat must be the person
_THROAT: Final = 0.2  # face widths from the jaw down: a head parted from its body is wrong
_BEHIND: Final = 0.06  # must be background, or nothing is to be held still


def person_matte(image: Array, landmarks: Array) -> Array | None:
    """(h, w) float32 in [0, 1]: the share of each pixel that belongs to the person.

    Takes a picture (h, w, 3) uint8 RGB and the landmarks (68, 3) of the face in pixels.
    0 far from that face, where nothing is looked at. None where the answer cannot be
    trusted: many undecided pixels, a face taken for background, or no background at all.
    The network is MediaPipe's selfie segmentation; its edges are moved to the picture's by a
    guided filter (He, Sun and Tang 2013). Takes some 0.2 s.
    """
    box = _surroundings(landmarks, image.shape[:2])
    if box is None:
        return None
    left, top, right, bottom = box
    crop = image[top:bottom, left:right]
    coarse = _segment(crop)
    if coarse is None:
        return None
    person = _with_face(coarse, landmarks[:, :2] - [left, top], crop.shape[:2])
    if person is None:
        return None
    out = np.zeros(image.shape[:2], dtype=np.float32)
    doubt = cv2.resize(coarse, (right - left, bottom - top))
    inside = landmarks - np.array([left, top, 0])
    out[top:bottom, left:right] = with_far_lens(_refined(crop, person), doubt, crop, inside)
    return out


def _surroundings(landmarks: Array, size: tuple[int, ...]) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of what is looked at, cut by the picture (height, width)."""
    points = np.asarray(landmarks, dtype=np.float64)
    along = down(points[:, :2]) * float(face_width(points))
    middle = points[NOSE_TOP, :2] + _BELOW * along
    reach = np.hypot(_ACROSS * along[::-1], _ALONG * along)
    low = np.maximum(np.floor(middle - reach), 0).astype(int)
    high = np.minimum(np.ceil(middle + reach), size[1::-1]).astype(int)
    if (high - low < 16).any():
        return None
    return int(low[0]), int(low[1]), int(high[0]), int(high[1])


def _segment(crop: Array) -> Array | None:
    """(_NET, _NET) float32 person probability of a crop; None where it is undecided."""
    how = cv2.INTER_AREA if min(crop.shape[:2]) > _NET else cv2.INTER_LINEAR
    view = cv2.resize(crop, (_NET, _NET), interpolation=how)

    def build() -> Any:
        from mediapipe.python.solutions.selfie_segmentation import SelfieSegmentation

        return SelfieSegmentation(model_selection=0)

    graph = Graph(build)
    try:
        seen, mirrored = (
            np.array(graph(np.ascontiguousarray(each)).segmentation_mask, dtype=np.float32)
            for each in (view, view[:, ::-1])
        )
    finally:
        graph.close()
    mirrored = mirrored[:, ::-1]
    mean = (seen + mirrored) / 2
    undecided = float(((mean > 0.2) & (mean < 0.8)).mean())
    different = float((np.abs(seen - mirrored) > 0.4).mean())
    if undecided > _UNDECIDED or different > _DIFFERENT:
        return None
    return np.asarray(mean)


def _with_face(coarse: Array, landmarks: Array, size: tuple[int, ...]) -> Array | None:
    """The part of a coarse matte that hangs together with the face; None where none does."""
    net = np.array([_NET / size[1], _NET / size[0]])
    throat = landmarks[JAW][7:-7] + _THROAT * face_width(landmarks) * down(landmarks)
    outline = np.concatenate([landmarks, throat])
    hull = cv2.convexHull(np.round((outline + 0.5) * net - 0.5).astype(np.int32))
    face = np.zeros((_NET, _NET), dtype=np.uint8)
    cv2.fillConvexPoly(face, hull, 1)
    inside = face > 0
    if not inside.any() or float((coarse[inside] > 0.5).mean()) < _FACE:
        return None
    _, parts = cv2.connectedComponents((coarse > 0.3).astype(np.uint8))
    mine = np.isin(parts, np.unique(parts[inside & (coarse > 0.5)])) & (parts > 0)
    if float((~mine).mean()) < _BEHIND:
        return None
    # A part's soft edge goes with it.
    near = cv2.dilate(mine.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    holes = _holes(mine)
    return np.where(holes, np.float32(1), coarse * near).astype(np.float32)


def _holes(mask: Array) -> Array:
    """What a mask (h, w) encloses: a dark lens or a bright collar, never background."""
    behind = np.pad(~mask, 1, constant_values=True).astype(np.uint8)
    _, parts = cv2.connectedComponents(behind)
    return np.asarray(~mask & (parts != parts[0, 0])[1:-1, 1:-1])


def _refined(crop: Array, coarse: Array) -> Array:
    """A coarse matte on the crop's own pixels, its edges moved to the crop's."""
    height, width = crop.shape[:2]
    scale = min(1.0, _WORK / max(height, width))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    guide = cv2.resize(crop, small, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    matte = cv2.resize(coarse, small, interpolation=cv2.INTER_CUBIC).clip(0, 1)
    radius = max(2, round(_RADIUS * max(small)))
    slope, rest = guided(guide, matte, radius, _SMOOTH)
    slope, rest = (cv2.resize(each, (width, height)) for each in (slope, rest))
    out = (slope * (crop.astype(np.float32) / 255)).sum(axis=2) + rest
    out = ((out - _NONE) / (_ALL - _NONE)).clip(0, 1)
    # Far from the network's edge its word stands; colours alike there mean nothing.
    reach = 2 * max(1, round(_BAND * _NET)) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    sure = (coarse > 0.5).astype(np.uint8)
    low, high = cv2.erode(sure, disc), cv2.dilate(sure, disc)
    low, high = (cv2.resize(each.astype(np.float32), (width, height)) for each in (low, high))
    out = np.clip(out, low, high).astype(np.float32)
    rim = max(1, round(_RIM * max(height, width)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1))
    return np.asarray(cv2.blur(cv2.dilate(out, disc), (rim + 1, rim + 1)).clip(0, 1))


def guided(guide: Array, values: Array, radius: int, smooth: float) -> tuple[Array, Array]:
    """Slopes (h, w, 3) and rest (h, w): values ~ slopes . guide + rest around each pixel.

    The colour guided filter's linear coefficients, averaged over their windows (He, Sun and
    Tang 2013, equations 19 to 21). `guide` is (h, w, 3), `values` (h, w), both float32.
    """

    def mean(x: Array) -> Array:
        side = 2 * radius + 1
        return np.asarray(cv2.blur(x, (side, side), borderType=cv2.BORDER_REFLECT))

    about, level = mean(guide), mean(values)
    spread = np.empty((*values.shape, 3, 3), dtype=np.float32)
    for i in range(3):
        for j in range(i, 3):
            both = mean(guide[..., i] * guide[..., j]) - about[..., i] * about[..., j]
            spread[..., i, j] = spread[..., j, i] = both
    spread += smooth * np.eye(3, dtype=np.float32)
    joint = mean(guide * values[..., None]) - about * level[..., None]
    slope = np.linalg.solve(spread, joint[..., None])[..., 0].astype(np.float32)
    rest = level - (slope * about).sum(axis=2)
    return mean(slope), mean(rest)
