"""Metrics of what a rendered mouth shows between the lips: detail, tones, teeth and tongue."""

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.lip_regions import tooth_likelihood
from talkinghead.appearance.source_mouth import visible_rows
from talkinghead.evaluate.motion_metrics import ratio
from talkinghead.geometry.masks import polygon_mask
from talkinghead.geometry.mouth import face_width, lip_gaps
from talkinghead.landmarks import INNER_LIP, OUTER_LIP
from talkinghead.media.image import LUMA
from talkinghead.types import Array

OPEN: Final = 0.02  # face widths: least opening of the mouths that are measured
MIN_PIXELS: Final = 24  # between the lips
QUANTILES: Final = np.linspace(0.02, 0.98, 25)  # of brightness, that are compared
# A tongue is as red as the lips and at least half as bright, and covers a quarter of the mouth.
TONGUE_REDNESS, TONGUE_LUMA, TONGUE_AREA = 0.6, 0.45, 0.25


def compute_mouth_metrics(frames: Array, rendered: Array, points: Array) -> dict[str, float]:
    """Metrics between the inner lips of frames (t, h, w, 3) uint8 and their rendered counterparts.

    Takes the landmarks (t, 68, 3) of the frames. Only mouths open by more than OPEN are measured;
    NaN if there are none.

    - `interior_gradient`: mean squared gradient of the luma, rendered to real
    - `interior_tones`: distance of the brightness histograms in levels of 255 (1-D Wasserstein)
    - `teeth_seen`, `lower_seen`, `tongue_seen`: of the frames in which upper teeth, lower teeth or
      the tongue are visible, the share in which they are visible in the rendered frame too
    - `teeth_false`, `lower_false`, `tongue_false`: the same share of the frames without them
    """
    gradients, tones = [], []
    seen: dict[str, list[tuple[bool, bool]]] = {"teeth": [], "lower": [], "tongue": []}
    for real, ours, face in _open_mouths(frames, rendered, points):
        box, mouth = _between_lips(real.shape[:2], face)
        if mouth.sum() < MIN_PIXELS:
            continue
        lumas = [(picture[box].astype(np.float32) @ LUMA) for picture in (ours, real)]
        gradients.append([_gradient_energy(luma, mouth) for luma in lumas])
        levels = [np.quantile(luma[mouth], QUANTILES) for luma in lumas]
        tones.append(float(np.abs(levels[0] - levels[1]).mean()))
        (upper, lower), (true_upper, true_lower) = (visible_rows(p, face) for p in (ours, real))
        seen["teeth"].append((true_upper, upper))
        seen["lower"].append((true_lower, lower))
        seen["tongue"].append((is_tongue_visible(real, face), is_tongue_visible(ours, face)))
    mean = np.mean(gradients, axis=0) if gradients else (float("nan"), float("nan"))
    out = {
        "interior_gradient": ratio(float(mean[0]), float(mean[1])),
        "interior_tones": float(np.mean(tones)) if tones else float("nan"),
    }
    for name, pairs in seen.items():
        for suffix, truth in (("seen", True), ("false", False)):
            found = [ours for real, ours in pairs if real == truth]
            out[f"{name}_{suffix}"] = float(np.mean(found)) if found else float("nan")
    return out


def is_tongue_visible(image: Array, landmarks: Array) -> bool:
    """Whether an (h, w, 3) uint8 picture shows a tongue between the lips of landmarks (68, 3)."""
    box, mouth = _between_lips(image.shape[:2], landmarks)
    part = image[box].astype(np.float32) / 255
    corner = np.array([box[1].start, box[0].start])
    size = (0, 0, part.shape[1], part.shape[0])
    outer, inner = (
        polygon_mask(landmarks[lip, :2] - corner, size) for lip in (OUTER_LIP, INNER_LIP)
    )
    lips = (outer > 0.9) & (inner < 0.1)
    if not lips.any() or mouth.sum() < MIN_PIXELS:
        return False
    redness = (part[..., 0] - part[..., 1]) / (part.sum(axis=2) + 0.05)
    luma = part @ LUMA
    flesh = (redness > TONGUE_REDNESS * np.median(redness[lips])) & mouth
    flesh &= luma > TONGUE_LUMA * np.median(luma[lips])
    flesh &= tooth_likelihood(part, lips) < 0.5
    return bool(flesh.sum() > TONGUE_AREA * mouth.sum())


def _open_mouths(
    frames: Array, rendered: Array, points: Array
) -> Iterator[tuple[Array, Array, Array]]:
    for real, ours, face in zip(frames, rendered, points, strict=True):
        if lip_gaps(face).max() > OPEN * face_width(face):
            yield real, ours, face


def _between_lips(shape: tuple[int, ...], landmarks: Array) -> tuple[tuple[slice, slice], Array]:
    """Rows and columns of the lips, and the (h, w) bool mask of the mouth in them.

    Pixels that the lips' edges touch are left out.
    """
    lips = landmarks[OUTER_LIP, :2]
    low = np.clip(np.floor(lips.min(axis=0)) - 1, 0, shape[1::-1]).astype(int)
    high = np.clip(np.ceil(lips.max(axis=0)) + 2, 0, shape[1::-1]).astype(int)
    width, height = (high - low).clip(0).tolist()
    box = (slice(low[1], low[1] + height), slice(low[0], low[0] + width))
    if not width or not height:
        return box, np.zeros((height, width), dtype=bool)
    inner = polygon_mask(landmarks[INNER_LIP, :2] - low, (0, 0, width, height)) > 0.99
    return box, cv2.erode(inner.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def _gradient_energy(luma: Array, where: Array) -> float:
    """Mean squared gradient of (h, w) luma at the pixels `where` (h, w) bool."""
    rows, columns = (cv2.Sobel(luma, cv2.CV_32F, *order) for order in ((0, 1), (1, 0)))
    return float((rows**2 + columns**2)[where].mean())
