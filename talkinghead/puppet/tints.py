"""The colours of a drawn or photographed face, so that what is painted on belongs to it. Pure."""

from dataclasses import dataclass

import cv2
import numpy as np

from talkinghead.geometry.mouth import down, face_width
from talkinghead.geometry.polygon import pixels_in
from talkinghead.landmarks import (
    INNER_LIP,
    LEFT_EYE,
    NOSE_BASE,
    NOSE_TOP,
    OUTER_LIP,
    RIGHT_EYE,
)
from talkinghead.media.luma import LUMA
from talkinghead.types import Array

# A mouth's inside in daylight, for a picture in full colour.
_THROAT, _TONGUE, _ENAMEL = (0.20, 0.05, 0.06), (0.78, 0.36, 0.36), (0.97, 0.94, 0.89)


@dataclass(frozen=True)
class Tints:
    """Colours (3,) RGB in [0, 1]."""

    skin: Array
    teeth: Array
    tongue: Array
    cavity: Array
    lash: Array


def tints(picture: Array, points: Array) -> Tints:
    """Sample a picture (h, w, 3 or 4) uint8 at the points (68, 2) of its face.

    What is painted keeps to the picture's own range of light and to its colourfulness: a
    pencil sketch gets a grey tongue, and marble no white teeth.
    """
    image = picture[..., :3].astype(np.float64) / 255
    unit = float(face_width(points))
    skin = _skin(image, points, unit)
    luma = image @ LUMA
    face = pixels_in(image.shape, cv2.convexHull(points.astype(np.float32))[:, 0])
    seen = luma[face] if face.any() else luma.ravel()
    light, dark = np.percentile(seen, (97, 1))
    colour = image[face] if face.any() else image.reshape(-1, 3)
    chroma = np.abs(colour - (colour @ LUMA)[:, None]).mean()
    vivid = float(np.clip(chroma / 0.03, 0, 1))

    lips = pixels_in(image.shape, points[OUTER_LIP]) & ~pixels_in(image.shape, points[INNER_LIP])
    lip = np.median(image[lips], axis=0) if lips.any() else skin
    light = max(float(light), float(skin @ LUMA))

    def toned(ideal: tuple[float, float, float], luminance: float, own: Array) -> Array:
        """An ideal colour at a luminance, with a share of the picture's own hue."""
        base = np.array(ideal)
        hue = 0.75 * (base - base @ LUMA) + 0.25 * (own - own @ LUMA)
        return np.clip(luminance + vivid * hue, 0, 1)

    lash_area = pixels_in(image.shape, points[LEFT_EYE]) | pixels_in(image.shape, points[RIGHT_EYE])
    rims = image[lash_area] if lash_area.any() else image[face]
    darkest = rims[(rims @ LUMA) <= np.percentile(rims @ LUMA, 12)] if rims.size else skin[None]
    return Tints(
        skin=skin,
        teeth=toned(_ENAMEL, min(0.95, 0.35 * float(skin @ LUMA) + 0.66 * light), skin),
        tongue=toned(_TONGUE, float(np.clip(0.62 * (skin @ LUMA) + 0.1, 0.2, 0.55)), lip),
        cavity=toned(_THROAT, float(np.clip(0.6 * dark + 0.03, 0.03, 0.16)), lip),
        lash=np.median(darkest, axis=0) * 0.8,
    )


def _skin(image: Array, points: Array, unit: float) -> Array:
    """The median of the cheeks and the nose's ridge."""
    where = np.zeros(image.shape[:2], dtype=np.uint8)
    below = down(points) * 0.2 * unit
    spots = [
        (points[LEFT_EYE].mean(axis=0) + below, 0.07),
        (points[RIGHT_EYE].mean(axis=0) + below, 0.07),
        (points[[NOSE_TOP, NOSE_BASE]].mean(axis=0), 0.04),
    ]
    for centre, radius in spots:
        x, y = np.round(centre).astype(int).tolist()
        cv2.circle(where, (x, y), max(1, round(radius * unit)), 1, cv2.FILLED)
    picked = image[where > 0]
    return np.median(picked, axis=0) if picked.size else np.full(3, 0.7)
