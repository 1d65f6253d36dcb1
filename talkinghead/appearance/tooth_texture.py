"""Draws a row of teeth with its gum as a texture, lit and shaded, in front view.

The texture is drawn once per portrait; `mouth_interior` projects it along the arch in each frame.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.dentition import MILLIMETRE, Arch
from talkinghead.appearance.face_light import FaceLight
from talkinghead.media.image import LUMA
from talkinghead.types import Array

# Face widths around the midline and the line of the closed lips.
HALF_WIDTH: Final = 0.21
TOP, BOTTOM = -0.14, 0.14

# Luma of teeth by distance from the midline, relative to that of the central incisors. Filmed and
# still mouths: 0.97 at 0.05, 0.91 at 0.09, 0.85 at 0.13, 0.77 at 0.17; beyond, teeth that are too
# dark to be recognised are missing from the figures, and the curve goes on falling.
_LIGHT_AT: Final = (0.0, 0.05, 0.09, 0.13, 0.16, 0.18, 0.195)
_LIGHT: Final = (1.0, 0.97, 0.90, 0.80, 0.64, 0.46, 0.30)

_PAPILLA: Final = 0.42  # share of a crown's length that the gum covers between two teeth
_WARM: Final = (0.96, 0.92, 0.80)  # factors of the colour of a canine's neck
_COOL: Final = (0.93, 0.96, 0.99)  # of a translucent free edge
_FULL_CHROMA: Final = 0.02  # mean absolute chroma of the gum in a picture in full colour
_NO_GUM: Final = 20.0  # millimetres from the edge of flat teeth to a gum, which is out of sight
_UNEVEN: Final = 0.22  # millimetres by which free edges differ from a perfect row


@dataclass(frozen=True)
class ToothTexture:
    """A row of teeth as (h, w, 4) float32 RGBA in [0, 1], premultiplied, in front view."""

    pixels: Array
    scale: float  # pixels per face width

    def matrix(self) -> Array:
        """(2, 3) affine from face widths to pixels of the texture."""
        shift = np.array([HALF_WIDTH, -TOP]) * self.scale - 0.5
        return np.column_stack([np.eye(2) * self.scale, shift])


def texture_coordinates(scale: float, supersampling: int = 1) -> tuple[Array, Array]:
    """x (w,) and y (h, 1) float32 in face widths of the pixels of a texture."""
    width, height = round(2 * HALF_WIDTH * scale), round((BOTTOM - TOP) * scale)
    fine = supersampling * scale
    x = (np.arange(width * supersampling) + 0.5) / fine - HALF_WIDTH
    y = (np.arange(height * supersampling) + 0.5) / fine + TOP
    return x.astype(np.float32), y.astype(np.float32)[:, None]


def draw_teeth(
    arch: Arch, teeth: Array, gum: Array, light: FaceLight, scale: float, detail: float = 1.0
) -> ToothTexture:
    """Draw an arch in the colours (3,) of its teeth and gum, at `scale` pixels per face width.

    `detail` in [0, 1] is the contrast between single teeth: 0 for a flat drawing, whose teeth are
    one shape without gum.
    """
    # Large textures are blurred by more than a pixel: their edges need no supersampling.
    fine = 3 if scale < 300 else 2 if scale < 600 else 1
    teeth, gum = teeth.astype(np.float32), gum.astype(np.float32)
    x, y = texture_coordinates(scale, fine)
    index, across = arch.crown_coordinates(x)
    off = x - np.float32(arch.middle)
    row = _Row(arch, index, across.astype(np.float32), off, detail)

    # Distance from the free edge towards the gum, in millimetres and in lengths of the crown.
    inside = arch.direction * (y - arch.edge) / MILLIMETRE - row.free_edge
    along = inside / row.length
    is_gum = inside > row.gum_line
    present = (np.abs(off) < arch.reach) & (row.across < 1) & (inside > 0)
    # The gum ends where lip and cheek begin, far from the teeth.
    present &= inside < row.gum_line + 12

    shade = _shade(arch, row, x, along, light, detail)
    vivid = min(1.0, float(np.abs(gum - gum @ LUMA).mean()) / _FULL_CHROMA)
    color = teeth * _enamel_tint(row, along, inside, vivid)
    tooth = color * (shade.diffuse * row.gaps(inside, detail))[..., None]
    tooth += shade.highlight[..., None] * light.color.astype(np.float32)
    above = np.clip((inside - row.gum_line) / 9, 0, 1)
    ridge = 0.88 + 0.12 * np.exp(-(((inside - row.gum_line - 1.0) / 1.1) ** 2))
    soft = (1 - 0.5 * above) * ridge * (1 - 0.12 * row.across**4) * row.light
    pixels = np.where(is_gum[..., None], gum * soft[..., None], tooth)
    # The edge of the gum throws a thin shadow on the crown.
    rim = 1 - 0.30 * detail * np.exp(-(((row.gum_line - inside) / 0.35).clip(0) ** 2))
    pixels = np.where(is_gum[..., None], pixels, pixels * rim[..., None])
    out = np.concatenate([pixels.clip(0, 1), np.ones_like(inside)[..., None]], axis=-1)
    out = (out * present[..., None]).astype(np.float32)
    return ToothTexture(
        cv2.resize(out, (x.size // fine, y.size // fine), interpolation=cv2.INTER_AREA), scale
    )


class _Row:
    """Properties of the crown in each column of the texture, in millimetres."""

    def __init__(self, arch: Arch, index: Array, across: Array, off: Array, detail: float) -> None:
        crowns = arch.crowns
        self.across = across
        number = index + np.where(off < 0, 0, len(crowns))
        rng = np.random.default_rng(len(crowns) * (2 + arch.direction))
        uneven = rng.normal(size=(2, 2 * len(crowns))) * _UNEVEN

        def of(values: list[float]) -> Array:
            return np.asarray(values, dtype=np.float32)[index]

        self.half = arch.breadth * of([crown.width / 2 for crown in crowns])
        self.length = of([crown.length for crown in crowns])
        self.warmth = of([crown.warmth for crown in crowns])
        self.tone = 1 + 0.12 * uneven[1].astype(np.float32)[number]
        mesial, distal = (of([crown.corners[end] for crown in crowns]) for end in (0, 1))
        cusp = of([crown.cusp for crown in crowns])
        u = np.clip(np.abs(across), 0, 1)
        corner = np.where(across < 0, mesial, distal)
        rounded = corner * np.clip((u - 0.55) / 0.45, 0, 1) ** 2.2
        pointed = cusp * (np.sqrt(u**2 + 0.02) - 0.14)
        tilt = 0.8 * uneven[1].astype(np.float32)[number] * across
        short = of([crown.short for crown in crowns])
        short = short + uneven[0].astype(np.float32)[number] + tilt
        self.free_edge = np.float32(detail) * (short + rounded + pointed)
        gum = short + self.length * (1 - _PAPILLA * u**2.4) + _NO_GUM * (1 - detail)
        # Neighbours of different length share one papilla.
        window = max(3, round(0.8 * len(u) * MILLIMETRE / (2 * HALF_WIDTH)) | 1)
        padded = np.pad(gum, window // 2, mode="edge")
        self.gum_line = np.convolve(padded, np.ones(window) / window, mode="valid") - self.free_edge
        self.light = np.ones_like(u)

    def gaps(self, inside: Array, detail: float) -> Array:
        """(h, w) factors of the light between neighbouring teeth: contacts and embrasures."""
        distance = (1 - np.abs(self.across)) * self.half
        # Teeth touch at a third of their length; towards the free edge they part.
        breadth = 0.26 + 0.30 * np.exp(-inside / 1.3)
        return np.asarray(1 - 0.68 * detail * np.exp(-((distance / breadth) ** 2)))


@dataclass(frozen=True)
class _Shading:
    diffuse: Array  # (h, w) factors
    highlight: Array  # (h, w) added


def _shade(
    arch: Arch, row: _Row, x: Array, along: Array, light: FaceLight, detail: float
) -> _Shading:
    """Lambert shading of round enamel, and the highlights of its wet surface (Blinn 1977)."""
    row.light = np.interp(np.abs(x), _LIGHT_AT, _LIGHT).astype(np.float32)
    bulge = 0.62 * np.sign(row.across) * np.abs(row.across) ** 2.4 * np.sign(x - arch.middle + 1e-9)
    # The row itself is curved far more than its light varies: cheeks and lips light its sides.
    turn = 0.45 * arch.turn(x) + detail * bulge
    lean = arch.direction * (0.55 * (along - 0.42) * detail - 0.06)
    side, front = (function(turn).astype(np.float32) for function in (np.sin, np.cos))
    length = 1 / np.sqrt(1 + lean**2)

    def towards(axis: Array) -> Array:
        """(h, w) cosine of the angle between the surface's normal and an axis (3,)."""
        right, down, out = axis.astype(np.float32)
        return np.asarray((right * side + out * front + down * lean) * length)

    direct = np.clip(towards(light.direction), 0, None) / max(float(light.direction[2]), 0.3)
    diffuse = light.ambient + (1 - light.ambient) * direct
    half = light.direction + np.array([0.0, 0.0, 1.0])
    half = half / np.linalg.norm(half)
    gloss = np.exp(90 * np.log(np.clip(towards(half), 1e-3, 1)))
    # A wet, slightly wavy surface breaks its highlight up along the crown.
    highlight = 0.30 * (1 - light.ambient) * detail * gloss * row.light
    return _Shading(
        (diffuse.clip(0.25, 1.18) * row.light * row.tone).astype(np.float32),
        highlight.astype(np.float32),
    )


def _enamel_tint(row: _Row, along: Array, inside: Array, vivid: float) -> Array:
    """(h, w, 3) factors of the colour of teeth: warmer at the neck, cool at the free edge.

    `vivid` in [0, 1] is the share of the picture's colours: a grey picture has grey teeth.
    """
    warm = np.clip(0.5 * along**2 + 0.45 * row.warmth, 0, 1)[..., None]
    cool = np.exp(-((inside / 1.1) ** 2))[..., None] * (1 - row.warmth)[:, None]
    warmer, cooler = (_tinted(np.array(factors, np.float32), vivid) for factors in (_WARM, _COOL))
    tint = 1 - warm * (1 - warmer) - cool * (1 - cooler)
    return np.asarray(tint, dtype=np.float32)


def _tinted(factors: Array, vivid: float) -> Array:
    """(3,) factors of a colour with a share `vivid` of their own chroma."""
    grey = np.float32(factors @ LUMA)
    return np.asarray(grey + np.float32(vivid) * (factors - grey))
