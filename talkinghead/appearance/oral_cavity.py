"""Draws the oral cavity for photos and puppets: dental arches, gums, tongue and palate.

For a photo, layers are drawn once in face widths and get the picture's blur and noise. For a
puppet, layers are drawn on its canvas in mouth widths, with sharp anti-aliased edges.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.colors import PhotoColors, PuppetColors, smooth_noise
from talkinghead.geometry.masks import smoothstep
from talkinghead.geometry.mouth import down_axis, mouth_width
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, MOUTH_LEFT, MOUTH_RIGHT
from talkinghead.types import Array

Ellipse = tuple[float, float, float, float]  # centre x, y and half axes

# ---- photo, in face widths around the centre of the closed lips

# Edges of the canvas.
CANVAS_LEFT, CANVAS_TOP, CANVAS_RIGHT, CANVAS_BOTTOM = -0.30, -0.16, 0.30, 0.26

# Half a dental arch from the midline, in front view: for each tooth its outer edge, how much
# shorter its free edge is than that of the first tooth, its length, and the share of light that
# reaches it. In face widths of about 140 mm (Ash and Nelson 2003, table 1-1, crowns, with the
# foreshortening of the arch).
_UPPER_ARCH: Final = (
    (0.060, 0.000, 0.076, 1.00),
    (0.104, 0.007, 0.066, 0.95),
    (0.143, 0.002, 0.072, 0.86),
    (0.173, 0.009, 0.062, 0.70),
    (0.197, 0.015, 0.055, 0.52),
    (0.217, 0.019, 0.050, 0.36),
)
_LOWER_ARCH: Final = (
    (0.037, 0.000, 0.062, 1.00),
    (0.076, 0.001, 0.062, 0.96),
    (0.114, 0.000, 0.066, 0.85),
    (0.146, 0.006, 0.056, 0.66),
    (0.173, 0.011, 0.050, 0.48),
)
UPPER_EDGE: Final = 0.017  # free edge of the upper teeth, below the closed lips
LOWER_EDGE: Final = 0.009  # free edge of the lower teeth, behind the upper ones
# The tongue lies behind the lower teeth and moves with the jaw.
_PHOTO_TONGUE: Final[Ellipse] = (0.0, 0.032, 0.118, 0.086)
_ENAMEL_BLUR: Final = 0.0028  # sigma; round enamel has no sharp edges, even in a large picture
_SUPERSAMPLING: Final = 3

# ---- puppet, in mouth widths, y down from the line where the lips meet

PUPPET_UPPER_EDGE: Final = 0.085  # free edge of the upper teeth
PUPPET_LOWER_EDGE: Final = -0.055  # free edge of the lower teeth
PUPPET_ARCH_HALF_WIDTH: Final = 0.40  # half the width of a row of teeth
PUPPET_ARCH_CURVE: Final = 0.045  # rise of the ends of a row above its middle
PUPPET_TOOTH_WIDTH: Final = 0.135  # of a front tooth; teeth get narrower towards the sides
# Of a closed mouth; it moves with the jaw.
_PUPPET_TONGUE: Final[Ellipse] = (0.0, 0.05, 0.27, 0.17)
_PUPPET_PALATE: Final[Ellipse] = (0.0, 0.22, 0.62, 0.55)


@dataclass(frozen=True)
class MouthCanvas:
    """Layers (h, w, 4) float32 RGBA in [0, 1], colour premultiplied by alpha."""

    upper: Array  # teeth and gum of the skull
    lower: Array  # teeth and gum of the jaw
    tongue: Array  # behind the lower teeth
    scale: float  # canvas pixels per face width

    def matrix(self) -> Array:
        """(2, 3) affine from canvas pixels to face widths."""
        step = 1 / self.scale
        return np.array([[step, 0, CANVAS_LEFT + step / 2], [0, step, CANVAS_TOP + step / 2]])


def draw_mouth_canvas(colors: PhotoColors, unit: float) -> MouthCanvas:
    """Draw the oral cavity for a photo whose face is `unit` pixels wide."""
    scale = float(np.clip(unit, 120, 720))
    shape = round((CANVAS_BOTTOM - CANVAS_TOP) * scale), round((CANVAS_RIGHT - CANVAS_LEFT) * scale)
    sigma = colors.softness * scale / unit
    noise = smooth_noise(shape, sigma)
    grain = noise / max(float(noise.std()), 1e-6) * colors.grain

    gum = 0.55 * colors.gum
    upper = _dental_arch(_UPPER_ARCH, UPPER_EDGE, -1, colors.teeth, gum, scale, shape)
    lower = _dental_arch(_LOWER_ARCH, LOWER_EDGE, 1, 0.80 * colors.teeth, 0.8 * gum, scale, shape)
    tongue = _tongue(colors.tongue, scale, shape)
    layers = []
    for layer in (upper, lower, tongue):
        soft = cv2.GaussianBlur(layer, (0, 0), max(sigma, 0.5, _ENAMEL_BLUR * scale))
        soft[..., :3] = np.clip(soft[..., :3] + grain[..., None] * soft[..., 3:], 0, 1)
        layers.append(soft)
    return MouthCanvas(layers[0], layers[1], layers[2], scale)


def _dental_arch(
    teeth: tuple[tuple[float, float, float, float], ...],
    edge: float,
    direction: int,
    color: Array,
    gum: Array,
    scale: float,
    shape: tuple[int, int],
) -> Array:
    """(h, w, 4) one row of teeth and its gum, which lies in `direction`: -1 above, 1 below."""
    height, width = shape[0] * _SUPERSAMPLING, shape[1] * _SUPERSAMPLING
    canvas = np.zeros((height, width, 4), dtype=np.float32)
    fine = scale * _SUPERSAMPLING

    def fill(points: Array, fill_color: Array) -> None:
        corners = np.round(((points - [CANVAS_LEFT, CANVAS_TOP]) * fine - 0.5) * 16).astype(
            np.int32
        )
        cv2.fillPoly(canvas, [corners], (*fill_color.tolist(), 1.0), cv2.LINE_AA, 4)

    t = np.linspace(-1, 1, 41)
    rim = edge + teeth[-1][1] * t**2
    free = np.stack([t * teeth[-1][0], rim + direction * 0.04], axis=1)
    root = np.stack([t * teeth[-1][0], rim + direction * 0.16], axis=1)[::-1]
    fill(np.concatenate([free, root]), gum)
    for side in (-1, 1):
        inner = 0.0
        for outer, short, length, light in teeth:
            place = side, inner, outer, edge + direction * short, direction * length
            # Between two teeth the arch behind them is visible, in shadow.
            fill(_crown(*place, grow=0.0015), 0.62 * light * color)
            fill(_crown(*place, grow=-0.0012), light * color)
            inner = outer
    y = (np.arange(height) + 0.5) / fine + CANVAS_TOP
    # Enamel thins towards the free edge and darkens towards the gum.
    along = np.clip((y - edge) * direction / 0.07, 0, 1)
    tone = 0.90 + 0.10 * np.sin(np.pi * np.clip(along + 0.15, 0, 1)) - 0.16 * along**2
    canvas[..., :3] *= tone[:, None, None].astype(np.float32)
    return np.asarray(cv2.resize(canvas, shape[::-1], interpolation=cv2.INTER_AREA))


def _crown(side: int, inner: float, outer: float, edge: float, length: float, grow: float) -> Array:
    """(n, 2) outline of a crown: straight sides, rounded free edge, narrower at the gum."""
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


def _tongue(color: Array, scale: float, shape: tuple[int, int]) -> Array:
    """(h, w, 4) the tongue: a soft mound with a median groove, darker towards the throat."""
    x = (np.arange(shape[1]) + 0.5) / scale + CANVAS_LEFT
    y = (np.arange(shape[0])[:, None] + 0.5) / scale + CANVAS_TOP
    _, cy, half_x, half_y = _PHOTO_TONGUE
    alpha = np.clip((1.06 - _radius(x, y, _PHOTO_TONGUE)) / 0.16, 0, 1)
    # The top of the tongue lies deep in the mouth, its front is lit.
    light = 0.40 + 0.60 * smoothstep((y - cy + half_y) / (1.5 * half_y))
    light = (light - _groove(x, 0.012) - 0.22 * np.clip(np.abs(x) / half_x, 0, 1) ** 2).clip(0.1)
    out = np.empty((*shape, 4), dtype=np.float32)
    out[..., :3] = color * light[..., None] * alpha[..., None]
    out[..., 3] = alpha
    return out


def draw_mouth_layers(
    closed: Array, colors: PuppetColors, size: tuple[int, int]
) -> dict[str, Array]:
    """Draw a puppet's layers mouth, jaw and teeth: (h, w, 4) uint8 straight RGBA.

    Takes the landmarks (68, 2) of the face with its mouth closed, where the layers are drawn, and
    the `size` (width, height) of the canvas.
    """
    unit = float(mouth_width(closed))
    center = closed[[*INNER_UPPER, *INNER_LOWER]].mean(axis=0)
    below = down_axis(closed)
    along = closed[MOUTH_RIGHT] - closed[MOUTH_LEFT]
    if along @ (below[1], -below[0]) < 0:  # an upside-down face: take the other direction
        below = -below
    across = np.array([below[1], -below[0]])

    reach = np.ceil(0.95 * unit).astype(int)
    low = np.maximum(np.floor(center - reach), 0).astype(int)
    high = np.minimum(np.ceil(center + reach) + 1, size).astype(int)
    out = {role: np.zeros((size[1], size[0], 4), np.uint8) for role in ("mouth", "jaw", "teeth")}
    if (high <= low).any():
        return out
    columns, rows = np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1]))
    offsets = np.stack([columns, rows], axis=-1) - center
    x, y = offsets @ across / unit, offsets @ below / unit
    soft = 1.2 / unit  # width of an anti-aliased edge: slightly more than a pixel
    layers = {
        "mouth": _palate(x, y, soft, colors),
        "jaw": _jaw(x, y, soft, colors),
        "teeth": _tooth_row(x, y, soft, colors, PUPPET_UPPER_EDGE, -1),
    }
    for role, layer in layers.items():
        levels = np.rint(np.clip(layer, 0, 1) * 255).astype(np.uint8)
        out[role][low[1] : high[1], low[0] : high[0]] = levels
    return out


def _palate(x: Array, y: Array, soft: float, colors: PuppetColors) -> Array:
    """(h, w, 4) the dark cavity; some light reaches the inner cheeks and the floor."""
    radius = _radius(x, y, _PUPPET_PALATE)
    shade = 0.7 + 0.75 * smoothstep(radius) ** 2
    return _layer(colors.cavity, shade, _coverage((1 - radius) * _PUPPET_PALATE[3], soft))


def _jaw(x: Array, y: Array, soft: float, colors: PuppetColors) -> Array:
    """(h, w, 4) the lower teeth in front of the tongue."""
    _, cy, half_x, half_y = _PUPPET_TONGUE
    groove = _groove(x, 0.022) * smoothstep((y - cy + half_y) / half_y * 2)
    light = 0.78 + 0.30 * smoothstep((cy - y) / half_y) - 0.25 * smoothstep(np.abs(x) / half_x)
    light -= groove
    tongue = _layer(
        colors.tongue, light, _coverage((1 - _radius(x, y, _PUPPET_TONGUE)) * half_y, soft)
    )
    teeth = _tooth_row(0.9 * x, y, soft, colors, PUPPET_LOWER_EDGE, 1)
    teeth[..., :3] *= 0.86
    share = teeth[..., 3:]
    under = tongue[..., 3:] * (1 - share)
    alpha = share + under
    color = (teeth[..., :3] * share + tongue[..., :3] * under) / np.maximum(alpha, 1e-6)
    return np.concatenate([color, alpha], axis=-1)


def _tooth_row(
    x: Array, y: Array, soft: float, colors: PuppetColors, edge: float, direction: int
) -> Array:
    """(h, w, 4) one row of teeth, whose gum lies in `direction`: -1 above, 1 below."""
    far = np.clip(np.abs(x) / PUPPET_ARCH_HALF_WIDTH, 0, 1)
    rim = edge - PUPPET_ARCH_CURVE * far**2
    # The free edge of each tooth is rounded: the rim recedes slightly between two teeth.
    wide = PUPPET_TOOTH_WIDTH if direction < 0 else 0.75 * PUPPET_TOOTH_WIDTH
    place = np.abs(x) / wide * (1 + 0.35 * far)  # teeth look narrower where the arch turns away
    middle = np.abs(place - np.floor(place) - 0.5) * 2
    rim = rim + direction * 0.016 * middle**4
    inside = (y - rim) * direction
    height = 0.30 - 0.10 * far**2
    alpha = _coverage(np.minimum(inside, height - inside), soft) * _coverage(
        PUPPET_ARCH_HALF_WIDTH - np.abs(x), soft
    )
    seam = 1 - 0.16 * np.clip((middle - 0.86) / 0.14, 0, 1)
    tone = (1 - 0.45 * far**2.2) * (0.94 + 0.06 * smoothstep(inside / 0.05)) * seam
    return _layer(colors.teeth, tone, alpha)


def _radius(x: Array, y: Array, ellipse: Ellipse) -> Array:
    """Normalised distance from the centre of an ellipse: 1 on its outline."""
    cx, cy, half_x, half_y = ellipse
    return np.asarray(np.hypot((x - cx) / half_x, (y - cy) / half_y))


def _groove(x: Array, breadth: float) -> Array:
    """The amount by which a tongue is darker at its median groove."""
    return np.asarray(0.16 * np.exp(-((x / breadth) ** 2)))


def _coverage(distance: Array, soft: float) -> Array:
    """Coverage of pixels by a shape, from the signed distance to its outline (positive inside)."""
    return np.asarray(np.clip(distance / soft + 0.5, 0, 1))


def _layer(color: Array, shade: Array, alpha: Array) -> Array:
    return np.dstack([color * shade[..., None], alpha])
