"""Colours, softness and grain of one picture's face, so that what is painted belongs to it."""

from dataclasses import dataclass

import cv2
import numpy as np

from talkinghead.geometry.mouth import down, face_width
from talkinghead.geometry.polygon import pixels_in
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
from talkinghead.media.luma import LUMA
from talkinghead.types import Array

_SHADED = 0.5  # teeth up to here are taken from the whites of the eyes alone
_LIPS = 0.5  # lips darker than this share of the cheeks are in shade, as the teeth behind them are
_SHADE = 0.6  # the least that shade leaves


@dataclass(frozen=True)
class Palette:
    """What a mouth of this picture is painted with. Colours are (3,) RGB in [0, 1]."""

    teeth: Array
    gum: Array
    tongue: Array
    cavity: Array
    wet: Array  # of the lower lip's inner side
    lash: Array  # of the line where lids meet
    seam: Array  # of the line where lips meet
    shadow: Array  # what is left of white light that fell in between the lips
    softness: float  # sigma in pixels of the blur the picture's edges show
    grain: float  # standard deviation of its noise, in [0, 1]


def palette(image: Array, landmarks: Array) -> Palette:
    """Sample an (h, w, 3) uint8 picture at the landmarks (68, 2 or 3) of its face."""
    points = np.asarray(landmarks, dtype=np.float64)
    unit = float(face_width(points))
    low = np.floor(points[:, :2].min(axis=0) - 0.1 * unit).astype(int)
    high = np.ceil(points[:, :2].max(axis=0) + 0.1 * unit).astype(int) + 1
    (left, top), (right, bottom) = np.maximum(low, 0), high
    face = image[top:bottom, left:right].astype(np.float32) / 255
    points = points[:, :2] - [left, top]
    luma = face @ LUMA

    lips = pixels_in(luma.shape, points[OUTER_LIP]) & ~pixels_in(luma.shape, points[INNER_LIP])
    skin = _cheeks(luma.shape, points, unit)
    whites = pixels_in(luma.shape, points[LEFT_EYE]) | pixels_in(luma.shape, points[RIGHT_EYE])
    skin_colour, lip_colour = _median(face, skin), _median(face, lips)
    skin_luma, lip_luma = float(skin_colour @ LUMA), float(lip_colour @ LUMA)
    bright = _level(luma, skin, 97)

    # Teeth are as bright as the whites of the eyes, and never outshine the lit skin by much:
    # marble stays marble. Only dark skin says little about how light teeth are in its light.
    white = _level(luma, whites, 85)
    dark = min(_level(luma, pixels_in(luma.shape, points[JAW]), 1), _level(luma, whites, 4))
    teeth_luma = np.clip(0.95 * white, skin_luma, max(1.12 * bright, min(0.95 * white, _SHADED)))
    # A flash lights the cheeks, and leaves a mouth under a brim or a beard dark.
    teeth_luma *= np.clip(lip_luma / (_LIPS * max(skin_luma, 0.02)), _SHADE, 1.0)
    # Their tint is part of the skin's, so grey pictures stay grey; how large a part, the
    # whites of the eyes say: all of it is the light's.
    tint = skin_colour - skin_luma
    clear = _median(face, whites & (luma >= _level(luma, whites, 75)))
    part = float((clear - clear @ LUMA) @ tint) / max(float(tint @ tint), 1e-4)
    warm = lip_colour - lip_luma
    # As black as this picture gets inside a mouth; a picture without blacks has them there.
    floor = min(0.5 * dark + 0.10 * lip_luma, 0.16 * lip_luma)
    return Palette(
        teeth=_colour(teeth_luma, np.clip(part, 0.35, 0.75) * tint),
        gum=_colour(0.80 * lip_luma, 0.9 * warm),
        tongue=_colour(max(0.80 * lip_luma, 0.60 * teeth_luma), 1.05 * warm),
        wet=_colour(0.42 * lip_luma, 0.6 * warm),
        cavity=_colour(floor, 0.4 * warm),
        lash=_median(face, whites & (luma <= _level(luma, whites, 15))).astype(np.float32),
        seam=_colour(0.5 * lip_luma, 0.7 * warm),
        shadow=np.clip((lip_colour / max(lip_luma, 0.05)) ** 2, 0.2, 1.8).astype(np.float32),
        softness=_softness(luma, unit),
        grain=_grain(luma, skin),
    )


def _colour(luma: float, chroma: Array) -> Array:
    return np.clip(luma + chroma, 0, 1).astype(np.float32)


def _cheeks(shape: tuple[int, ...], points: Array, unit: float) -> Array:
    """Two discs under the eyes and the nose's ridge: skin that is seldom covered."""
    out = np.zeros(shape, dtype=np.uint8)
    below = down(points) * 0.2 * unit
    left = points[[LEFT_EYE_OUTER, LEFT_EYE_INNER]].mean(axis=0) + below
    right = points[[RIGHT_EYE_INNER, RIGHT_EYE_OUTER]].mean(axis=0) + below
    ridge = points[[NOSE_TOP, NOSE_BASE]].mean(axis=0)
    for centre, radius in [(left, 0.08), (right, 0.08), (ridge, 0.04)]:
        x, y = np.round(centre).astype(int).tolist()
        cv2.circle(out, (x, y), max(1, round(radius * unit)), 1, cv2.FILLED)
    return out > 0


def _median(face: Array, where: Array) -> Array:
    picked = face[where] if where.any() else face.reshape(-1, 3)
    return np.asarray(np.median(picked, axis=0))


def _level(luma: Array, where: Array, percent: float) -> float:
    return float(np.percentile(luma[where] if where.any() else luma, percent))


def _softness(luma: Array, unit: float) -> float:
    """Sigma of the picture's blur: how much its strong edges lose when blurred once more.

    Zhuo and Sim 2011, eq. 6: edge ratio R after a blur of sigma 1 gives 1 / sqrt(R^2 - 1).
    """
    again = cv2.GaussianBlur(luma, (0, 0), 1)
    slopes = [
        np.hypot(cv2.Sobel(x, cv2.CV_32F, 1, 0), cv2.Sobel(x, cv2.CV_32F, 0, 1))
        for x in (luma, again)
    ]
    strong = slopes[0] > np.percentile(slopes[0], 97)
    if slopes[1][strong].size == 0 or slopes[1][strong].min() <= 0:
        return 0.6
    ratio = float(np.median(slopes[0][strong] / slopes[1][strong]))
    return float(np.clip(1 / np.sqrt(max(ratio**2 - 1, 1e-3)), 0.5, max(0.6, 0.012 * unit)))


def _grain(luma: Array, skin: Array) -> float:
    """Noise of smooth skin: median absolute high pass, as a standard deviation."""
    high = np.abs(luma - cv2.GaussianBlur(luma, (0, 0), 1))
    return float(np.clip(1.48 * np.median(high[skin]) if skin.any() else 0, 0, 0.04))
