"""Renders the inside of a photo's mouth: a dental arch on the skull, another on the jaw, a tongue.

The arches are curved surfaces that turn with the head; teeth that the picture shows take the place
of drawn ones. Light enters between the lips, from the side from which it falls on the face.
"""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np

from talkinghead.appearance.arch_projection import Movement, project_teeth
from talkinghead.appearance.colors import PhotoColors, smooth_noise
from talkinghead.appearance.dentition import LOWER_ARCH, UPPER_ARCH, Arch
from talkinghead.appearance.face_light import estimate_light
from talkinghead.appearance.own_teeth import continue_teeth, fit_contacts, fit_edge
from talkinghead.appearance.source_mouth import SourceTeeth, extract_source_mouth
from talkinghead.appearance.tongue import dental_place, draw_tongue, texture_matrix, tongue_place
from talkinghead.appearance.tooth_texture import ToothTexture, draw_teeth, texture_coordinates
from talkinghead.geometry.align import (
    affine_scale,
    apply_affine,
    compose_affine,
    face_frame,
    translation,
)
from talkinghead.geometry.masks import smoothstep
from talkinghead.geometry.mesh import Roi
from talkinghead.geometry.mouth import close_mouth, face_width
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER
from talkinghead.media.image import LUMA
from talkinghead.types import ARTICULATIONS, Array

# Displacement of the lower teeth relative to that of the lower lip, which also bares them. With it
# lower teeth are seen in 0.25 of 159 widely open frames; in the filmed ones, in 0.19.
JAW_SHARE: Final = 0.69
_AMBIENT: Final = 0.30  # light deep in the mouth; with more, a narrow opening looks closed
# Teeth stand at the front of the mouth: share of the missing light that reaches them all the same.
# Filmed ones are lighter than the inside of the mouth around them.
_FRONT_LIGHT: Final = 0.25
_REST: Final = np.zeros(len(ARTICULATIONS))
_UNMOVED: Final = 0.02  # jaw motion in face widths at which the picture's own mouth has faded out
_SCALES: Final = (160.0, 1400.0)  # least and largest pixels per face width of the textures
_FINER: Final = 1.25  # pixels of the textures per pixel of the portrait
_RESAMPLING_BLUR: Final = 0.6  # sigma in pixels of linear interpolation
_ENAMEL_BLUR: Final = 0.0012  # sigma; round enamel has no sharp edges, even in a large picture
_SEEN: Final = 0.002  # least share of the mouth in a pixel that is rendered
_MASK_SCALE: Final = 140.0  # pixels per face width at which the light between the lips is computed
_LARGEST_TILT: Final = 0.6  # sine of the head's rotation, beyond which depth has no more effect


class MouthInterior:
    """The inside of the mouth of a portrait."""

    def __init__(self, image: Array, landmarks: Array, colors: PhotoColors) -> None:
        """Take an (h, w, 3) uint8 picture and its landmarks (68, 3) in pixels.

        Teeth visible in the picture replace drawn ones and move with the skull or the jaw. The
        rest of an open mouth in the picture is shown only while the jaw has not moved.
        """
        base = np.asarray(landmarks, dtype=np.float64)
        self._unit = unit = float(face_width(base))
        self._rotation = rotation = face_frame(base).rotation
        closed = close_mouth(base)
        center = closed[[*INNER_UPPER, *INNER_LOWER], :2].mean(axis=0)
        self._to_picture = np.column_stack([unit * rotation[:2, :2], center])

        self._into_face = np.linalg.inv(self._to_picture[:, :2])

        self._source = source = extract_source_mouth(image, base)
        if source is not None and source.teeth is not None:
            colors = replace(colors, teeth=source.teeth.astype(np.float32))
        self._colors = colors
        white = min(1.0, 1.25 * float(colors.teeth @ LUMA))
        self._light = light = estimate_light(image, base, white)
        # If the mouth is open in the picture, the jaw is already lowered.
        lowered = JAW_SHARE * (base - closed)[INNER_LOWER, :2].mean(axis=0)
        self._lowered = self._into_face @ lowered

        scale = float(np.clip(_FINER * unit, *_SCALES))
        finish = _Finish(colors, unit, scale)
        self._upper = self._lower = None
        if source is None or not source.toothless:
            gum = 0.90 * colors.gum
            upper, lower = (None, None) if source is None else (source.upper, source.lower)
            self._upper = self._draw_row(UPPER_ARCH, np.zeros(2), upper, colors.teeth, gum, finish)
            # Flat drawings show one row of teeth.
            if lower is not None or colors.detail > 0.5:
                self._lower = self._draw_row(
                    LOWER_ARCH, self._lowered, lower, 0.94 * colors.teeth, 0.75 * gum, finish
                )
        self._tongue = finish.grained(draw_tongue(colors.tongue, light, scale, colors.detail))

    def _draw_row(
        self,
        arch: Arch,
        jaw: Array,
        own: SourceTeeth | None,
        teeth: Array,
        gum: Array,
        finish: "_Finish",
    ) -> tuple[Arch, ToothTexture]:
        """An arch and its texture: the picture's own teeth where it shows them, drawn elsewhere."""
        scale, source, detail = finish.scale, self._source, self._colors.detail
        if own is None or source is None:
            return arch, finish(draw_teeth(arch, teeth, gum, self._light, scale, detail))
        into_face = cv2.invertAffineTransform(self._to_picture)
        points = apply_affine(into_face, own.edge)
        points -= Movement(self._depth(self._rotation), jaw).offsets(arch, points[:, 0])
        arch = fit_edge(arch, points, own.free)
        arch = fit_contacts(arch, self._in_front_view(own.layer, arch, jaw, scale), scale)
        texture = finish(draw_teeth(arch, teeth, gum, self._light, scale, detail))
        layer, beyond = (
            self._in_front_view(part, arch, jaw, scale) for part in (own.layer, own.beyond)
        )
        return arch, continue_teeth(texture, layer, beyond)

    def _in_front_view(self, layer: Array, arch: Arch, jaw: Array, scale: float) -> Array:
        """A layer of the picture's mouth as an arch's texture of `scale` pixels per face width."""
        assert self._source is not None
        x, y = texture_coordinates(scale)
        offsets = Movement(self._depth(self._rotation), jaw).offsets(arch, x)
        placed = np.stack(np.broadcast_arrays(x + offsets[:, 0], y + offsets[:, 1]), axis=-1)
        points = placed @ self._to_picture[:, :2].T + self._to_picture[:, 2]
        maps = (points - self._source.affine[:, 2]).astype(np.float32)
        return np.asarray(cv2.remap(layer, maps, None, cv2.INTER_CUBIC).clip(0, 1))

    def _depth(self, rotation: Array) -> Array:
        """(2,) displacement in face coordinates per face width of depth, for a head rotation."""
        shift = rotation[:2, 2].copy()
        tilt = float(np.hypot(*shift))
        shift *= min(1.0, _LARGEST_TILT / max(tilt, 1e-9))
        return np.asarray(self._unit * self._into_face @ shift)

    def render(
        self,
        mask: Array,
        box: Roi,
        head: Array,
        jaw: Array,
        rotation: Array | None = None,
        articulation: Array | None = None,
    ) -> Array:
        """(h, w, 3) float32 in [0, 255]: the inside of the mouth in one box of a frame.

        `mask` (h, w) in [0, 1] is the opening of the mouth; `head` (2, 3) is the affine from the
        portrait to the frame; `jaw` (2,) is the displacement of the lower lip in portrait pixels.
        `rotation` (3, 3) is that of the head relative to the portrait; None is no rotation.
        `articulation` (4,) in [0, 1] is of ARTICULATIONS; None: the tongue rests.
        """
        out = np.zeros((*mask.shape, 3), dtype=np.float32)
        left, top, width, height = cv2.boundingRect((mask > _SEEN).astype(np.uint8))
        if width == 0:
            return out
        part = slice(top, top + height), slice(left, left + width)
        corner = np.array([box[0] + left, box[1] + top], dtype=np.float64)
        head = compose_affine(translation(-corner), head)
        out[part] = self._render(mask[part], head, jaw, rotation, articulation)
        return out

    def upper_teeth(self, box: Roi, head: Array, rotation: Array | None = None) -> Array | None:
        """(h, w, 4) float32 in [0, 255], premultiplied: the upper teeth alone in a box, fully lit.

        For what they cover of the lower lip in f and v. Arguments are those of `render`; None: the
        mouth has none.
        """
        if self._upper is None:
            return None
        arch, texture = self._upper
        placed = compose_affine(
            compose_affine(translation(-np.array(box[:2], np.float64)), head), self._to_picture
        )
        turned = self._rotation if rotation is None else rotation @ self._rotation
        skull = Movement(self._depth(turned), np.zeros(2))
        x, y = _face_coordinates(placed, (box[2], box[3]))
        teeth = project_teeth(texture, arch, x, y, skull)
        teeth[..., :3] *= np.float32(255)
        return teeth

    def _render(
        self,
        mask: Array,
        head: Array,
        jaw: Array,
        rotation: Array | None,
        articulation: Array | None,
    ) -> Array:
        """The inside of the mouth in a box that `mask` fills; `head` leads into that box."""
        placed = compose_affine(head, self._to_picture)  # from face coordinates to the box
        size = (mask.shape[1], mask.shape[0])
        turned = self._rotation if rotation is None else rotation @ self._rotation
        moved = JAW_SHARE * self._into_face @ jaw
        skull = Movement(self._depth(turned), np.zeros(2))
        mandible = Movement(skull.depth, self._lowered + moved)
        x, y = _face_coordinates(placed, size)

        unit = self._unit * affine_scale(head)
        lit, rim = _light_between_lips(mask, placed[:, 1] / np.linalg.norm(placed[:, 1]), unit)
        colors = self._colors
        shown = dict(
            zip(ARTICULATIONS, _REST if articulation is None else articulation, strict=True)
        )
        # Teeth at the lower lip stand at the front of the mouth, where light reaches them.
        lit = lit + (0.7 * float(shown["labiodental"])) * (1 - lit)
        light = _AMBIENT * colors.shadow * (1 - lit) + lit
        light_of_teeth = light + _FRONT_LIGHT * (1 - light)
        out = colors.cavity * (0.4 + 0.35 * lit)
        out += (colors.wet - out) * (0.8 * rim)

        lower_edge = LOWER_ARCH.edge + float(mandible.jaw[1])
        upper_edge = UPPER_ARCH.edge if self._upper is None else self._upper[0].edge
        place = tongue_place(lower_edge, upper_edge, shown)
        middle = float(mandible.jaw[0] + skull.depth[0] * LOWER_ARCH.front)
        matrix = compose_affine(placed, texture_matrix(len(self._tongue), place, middle))
        _blend_over(out, _warp(self._tongue, matrix, size), light * np.float32(place.light))
        for row, movement in ((self._lower, mandible), (self._upper, skull)):
            if row is not None:
                arch, texture = row
                _blend_over(out, project_teeth(texture, arch, x, y, movement), light_of_teeth)
            if movement is mandible and shown["dental"] > 0:
                place = dental_place(lower_edge, upper_edge)
                matrix = compose_affine(placed, texture_matrix(len(self._tongue), place, middle))
                tip = _warp(self._tongue, matrix, size) * np.float32(shown["dental"])
                _blend_over(out, tip, light * np.float32(place.light))
        source = self._source
        if source is not None:
            unmoved = 1 - float(np.hypot(*jaw)) / (_UNMOVED * self._unit)
            if unmoved > 0:
                into = compose_affine(head, source.affine)
                _blend_over(out, _warp(source.full, into, size) * np.float32(unmoved))
        return np.asarray(out * np.float32(255))


class _Finish:
    """Gives a texture the blur and the noise of the picture."""

    def __init__(self, colors: PhotoColors, unit: float, scale: float) -> None:
        # Sampling the texture in a frame blurs it once more.
        blur = np.sqrt(max(colors.softness**2 - _RESAMPLING_BLUR**2, 0)) * scale / unit
        self._sigma = max(blur, 0.4, _ENAMEL_BLUR * scale)
        self._noise_sigma, self._grain = colors.softness * scale / unit, colors.grain
        self.scale = scale

    def __call__(self, texture: ToothTexture) -> ToothTexture:
        return replace(texture, pixels=self.grained(texture.pixels))

    def grained(self, layer: Array) -> Array:
        """(h, w, 4) the layer with the blur and the noise of the picture."""
        noise = smooth_noise((layer.shape[0], layer.shape[1]), self._noise_sigma)
        grain = noise / max(float(noise.std()), 1e-6) * self._grain
        soft = cv2.GaussianBlur(layer, (0, 0), self._sigma)
        soft[..., :3] = np.clip(soft[..., :3] + grain[..., None] * soft[..., 3:], 0, 1)
        return np.asarray(soft)


def _light_between_lips(mask: Array, below: Array, unit: float) -> tuple[Array, Array]:
    """(h, w, 1) the light that enters the mouth, and the share of the lower lip's wet inner side.

    The upper lip shades what is right below it, and the corners are deep. `below` (2,) points down
    the face. Both are smooth, so they are computed at a coarse resolution.
    """
    height, width = mask.shape
    step = max(1, int(unit / _MASK_SCALE))
    size = (max(1, round(width / step)), max(1, round(height / step)))
    coarse = cv2.resize(mask, size, interpolation=cv2.INTER_AREA) if step > 1 else mask
    fine = unit * size[0] / width
    lit = smoothstep(
        (_shift_blurred(coarse, 0.016 * fine * below, max(0.016 * fine, 0.8)) - 0.08) / 0.70
    )
    rim = 1 - smoothstep(
        (_shift_blurred(coarse, -0.008 * fine * below, max(0.009 * fine, 0.8)) - 0.15) / 0.7
    )
    both = np.stack([lit, rim], axis=-1).astype(np.float32)
    if step > 1:
        both = cv2.resize(both, (width, height), interpolation=cv2.INTER_LINEAR)
    return both[..., :1], both[..., 1:]


def _shift_blurred(mask: Array, offset: Array, sigma: float) -> Array:
    """(h, w) a mask moved by `offset` (2,) pixels and blurred."""
    moved = cv2.warpAffine(mask, translation(offset), mask.shape[::-1])
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT))


def _face_coordinates(placed: Array, size: tuple[int, int]) -> tuple[Array, Array]:
    """(h, w) float32 x and y of each pixel of a box, in face widths around the closed lips.

    `placed` (2, 3) is the affine from there to the box of `size` (width, height).
    """
    inverse = cv2.invertAffineTransform(placed).astype(np.float32)
    columns = np.arange(size[0], dtype=np.float32)
    rows = np.arange(size[1], dtype=np.float32)[:, None]
    x, y = (row[0] * columns + (row[1] * rows + row[2]) for row in inverse)
    return x, y


def _blend_over(under: Array, layer: Array, light: Array | None = None) -> None:
    """Composite a premultiplied layer (h, w, 4), scaled by `light`, over (h, w, 3), in place."""
    color = layer[..., :3] if light is None else layer[..., :3] * light
    under *= 1 - layer[..., 3:]
    under += color


def _warp(layer: Array, matrix: Array, size: tuple[int, int]) -> Array:
    return np.asarray(cv2.warpAffine(layer, matrix, size, flags=cv2.INTER_LINEAR))
