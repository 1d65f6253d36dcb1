"""Teeth, gums and tongue, painted once a portrait on a canvas in face widths."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.render.palette import Palette
from talkinghead.types import Array

# The canvas spans these face widths around the closed lips' centre.
LEFT, TOP, RIGHT, BOTTOM = -0.30, -0.16, 0.30, 0.26

# Half an arch from the middle, seen from the front: outer edge of each tooth, how far its
# free edge falls short of the first one's, its length, and how much light reaches it. In face
# widths of about 140 mm (Ash and Nelson 2003, table 1-1, crowns; the arch foreshortens the rest).
_UPPER: Final = (
    (0.060, 0.000, 0.076, 1.00),
    (0.104, 0.007, 0.066, 0.95),
    (0.143, 0.002, 0.072, 0.86),
    (0.173, 0.009, 0.062, 0.70),
    (0.197, 0.015, 0.055, 0.52),
    (0.217, 0.019, 0.050, 0.36),
)
_LOWER: Final = (
    (0.037, 0.000, 0.062, 1.00),
    (0.076, 0.001, 0.062, 0.96),
    (0.114, 0.000, 0.066, 0.85),
    (0.146, 0.006, 0.056, 0.66),
    (0.173, 0.011, 0.050, 0.48),
)
UPPER_EDGE: Final = 0.017  # the upper teeth end this far below the closed lips
LOWER_EDGE: Final = 0.009  # and the lower ones begin this far below, behind the upper
# Centre and half axes, moving with the jaw: it rises behind the lower teeth, or an open mouth
# would be a flat dark hole.
_TONGUE: Final = (0.0, 0.032, 0.118, 0.086)
_ROUND: Final = 0.0028  # face widths: enamel is round, and has no sharp edge in a large picture
_SUPER: Final = 3  # drawn this much larger, then averaged


@dataclass(frozen=True)
class Canvas:
    """Layers (h, w, 4) float32 RGBA in [0, 1], colour premultiplied by alpha."""

    upper: Array  # teeth and gum of the skull
    lower: Array  # and of the jaw
    tongue: Array  # of the jaw, behind its teeth
    scale: float  # canvas pixels per face width

    def matrix(self) -> Array:
        """(2, 3) canvas pixels to face widths."""
        step = 1 / self.scale
        return np.array([[step, 0, LEFT + step / 2], [0, step, TOP + step / 2]])


def paint(colours: Palette, unit: float) -> Canvas:
    """The inside of a mouth for a face `unit` pixels wide."""
    scale = float(np.clip(unit, 120, 720))
    width, height = round((RIGHT - LEFT) * scale), round((BOTTOM - TOP) * scale)
    sigma = colours.softness * scale / unit
    grain = _grain((height, width), colours.grain, sigma)

    gum = 0.55 * colours.gum
    upper = _arch(_UPPER, UPPER_EDGE, -1, colours.teeth, gum, scale, (height, width))
    lower = _arch(_LOWER, LOWER_EDGE, 1, 0.80 * colours.teeth, 0.8 * gum, scale, (height, width))
    tongue = _tongue(colours.tongue, scale, (height, width))
    layers = []
    for layer in (upper, lower, tongue):
        soft = cv2.GaussianBlur(layer, (0, 0), max(sigma, 0.5, _ROUND * scale))
        soft[..., :3] = np.clip(soft[..., :3] + grain[..., None] * soft[..., 3:], 0, 1)
        layers.append(soft)
    return Canvas(layers[0], layers[1], layers[2], scale)


def _arch(
    teeth: tuple[tuple[float, float, float, float], ...],
    edge: float,
    way: int,
    colour: Array,
    gum: Array,
    scale: float,
    shape: tuple[int, int],
) -> Array:
    """One row of teeth under gum; `way` is where the gum lies: -1 above, 1 below."""
    height, width = shape[0] * _SUPER, shape[1] * _SUPER
    paper = np.zeros((height, width, 4), dtype=np.float32)
    fine = scale * _SUPER

    def place(points: Array) -> Array:
        return np.round(((points - [LEFT, TOP]) * fine - 0.5) * 16).astype(np.int32)

    reach = teeth[-1][0]
    arch = np.linspace(-1, 1, 41)
    rim = edge + teeth[-1][1] * arch**2
    near = np.stack([arch * reach, rim + way * 0.04], axis=1)
    far = np.stack([arch * reach, rim + way * 0.16], axis=1)[::-1]
    outline = place(np.concatenate([near, far]))
    cv2.fillPoly(paper, [outline], (*gum.tolist(), 1.0), cv2.LINE_AA, 4)

    for side in (-1, 1):
        inner = 0.0
        for outer, short, length, light in teeth:
            crown = _crown(side, inner, outer, edge + way * short, way * length)
            # The gap between two teeth is the arch behind them in shadow.
            seam = _crown(side, inner, outer, edge + way * short, way * length, grow=0.0015)
            shadow = (0.62 * light * colour).tolist()
            cv2.fillPoly(paper, [place(seam)], (*shadow, 1.0), cv2.LINE_AA, 4)
            cv2.fillPoly(paper, [place(crown)], (*(light * colour).tolist(), 1.0), cv2.LINE_AA, 4)
            inner = outer
    y = (np.arange(height) + 0.5) / fine + TOP
    # Enamel thins towards the free edge and darkens towards the gum.
    along = np.clip((y - edge) * way / 0.07, 0, 1)
    tone = 0.90 + 0.10 * np.sin(np.pi * np.clip(along + 0.15, 0, 1)) - 0.16 * along**2
    paper[..., :3] *= tone[:, None, None].astype(np.float32)
    small: Array = cv2.resize(paper, shape[::-1], interpolation=cv2.INTER_AREA)
    return small


def _crown(
    side: int, inner: float, outer: float, edge: float, length: float, grow: float = -0.0012
) -> Array:
    """Outline of one tooth: straight sides, rounded free edge, narrower at the gum."""
    t = np.linspace(0, np.pi, 13)
    middle, half = (inner + outer) / 2, (outer - inner) / 2 + grow
    corner = 0.28 * half * np.sign(length)
    square = np.sign(np.cos(t)) * np.abs(np.cos(t)) ** 0.45
    edge_x = middle + half * square
    edge_y = edge + corner - corner * np.sin(t) ** 0.5 - grow * np.sign(length)
    neck = np.array([[middle - 0.80 * half, edge + length], [middle + 0.80 * half, edge + length]])
    bow = np.array([[middle, edge + length * 1.06]])
    outline = np.concatenate([np.stack([edge_x, edge_y], axis=1), neck[:1], bow, neck[1:]])
    outline[:, 0] *= side
    return outline


def _tongue(colour: Array, scale: float, shape: tuple[int, int]) -> Array:
    """A soft mound with a groove, darker where it goes back into the mouth."""
    x = (np.arange(shape[1]) + 0.5) / scale + LEFT
    y = (np.arange(shape[0])[:, None] + 0.5) / scale + TOP
    cx, cy, half_x, half_y = _TONGUE
    radius = np.hypot((x - cx) / half_x, (y - cy) / half_y)
    alpha = np.clip((1.06 - radius) / 0.16, 0, 1)
    # Its top lies deep in the mouth, its front near the light.
    light = 0.40 + 0.60 * smoothstep((y - cy + half_y) / (1.5 * half_y))
    light = (
        light - 0.16 * np.exp(-((x / 0.012) ** 2)) - 0.22 * np.clip(np.abs(x) / half_x, 0, 1) ** 2
    ).clip(0.1)
    out = np.empty((*shape, 4), dtype=np.float32)
    out[..., :3] = colour * light[..., None] * alpha[..., None]
    out[..., 3] = alpha
    return out


def _grain(shape: tuple[int, int], level: float, sigma: float) -> Array:
    """The picture's own noise level, always the same noise."""
    noise = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), max(sigma, 0.5))
    return np.asarray(soft / max(float(soft.std()), 1e-6) * level)
