"""Paint what is inside a mouth: the dark, a tongue and lower teeth on the jaw, upper teeth."""

from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.mouth import down, width
from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, MOUTH_LEFT, MOUTH_RIGHT
from talkinghead.puppet.tints import Tints
from talkinghead.types import Array

# Lengths are in widths of the mouth, y down from where the lips meet.
EDGE: Final = 0.085  # the upper teeth end this far below the lips' line
ARCH: Final = 0.40  # half the width of a row of teeth
SMILE: Final = 0.045  # a row's ends stand this much higher than its middle
TOOTH: Final = 0.135  # width of a front tooth; they narrow to the sides
LOWER: Final = -0.055  # where the lower teeth begin
TONGUE: Final = (0.0, 0.05, 0.27, 0.17)  # centre and half axes, in the jaw's place when shut
_CAVITY: Final = (0.0, 0.22, 0.62, 0.55)


def mouth_layers(closed: Array, colours: Tints, size: tuple[int, int]) -> dict[str, Array]:
    """Layers mouth, jaw and teeth, each (h, w, 4) uint8 straight RGBA on a canvas (width, height).

    `closed` (68, 2) is the face with its mouth shut, in whose place everything is painted.
    """
    unit = float(width(closed))
    centre = closed[[*INNER_UPPER, *INNER_LOWER]].mean(axis=0)
    below = down(closed)
    along = closed[MOUTH_RIGHT] - closed[MOUTH_LEFT]
    if along @ (below[1], -below[0]) < 0:  # a face on its head: the page decides what is down
        below = -below
    across = np.array([below[1], -below[0]])

    reach = np.ceil(0.95 * unit).astype(int)
    low = np.maximum(np.floor(centre - reach), 0).astype(int)
    high = np.minimum(np.ceil(centre + reach) + 1, size).astype(int)
    out = {role: np.zeros((size[1], size[0], 4), np.uint8) for role in ("mouth", "jaw", "teeth")}
    if (high <= low).any():
        return out
    columns, rows = np.meshgrid(np.arange(low[0], high[0]), np.arange(low[1], high[1]))
    away = np.stack([columns, rows], axis=-1) - centre
    x, y = away @ across / unit, away @ below / unit
    soft = 1.2 / unit  # a pixel and a little, for edges
    painted = {
        "mouth": _cavity(x, y, soft, colours),
        "jaw": _jaw(x, y, soft, colours),
        "teeth": _row(x, y, soft, colours, EDGE, -1),
    }
    for role, layer in painted.items():
        part = np.rint(np.clip(layer, 0, 1) * 255).astype(np.uint8)
        out[role][low[1] : high[1], low[0] : high[0]] = part
    return out


def _edge(distance: Array, soft: float) -> Array:
    """Coverage of a shape from the signed distance into it."""
    return np.asarray(np.clip(distance / soft + 0.5, 0, 1))


def _layer(colour: Array, shade: Array, alpha: Array) -> Array:
    return np.dstack([colour * shade[..., None], alpha])


def _cavity(x: Array, y: Array, soft: float, colours: Tints) -> Array:
    """The dark; a little light comes as far as the cheeks' inner sides and the floor."""
    cx, cy, half_x, half_y = _CAVITY
    radius = np.hypot((x - cx) / half_x, (y - cy) / half_y)
    shade = 0.7 + 0.75 * smoothstep(radius) ** 2
    return _layer(colours.cavity, shade, _edge((1 - radius) * half_y, soft))


def _jaw(x: Array, y: Array, soft: float, colours: Tints) -> Array:
    """Lower teeth before a tongue, which rises behind them."""
    cx, cy, half_x, half_y = TONGUE
    radius = np.hypot((x - cx) / half_x, (y - cy) / half_y)
    groove = 0.16 * np.exp(-((x / 0.022) ** 2)) * smoothstep((y - cy + half_y) / half_y * 2)
    light = 0.78 + 0.30 * smoothstep((cy - y) / half_y) - 0.25 * smoothstep(np.abs(x) / half_x)
    light -= groove
    tongue = _layer(colours.tongue, light, _edge((1 - radius) * half_y, soft))
    teeth = _row(0.9 * x, y, soft, colours, LOWER, 1)
    teeth[..., :3] *= 0.86
    share = teeth[..., 3:]
    under = tongue[..., 3:] * (1 - share)
    alpha = share + under
    colour = (teeth[..., :3] * share + tongue[..., :3] * under) / np.maximum(alpha, 1e-6)
    return np.concatenate([colour, alpha], axis=-1)


def _row(x: Array, y: Array, soft: float, colours: Tints, edge: float, way: int) -> Array:
    """A row of teeth; `way` is where its gum lies: -1 above, 1 below."""
    far = np.clip(np.abs(x) / ARCH, 0, 1)
    rim = edge - SMILE * far**2
    # Each tooth's free edge is rounded: the rim retreats a little between two of them.
    wide = TOOTH if way < 0 else 0.75 * TOOTH
    place = np.abs(x) / wide * (1 + 0.35 * far)  # the arch turns away: teeth look narrower
    middle = np.abs(place - np.floor(place) - 0.5) * 2
    rim = rim + way * 0.016 * middle**4
    inside = (y - rim) * way
    height = 0.30 - 0.10 * far**2
    alpha = _edge(np.minimum(inside, height - inside), soft) * _edge(ARCH - np.abs(x), soft)
    seam = 1 - 0.16 * np.clip((middle - 0.86) / 0.14, 0, 1)
    tone = (1 - 0.45 * far**2.2) * (0.94 + 0.06 * smoothstep(inside / 0.05)) * seam
    return _layer(colours.teeth, tone, alpha)


def softened(layer: Array, sigma: float) -> Array:
    """A straight RGBA layer (h, w, 4) uint8 as blurred as the picture it is laid on."""
    alpha = layer[..., 3:].astype(np.float32) / 255
    both = np.concatenate([layer[..., :3] * alpha, alpha * 255], axis=-1)
    soft = cv2.GaussianBlur(both, (0, 0), sigma)
    out = np.empty_like(layer)
    share = np.maximum(soft[..., 3:] / 255, 1e-6)
    out[..., :3] = np.rint(np.clip(soft[..., :3] / share, 0, 255))
    out[..., 3] = np.rint(soft[..., 3])
    return out
