"""The tongue in a photo's mouth: its surface, and where it lies for a sound."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.face_light import FaceLight
from talkinghead.geometry.masks import smoothstep
from talkinghead.types import Array

SIDE: Final = 2.3  # width and height of the texture, in half widths of the tongue
_PIXELS_PER_FACE: Final = 0.36  # side of the texture in face widths


@dataclass(frozen=True)
class TonguePlace:
    """Where the tongue is seen, in face widths around the midline."""

    top: float  # its upper outline, below the line of the closed lips
    bottom: float  # its tip or lower outline
    half_width: float
    light: float  # 1 at the front teeth, less further back


def tongue_place(lower: float, upper: float, articulation: Mapping[str, float]) -> TonguePlace:
    """Where the tongue lies behind the teeth.

    `lower` and `upper` are the free edges of the teeth below the line of the closed lips, in face
    widths. At rest the tongue lies in the jaw; its tip reaches up behind the upper teeth, or its
    back rises further back, where less light falls.
    """
    rest = np.array([lower - 0.060, lower + 0.085, 0.135, 1.2])
    tip = np.array([min(upper - 0.012, lower - 0.060), lower + 0.055, 0.105, 1.45])
    back = np.array([lower - 0.095, lower + 0.050, 0.130, 0.9])
    raised = float(articulation["tip"])
    behind = (1 - raised) * float(articulation["back"])
    place = rest + raised * (tip - rest) + behind * (back - rest)
    return TonguePlace(*place.tolist())


def dental_place(lower: float, upper: float) -> TonguePlace:
    """Where the tip of the tongue is seen below the upper teeth, in front of the lower ones."""
    return TonguePlace(upper - 0.045, max(lower + 0.014, upper + 0.022), 0.090, 1.3)


def draw_tongue(color: Array, light: FaceLight, scale: float, detail: float = 1.0) -> Array:
    """(s, s, 4) float32 premultiplied: the tongue seen from the front, tip below.

    It is a mound with a groove along its middle and fine papillae; its top lies deep in the mouth.
    """
    side = max(24, round(_PIXELS_PER_FACE * scale))
    v, u = np.mgrid[0:side, 0:side].astype(np.float32)
    u, v = (SIDE * ((t + 0.5) / side - 0.5) for t in (u, v))
    # A rounded box: flatter on top than an ellipse.
    radius = (np.abs(u) ** 2.3 + np.abs(v) ** 2.6) ** (1 / 2.4)
    alpha = np.clip((1.04 - radius) / 0.09, 0, 1)
    depth = smoothstep((v + 1.0) / 1.7)  # 0 at the top, which is far back
    rng = np.random.default_rng(3)
    bumps = cv2.GaussianBlur(rng.normal(size=(side, side)).astype(np.float32), (0, 0), side / 90)
    coarse = cv2.GaussianBlur(rng.normal(size=(side, side)).astype(np.float32), (0, 0), side / 22)
    bumps = 0.035 * bumps / bumps.std() + 0.03 * coarse / coarse.std()
    groove = 0.20 * np.exp(-((u / 0.10) ** 2)) * (0.4 + 0.6 * smoothstep((0.75 - v) / 0.8))
    height = np.sqrt(np.clip(1 - 0.9 * radius**2, 0, 1))
    normal_x = 0.9 * u - 2.2 * groove * u
    normal_y = -0.55 + 0.95 * v  # its back faces up and its tip faces the viewer
    length = np.sqrt(normal_x**2 + normal_y**2 + height**2 + 0.15)
    facing = (
        normal_x * light.direction[0]
        + normal_y * light.direction[1]
        + np.sqrt(height**2 + 0.15) * light.direction[2]
    ) / length
    shade = light.ambient + (1 - light.ambient) * np.clip(facing, 0, 1) / max(
        float(light.direction[2]), 0.4
    )
    shade = shade * (0.30 + 0.70 * depth) * (1 + detail * (bumps - groove))
    gloss = 0.16 * detail * (1 - light.ambient) * np.clip(facing + 1.6 * bumps, 0, 1) ** 22
    rgb = color * shade[..., None] + (gloss * depth)[..., None] * light.color
    out = np.concatenate([rgb.clip(0, 1), np.ones_like(u)[..., None]], axis=-1)
    return np.asarray(out * alpha[..., None], dtype=np.float32)


def texture_matrix(side: int, place: TonguePlace, middle: float) -> Array:
    """(2, 3) affine from pixels of the texture to face widths; `middle` is the x of the midline."""
    half_height = max((place.bottom - place.top) / 2, 1e-3)
    step = SIDE / side
    half_x, half_y = place.half_width * step, half_height * step
    center_y = (place.top + place.bottom) / 2
    shift = (side - 1) / 2
    return np.array([[half_x, 0, middle - half_x * shift], [0, half_y, center_y - half_y * shift]])
