"""Figures of pictures: how near one frame is to another, whole, at the mouth and around. Pure."""

import cv2
import numpy as np
from skimage.metrics import structural_similarity

from talkinghead.landmarks import CHIN, JAW_LEFT, JAW_RIGHT, MOUTH, NOSE_TOP
from talkinghead.types import Array

SAME = 60.0  # dB at which PSNR stops: 8 bits tell nothing finer apart, and equal is not infinite
MOUTH_GROWTH = 1.5
FACE_GROWTH = 1.2  # of the landmarks' hull: it ends at the brows and at the jaw's edge
WINDOW = 7  # pixels, the side of SSIM's window

Box = tuple[slice, slice]


def psnr(one: Array, other: Array, where: Array | None = None) -> float:
    """Peak signal-to-noise ratio in dB of two (h, w, 3) uint8 pictures, at most 60.

    With `where` (h, w) bool only those pixels count; NaN where there are none.
    """
    gap = one.astype(np.float32) - other.astype(np.float32)
    if where is not None:
        gap = gap[where]
    if gap.size == 0:
        return float("nan")
    error = float(np.mean(np.square(gap), dtype=np.float64))
    return min(SAME, 10 * float(np.log10(255**2 / error))) if error else SAME


def ssim(one: Array, other: Array) -> float:
    """Structural similarity of two (h, w, 3) uint8 pictures (Wang et al. 2004), mean of RGB."""
    if min(one.shape[:2]) < WINDOW:
        return float("nan")
    return float(structural_similarity(one, other, channel_axis=2, data_range=255, win_size=WINDOW))


def mouth_box(landmarks: Array, height: int, width: int, growth: float = MOUTH_GROWTH) -> Box:
    """Rows and columns of the mouth points' box, grown about its middle, inside the picture."""
    mouth = landmarks[MOUTH, :2]
    low, high = mouth.min(axis=0), mouth.max(axis=0)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2 * growth, WINDOW / 2)
    left, top = np.floor(middle - half).astype(int)
    right, bottom = np.ceil(middle + half).astype(int)
    rows = slice(int(np.clip(top, 0, height)), int(np.clip(bottom, 0, height)))
    return rows, slice(int(np.clip(left, 0, width)), int(np.clip(right, 0, width)))


def sharpness(picture: Array) -> float:
    """Variance of the Laplacian of the brightness of (h, w, 3) uint8."""
    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())


def outside_face(landmarks: Array, height: int, width: int) -> Array:
    """(h, w) bool, the pixels outside the landmarks' hull, grown a little."""
    points = landmarks[:, :2]
    hull = cv2.convexHull(points.astype(np.float32))[:, 0]
    middle = hull.mean(axis=0)
    return _outside((middle + FACE_GROWTH * (hull - middle)), height, width)


def outside_head(landmarks: Array, height: int, width: int) -> Array:
    """(h, w) bool, the pixels outside an ellipse that holds head, ears and most hair.

    Eyes lie half way between chin and crown: the ellipse stands on the top of the nose,
    reaches past the chin, and is as wide as the jaw with ears and hair.
    """
    points = landmarks.astype(np.float64)
    centre = points[NOSE_TOP, :2]
    down = points[CHIN, :2] - centre
    tall = float(np.linalg.norm(down))
    across = float(np.linalg.norm(points[JAW_RIGHT] - points[JAW_LEFT]))  # 3-D: holds when turned
    turn = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    axis = down / max(tall, 1e-6)
    side = np.array([-axis[1], axis[0]])
    edge = centre + np.outer(np.cos(turn) * 1.3 * tall, axis) + np.outer(
        np.sin(turn) * 0.8 * across, side
    )  # fmt: skip
    return _outside(edge, height, width)


def _outside(polygon: Array, height: int, width: int) -> Array:
    mask: Array = np.ones((height, width), dtype=np.uint8)
    cv2.fillPoly(mask, [np.round(polygon).astype(np.int32)], 0)
    outside: Array = mask.astype(bool)
    return outside


def change(before: Array, after: Array, where: Array) -> float:
    """Mean absolute difference of two (h, w, 3) uint8 frames at the pixels `where` (h, w)."""
    gap = cv2.absdiff(before, after)[where]
    return float(gap.mean()) if gap.size else float("nan")
