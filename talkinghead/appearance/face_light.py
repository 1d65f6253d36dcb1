"""Estimates the light on a face: its direction, the share of ambient light, and its colour."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.masks import polygon_pixels
from talkinghead.geometry.mouth import face_axes, face_width
from talkinghead.geometry.mouth_crop import crop_square, points_in_crop
from talkinghead.landmarks import JAW, LEFT_EYE, MOUTH, NOSE_TOP, RIGHT_EYE
from talkinghead.media.image import LUMA
from talkinghead.types import Array

_CELLS: Final = 48  # across the face: the picture is averaged to this many
# Half axes of the face as an ellipsoid, in face widths, around a centre below the nose's top.
_HALF_WIDTH, _HALF_HEIGHT, _BELOW = 0.56, 0.80, 0.18
_BRIM: Final = 0.88  # relative distance from the centre up to which skin is measured
_MOSTLY_FRONT: Final = 0.55  # least share of the light's direction that points at the viewer
_AMBIENT: Final = (0.35, 0.80)


@dataclass(frozen=True)
class FaceLight:
    """The light on a face, in axes of the face: right, down, towards the viewer."""

    direction: Array  # (3,) unit vector towards the light
    ambient: float  # share of the light that has no direction, in [0, 1]
    color: Array  # (3,) RGB in [0, 1] of a white highlight


def estimate_light(image: Array, landmarks: Array, white: float) -> FaceLight:
    """Estimate the light from an (h, w, 3) uint8 picture and the landmarks (68, 2 or 3) of a face.

    Brightness is fitted as a linear function of the normals of an ellipsoid, which is the first
    order of a Lambertian face's appearance (Basri and Jacobs 2003). `white` in [0, 1] is the luma
    of white things in the picture.
    """
    points = np.asarray(landmarks, dtype=np.float64)[:, :2]
    unit = float(face_width(points))
    axes = face_axes(points)
    center = points[NOSE_TOP] + _BELOW * unit * axes[1]
    side = int(2 * 0.9 * _CELLS)
    step = unit / _CELLS
    corner = center - step * (side - 1) / 2 * (axes[0] + axes[1])
    matrix = np.column_stack([step * axes.T, corner])
    small = crop_square(image, matrix, side)
    luma = small.astype(np.float64) / 255 @ LUMA
    placed = points_in_crop(points, matrix)
    skin = polygon_pixels(luma.shape, cv2.convexHull(placed.astype(np.float32))[:, 0])
    for part, growth in ((MOUTH, 1.4), (LEFT_EYE, 1.9), (RIGHT_EYE, 1.9)):
        middle = placed[part].mean(axis=0)
        skin &= ~polygon_pixels(luma.shape, middle + growth * (placed[part] - middle))
    skin &= np.arange(side)[:, None] < placed[JAW, 1].max() - 0.06 * _CELLS

    y, x = np.mgrid[0:side, 0:side]
    nx = (x - side / 2) / (_HALF_WIDTH * _CELLS)
    ny = (y - side / 2) / (_HALF_HEIGHT * _CELLS)
    skin &= nx**2 + ny**2 < _BRIM**2
    front = FaceLight(np.array([0.0, -0.5, 0.87]), 0.6, np.full(3, white))
    if skin.sum() < 30:
        return front
    # Brows, beards and glasses are dark, but they do not tell of the light.
    low, high = np.percentile(luma[skin], (20, 98))
    used = skin & (luma >= low) & (luma <= high)
    if used.sum() < 30:
        return front
    normals = np.stack([nx, ny, np.sqrt(np.clip(1 - nx**2 - ny**2, 0, 1))], axis=-1)[used]
    design = np.column_stack([np.ones(len(normals)), normals])
    prior = np.diag([1e-3, 0.02, 0.05, 0.02]) * len(normals)
    level = luma[used] / max(float(luma[used].mean()), 1e-3)
    start = np.array([0.6, 0.0, -0.15, 0.4])
    fit = start + np.linalg.solve(design.T @ design + prior, design.T @ (level - design @ start))
    vector = fit[1:].copy()
    vector[1] = min(vector[1], 0.0)  # light from below is almost always a beard or a red chin
    vector[2] = max(vector[2], _MOSTLY_FRONT * float(np.hypot(*vector[:2])), 0.05)
    strength = float(np.linalg.norm(vector))
    ambient = float(np.clip(fit[0] / max(fit[0] + strength, 1e-3), *_AMBIENT))
    return FaceLight(vector / strength, ambient, np.full(3, white))
