"""Estimates colours of a face (skin, lips, teeth, oral cavity, lash line), its blur and noise.

Teeth, tongue and eyelids that are drawn into a photo or a puppet use these colours, so that they
match the picture. Photos and puppets sample the same regions but use different colour models.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.masks import polygon_pixels
from talkinghead.geometry.mouth import down_axis, face_width
from talkinghead.landmarks import (
    INNER_LIP,
    JAW,
    LEFT_EYE,
    LEFT_EYE_INNER,
    LEFT_EYE_OUTER,
    NOSE_BASE,
    NOSE_TOP,
    OUTER_LIP,
    RIGHT_EYE,
    RIGHT_EYE_INNER,
    RIGHT_EYE_OUTER,
)
from talkinghead.media.image import LUMA
from talkinghead.types import Array

# Discs in which skin is sampled, in face widths.
_BELOW_EYE: Final = 0.2  # distance of the cheek discs below the eyes
_PHOTO_CHEEK: Final = 0.08  # radius of the cheek discs in a photo
_PUPPET_CHEEK: Final = 0.07  # and in a puppet's picture
_NOSE_RIDGE: Final = 0.04  # radius of the disc on the ridge of the nose

# A place is flat if its colour goes on unchanged for a step in both directions. In 45 photos 0 to
# 3 % of a face is flat, in drawings and in paintings with broad strokes 7 to 50 %.
_FLAT_STEP: Final = 0.03  # face widths
_FLAT_CHANGE: Final = 1.5 / 255
_FLAT_SHARE: Final = (0.04, 0.15)  # at which the detail begins to fall, and is gone

_DARK_TEETH: Final = 0.5  # luma of teeth up to which only the whites of the eyes limit it
_LIPS_IN_SHADE: Final = 0.5  # ratio of lip luma to skin luma below which the mouth is in shade
_LEAST_LIGHT: Final = 0.6  # smallest factor of the luma of teeth in shade

# RGB colours of an oral cavity in daylight, for a puppet's picture in full colour.
_THROAT: Final = (0.20, 0.05, 0.06)
_TONGUE: Final = (0.78, 0.36, 0.36)
_ENAMEL: Final = (0.97, 0.94, 0.89)
_FULL_CHROMA: Final = 0.03  # mean absolute chroma from which a picture counts as fully coloured


@dataclass(frozen=True)
class PhotoColors:
    """Colours (3,) RGB in [0, 1] of a photo's face, and its blur and noise."""

    skin: Array
    teeth: Array
    gum: Array
    tongue: Array
    cavity: Array
    wet: Array  # of the wet inner side of the lower lip
    lash: Array  # of the lash line
    seam: Array  # of the line where closed lips meet
    shadow: Array  # factors of white light after reflection between the lips; may exceed 1
    softness: float  # sigma in pixels of the blur of the picture's edges
    grain: float  # standard deviation of the noise, in [0, 1]
    detail: float  # of shading and texture: 1 for a photo, 0 for a drawing in flat colours


@dataclass(frozen=True)
class PuppetColors:
    """Colours (3,) RGB in [0, 1] of the face in a puppet's picture."""

    skin: Array
    teeth: Array
    tongue: Array
    cavity: Array
    lash: Array


def estimate_photo_colors(image: Array, landmarks: Array) -> PhotoColors:
    """Estimate the colours of an (h, w, 3) uint8 photo from the landmarks (68, 2 or 3)."""
    points = np.asarray(landmarks, dtype=np.float64)
    unit = float(face_width(points))
    low = np.floor(points[:, :2].min(axis=0) - 0.1 * unit).astype(int)
    high = np.ceil(points[:, :2].max(axis=0) + 0.1 * unit).astype(int) + 1
    (left, top), (right, bottom) = np.maximum(low, 0), high
    face = image[top:bottom, left:right].astype(np.float32) / 255
    points = points[:, :2] - [left, top]
    luma = face @ LUMA

    lips = _lip_region(luma.shape, points)
    left_eye, right_eye = (
        points[[outer, inner]].mean(axis=0)
        for outer, inner in ((LEFT_EYE_OUTER, LEFT_EYE_INNER), (RIGHT_EYE_INNER, RIGHT_EYE_OUTER))
    )
    skin = _skin_region(luma.shape, points, (left_eye, right_eye), _PHOTO_CHEEK, unit)
    eyes = _eye_region(luma.shape, points)
    skin_color, lip_color = _median(face, skin), _median(face, lips)
    skin_luma, lip_luma = float(skin_color @ LUMA), float(lip_color @ LUMA)
    bright = _percentile(luma, skin, 97)

    # Teeth are as bright as the whites of the eyes, but not much brighter than lit skin, so that
    # statues do not get white teeth. Dark skin is a poor estimate of the light on the teeth.
    white = _percentile(luma, eyes, 85)
    dark = min(
        _percentile(luma, polygon_pixels(luma.shape, points[JAW]), 1), _percentile(luma, eyes, 4)
    )
    teeth_luma = np.clip(
        0.95 * white, skin_luma, max(1.12 * bright, min(0.95 * white, _DARK_TEETH))
    )
    # A mouth under a hat brim or a beard may be in shade while the cheeks are lit.
    teeth_luma *= np.clip(lip_luma / (_LIPS_IN_SHADE * max(skin_luma, 0.02)), _LEAST_LIGHT, 1.0)
    # Teeth get a share of the skin's chroma, so grey pictures stay grey. The whites of the eyes
    # show how much of that chroma is due to the light.
    skin_chroma = skin_color - skin_luma
    clear = _median(face, eyes & (luma >= _percentile(luma, eyes, 75)))
    share = float((clear - clear @ LUMA) @ skin_chroma) / max(
        float(skin_chroma @ skin_chroma), 1e-4
    )
    lip_chroma = lip_color - lip_luma
    # The cavity is about as dark as the darkest parts of the face, and always darker than the lips.
    floor = min(0.5 * dark + 0.10 * lip_luma, 0.16 * lip_luma)
    return PhotoColors(
        skin=skin_color.astype(np.float32),
        teeth=_color(teeth_luma, np.clip(share, 0.35, 0.75) * skin_chroma),
        gum=_color(0.80 * lip_luma, 0.9 * lip_chroma),
        tongue=_color(max(0.80 * lip_luma, 0.60 * teeth_luma), 1.05 * lip_chroma),
        wet=_color(0.42 * lip_luma, 0.6 * lip_chroma),
        cavity=_color(floor, 0.4 * lip_chroma),
        lash=_median(face, eyes & (luma <= _percentile(luma, eyes, 15))).astype(np.float32),
        seam=_color(0.5 * lip_luma, 0.7 * lip_chroma),
        shadow=np.clip((lip_color / max(lip_luma, 0.05)) ** 2, 0.2, 1.8).astype(np.float32),
        softness=_blur_sigma(luma, unit),
        grain=_noise_level(luma, skin),
        detail=_detail(face, points, unit),
    )


def estimate_puppet_colors(picture: Array, points: Array) -> PuppetColors:
    """Estimate the colours of a puppet's picture (h, w, 3 or 4) uint8 from the landmarks (68, 2).

    Typical colours of an oral cavity are fitted to the picture's range of luma and to its chroma:
    a pencil sketch gets a grey tongue, and a marble statue does not get white teeth.
    """
    image = picture[..., :3].astype(np.float64) / 255
    unit = float(face_width(points))
    eye_centers = points[LEFT_EYE].mean(axis=0), points[RIGHT_EYE].mean(axis=0)
    samples = image[_skin_region(image.shape, points, eye_centers, _PUPPET_CHEEK, unit)]
    skin = np.median(samples, axis=0) if samples.size else np.full(3, 0.7)

    luma = image @ LUMA
    face = polygon_pixels(image.shape, cv2.convexHull(points.astype(np.float32))[:, 0])
    light, dark = np.percentile(luma[face] if face.any() else luma.ravel(), (97, 1))
    light = max(float(light), float(skin @ LUMA))
    colors = image[face] if face.any() else image.reshape(-1, 3)
    chroma = np.abs(colors - (colors @ LUMA)[:, None]).mean()
    vivid = float(np.clip(chroma / _FULL_CHROMA, 0, 1))

    lips = _lip_region(image.shape, points)
    lip = np.median(image[lips], axis=0) if lips.any() else skin
    eyes = _eye_region(image.shape, points)
    rims = image[eyes] if eyes.any() else image[face]
    darkest = rims[(rims @ LUMA) <= np.percentile(rims @ LUMA, 12)] if rims.size else skin[None]

    def fit(typical: tuple[float, float, float], luminance: float, own: Array) -> Array:
        """A typical colour at a given luma, mixed with the chroma of the picture's own colour."""
        base = np.array(typical)
        hue = 0.75 * (base - base @ LUMA) + 0.25 * (own - own @ LUMA)
        return np.clip(luminance + vivid * hue, 0, 1)

    return PuppetColors(
        skin=skin,
        teeth=fit(_ENAMEL, min(0.95, 0.35 * float(skin @ LUMA) + 0.66 * light), skin),
        tongue=fit(_TONGUE, float(np.clip(0.62 * (skin @ LUMA) + 0.1, 0.2, 0.55)), lip),
        cavity=fit(_THROAT, float(np.clip(0.6 * dark + 0.03, 0.03, 0.16)), lip),
        lash=np.median(darkest, axis=0) * 0.8,
    )


def smooth_noise(shape: tuple[int, int], softness: float) -> Array:
    """(h, w) float32 Gaussian noise with the picture's blur; the same on every call.

    Divide it by its standard deviation and multiply it by `PhotoColors.grain`.
    """
    noise = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), max(softness, 0.5)))


def _lip_region(shape: tuple[int, ...], points: Array) -> Array:
    """(h, w) bool: the lips without the opening between them."""
    outer, inner = (polygon_pixels(shape, points[lip]) for lip in (OUTER_LIP, INNER_LIP))
    return np.asarray(outer & ~inner)


def _eye_region(shape: tuple[int, ...], points: Array) -> Array:
    """(h, w) bool: both eyes between their lids."""
    left, right = (polygon_pixels(shape, points[eye]) for eye in (LEFT_EYE, RIGHT_EYE))
    return np.asarray(left | right)


def _skin_region(
    shape: tuple[int, ...],
    points: Array,
    eye_centers: tuple[Array, Array],
    cheek: float,
    unit: float,
) -> Array:
    """(h, w) bool: discs below the eyes and on the ridge of the nose, which are seldom covered.

    `cheek` is the radius of the discs below the eyes in face widths of `unit` pixels.
    """
    out = np.zeros(shape[:2], dtype=np.uint8)
    below = down_axis(points) * _BELOW_EYE * unit
    discs = [(center + below, cheek) for center in eye_centers]
    discs.append((points[[NOSE_TOP, NOSE_BASE]].mean(axis=0), _NOSE_RIDGE))
    for center, radius in discs:
        x, y = np.round(center).astype(int).tolist()
        cv2.circle(out, (x, y), max(1, round(radius * unit)), 1, cv2.FILLED)
    return out > 0


def _color(luma: float, chroma: Array) -> Array:
    return np.clip(luma + chroma, 0, 1).astype(np.float32)


def _median(face: Array, region: Array) -> Array:
    """(3,) median colour of a region (h, w) bool, or of the whole face if the region is empty."""
    samples = face[region] if region.any() else face.reshape(-1, 3)
    return np.asarray(np.median(samples, axis=0))


def _percentile(luma: Array, region: Array, percent: float) -> float:
    return float(np.percentile(luma[region] if region.any() else luma, percent))


def _blur_sigma(luma: Array, unit: float) -> float:
    """Sigma in pixels of the picture's blur, from strong edges that are blurred again.

    Zhuo and Sim 2011, eq. 6: a gradient ratio R by a blur of sigma 1 gives 1 / sqrt(R^2 - 1).
    """
    blurred = cv2.GaussianBlur(luma, (0, 0), 1)
    gradient, blurred_gradient = (
        np.hypot(cv2.Sobel(x, cv2.CV_32F, 1, 0), cv2.Sobel(x, cv2.CV_32F, 0, 1))
        for x in (luma, blurred)
    )
    strong = gradient > np.percentile(gradient, 97)
    if blurred_gradient[strong].size == 0 or blurred_gradient[strong].min() <= 0:
        return 0.6
    ratio = float(np.median(gradient[strong] / blurred_gradient[strong]))
    return float(np.clip(1 / np.sqrt(max(ratio**2 - 1, 1e-3)), 0.5, max(0.6, 0.012 * unit)))


def _detail(face: Array, points: Array, unit: float) -> float:
    """0 for a face in flat colours, 1 for one with shading and texture, as in photos."""
    step = max(2, int(_FLAT_STEP * unit))
    across, down = (
        np.abs(np.diff(face[::step, ::step], axis=axis)).max(axis=2) < _FLAT_CHANGE
        for axis in (1, 0)
    )
    inside = polygon_pixels(face.shape[:2], cv2.convexHull(points.astype(np.float32))[:, 0])
    inside = inside[::step, ::step][1:, 1:]
    flat = (across[1:] & down[:, 1:])[inside]
    low, high = _FLAT_SHARE
    return float(1 - np.clip((flat.mean() - low) / (high - low), 0, 1)) if flat.size else 1.0


def _noise_level(luma: Array, skin: Array) -> float:
    """Standard deviation of the noise on smooth skin: 1.48 times the median absolute deviation."""
    high_pass = np.abs(luma - cv2.GaussianBlur(luma, (0, 0), 1))
    return float(np.clip(1.48 * np.median(high_pass[skin]) if skin.any() else 0, 0, 0.04))
