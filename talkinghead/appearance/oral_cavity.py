"""Draws the oral cavity of puppets: teeth, tongue and palate, with sharp anti-aliased edges.

`mouth_interior` renders that of photos.
"""

from typing import Final

import numpy as np

from talkinghead.appearance.colors import PuppetColors
from talkinghead.geometry.masks import smoothstep
from talkinghead.geometry.mouth import down_axis, mouth_width
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, MOUTH_LEFT, MOUTH_RIGHT
from talkinghead.types import Array

Ellipse = tuple[float, float, float, float]  # centre x, y and half axes

# In mouth widths, y down from the line where the lips meet.

PUPPET_UPPER_EDGE: Final = 0.085  # free edge of the upper teeth
PUPPET_LOWER_EDGE: Final = -0.055  # free edge of the lower teeth
PUPPET_ARCH_HALF_WIDTH: Final = 0.40  # half the width of a row of teeth
PUPPET_ARCH_CURVE: Final = 0.045  # rise of the ends of a row above its middle
PUPPET_TOOTH_WIDTH: Final = 0.135  # of a front tooth; teeth get narrower towards the sides
# Of a closed mouth; it moves with the jaw.
_PUPPET_TONGUE: Final[Ellipse] = (0.0, 0.05, 0.27, 0.17)
_PUPPET_PALATE: Final[Ellipse] = (0.0, 0.22, 0.62, 0.55)


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
