"""Image metrics of rendered frames: PSNR, SSIM, sharpness and difference. Pure functions."""

import cv2
import numpy as np
from skimage.metrics import structural_similarity

from talkinghead.landmarks import CHIN, JAW_LEFT, JAW_RIGHT, MOUTH, NOSE_TOP
from talkinghead.types import Array

MAX_PSNR = 60.0  # dB, also for identical pictures: 8 bits resolve no smaller difference
MOUTH_GROWTH = 1.5
FACE_GROWTH = 1.2  # of the hull of the landmarks, which ends at brows and jaw line
WINDOW = 7  # pixels, side of SSIM's window

PixelSlices = tuple[slice, slice]


def psnr(a: Array, b: Array, where: Array | None = None) -> float:
    """Peak signal-to-noise ratio in dB of two (h, w, 3) uint8 pictures, at most MAX_PSNR.

    `where` (h, w) bool selects the pixels; NaN if there are none.
    """
    difference = a.astype(np.float32) - b.astype(np.float32)
    if where is not None:
        difference = difference[where]
    if difference.size == 0:
        return float("nan")
    error = float(np.mean(np.square(difference), dtype=np.float64))
    return min(MAX_PSNR, 10 * float(np.log10(255**2 / error))) if error else MAX_PSNR


def ssim(a: Array, b: Array) -> float:
    """Structural similarity of two (h, w, 3) uint8 pictures (Wang et al. 2004), mean of RGB."""
    if min(a.shape[:2]) < WINDOW:
        return float("nan")
    return float(structural_similarity(a, b, channel_axis=2, data_range=255, win_size=WINDOW))


def mouth_box(
    landmarks: Array, height: int, width: int, growth: float = MOUTH_GROWTH
) -> PixelSlices:
    """Rows and columns of the mouth points' bounding box, enlarged, clipped to the picture."""
    mouth = landmarks[MOUTH, :2]
    low, high = mouth.min(axis=0), mouth.max(axis=0)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2 * growth, WINDOW / 2)
    left, top = np.floor(middle - half).astype(int)
    right, bottom = np.ceil(middle + half).astype(int)
    rows = slice(int(np.clip(top, 0, height)), int(np.clip(bottom, 0, height)))
    return rows, slice(int(np.clip(left, 0, width)), int(np.clip(right, 0, width)))


def sharpness(picture: Array) -> float:
    """Variance of the Laplacian of the luma of (h, w, 3) uint8."""
    grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_64F).var())


def outside_face(landmarks: Array, height: int, width: int) -> Array:
    """(h, w) bool, pixels outside the enlarged convex hull of the landmarks."""
    points = landmarks[:, :2]
    hull = cv2.convexHull(points.astype(np.float32))[:, 0]
    middle = hull.mean(axis=0)
    return _outside((middle + FACE_GROWTH * (hull - middle)), height, width)


def outside_head(landmarks: Array, height: int, width: int) -> Array:
    """(h, w) bool, pixels outside an ellipse that contains head, ears and most of the hair.

    The eyes lie half way between chin and crown: the ellipse is centred on the top of the nose,
    extends below the chin, and is as wide as the jaw with ears and hair.
    """
    points = landmarks.astype(np.float64)
    centre = points[NOSE_TOP, :2]
    down = points[CHIN, :2] - centre
    tall = float(np.linalg.norm(down))
    across = float(np.linalg.norm(points[JAW_RIGHT] - points[JAW_LEFT]))  # 3-D: independent of yaw
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


def mean_difference(before: Array, after: Array, where: Array) -> float:
    """Mean absolute difference of two (h, w, 3) uint8 frames at the pixels `where` (h, w)."""
    difference = cv2.absdiff(before, after)[where]
    return float(difference.mean()) if difference.size else float("nan")
