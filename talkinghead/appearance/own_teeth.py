"""Fits drawn teeth to those that a picture shows, and continues them in their own colours."""

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from talkinghead.appearance.dentition import Arch
from talkinghead.appearance.tooth_texture import HALF_WIDTH, ToothTexture
from talkinghead.media.image import LUMA
from talkinghead.types import Array

_BREADTHS: Final = np.linspace(0.80, 1.25, 19)  # of crowns, relative to the mean
_MIDDLES: Final = np.linspace(-0.03, 0.03, 25)  # of the row, in face widths
_CONTACT: Final = 0.006  # width in face widths of the dark line between two teeth
_CROWN: Final = 0.022  # width of brightness that is the roundness of a row, not of a tooth
_CLEARLY: Final = 0.7  # contrast at the contacts, in standard deviations, from which a fit is used
_FRONT: Final = 0.09  # distance from the midline up to which the height of an edge is measured
_REACHES: Final = (0.06, 0.03, 0.012)  # face widths over which colours are averaged
_ENOUGH: Final = 0.05  # share of visible teeth from which an average is used
_COVERED: Final = 0.004  # by which teeth at least go on behind the lip that covers them


def fit_edge(arch: Arch, points: Array, free: Array) -> Arch:
    """The arch at the height at which the picture shows its free edge.

    `points` (n, 2) lie along the end of the visible teeth, in face coordinates of the front view;
    `free` (n,) bool tells where that is the free edge and not a lip that covers it.
    """
    front = np.abs(points[:, 0] - arch.middle) < _FRONT
    if (front & free).sum() >= max(4, 0.3 * front.sum()):
        return replace(arch, edge=float(np.median(points[front & free, 1])))
    if front.sum() < 4:
        return arch
    away = -arch.direction  # from the gum
    farthest = float(np.percentile(away * points[front, 1], 85)) + _COVERED
    return replace(arch, edge=away * max(away * arch.edge, farthest))


def fit_contacts(arch: Arch, own: Array, scale: float) -> Arch:
    """The arch whose teeth meet where the picture shows dark lines between them.

    `own` (h, w, 4) are the visible teeth in a texture of `scale` pixels per face width.
    """
    weight = own[..., 3] * (own[..., 3] > 0.8)
    count = weight.sum(axis=0)
    usual = np.percentile(count[count > 0], 80) if count.any() else np.inf
    columns = np.flatnonzero(count > 0.5 * usual)
    if len(columns) < 0.08 * scale:
        return arch
    first, last = columns[0], columns[-1] + 1
    level = (own[..., :3] @ LUMA * weight).sum(axis=0)[first:last] / count[first:last].clip(1e-3)
    fine, coarse = (
        gaussian_filter1d(level, max(0.6, 0.4 * width * scale), mode="nearest")
        for width in (_CONTACT, _CROWN)
    )
    contrast = (coarse - fine) / max(float(np.std(coarse - fine)), 1e-6)
    x = (np.arange(first, last) + 0.5) / scale - HALF_WIDTH
    best, found = _CLEARLY, arch
    for breadth in _BREADTHS:
        contacts = replace(arch, breadth=float(breadth)).contacts()
        middles = (contacts[1:] + contacts[:-1]) / 2
        for middle in _MIDDLES:
            dark, bright = (
                np.interp(at[(at > x[0]) & (at < x[-1])], x, contrast)
                for at in (contacts + middle, middles + middle)
            )
            if len(dark) < 3 or not len(bright):
                continue
            # Most mouths are near the mean; a row that is far from it must fit better.
            prior = 0.6 * ((breadth - 1) / 0.15) ** 2 + 0.3 * (middle / 0.02) ** 2
            score = float(dark.mean() - bright.mean()) - 0.25 * prior
            if score > best:
                best, found = score, replace(arch, breadth=float(breadth), middle=float(middle))
    return found


def continue_teeth(texture: ToothTexture, own: Array, beyond: Array) -> ToothTexture:
    """A texture with the picture's `own` teeth (h, w, 4), continued by the drawn ones.

    The drawn teeth get the colours of the picture's own nearby, so that no seam shows. `beyond`
    (h, w) in [0, 1] is where the picture shows that there are none.
    """
    scale, drawn = texture.scale, texture.pixels
    seen = own[..., 3]
    sure = (seen > 0.9) & (drawn[..., 3] > 0.9)
    if sure.sum() < 12:
        return texture
    weight = sure.astype(np.float32)
    gain = np.ones_like(drawn[..., :3])
    for reach in _REACHES:  # near the visible teeth their own colour counts, far away the mean
        near, ours, theirs = (
            cv2.GaussianBlur(np.ascontiguousarray(part), (0, 0), reach * scale)
            for part in (
                weight,
                own[..., :3] * weight[..., None],
                drawn[..., :3] * weight[..., None],
            )
        )
        share = np.clip(near / _ENOUGH, 0, 1)[..., None]
        ratio = ours / np.maximum(theirs, 1e-4)
        if reach < _REACHES[0]:  # the hue of single pixels, some of them lip, is not to be trusted
            lighter = (ours @ LUMA) / np.maximum(theirs @ LUMA, 1e-4)
            ratio = gain * (lighter / np.maximum(gain @ LUMA, 1e-4))[..., None]
        gain += share * (ratio - gain)
    adapted = drawn.copy()
    adapted[..., :3] = np.clip(drawn[..., :3] * gain.clip(0.4, 1.4), 0, drawn[..., 3:])
    adapted *= 1 - beyond[..., None]
    feather = cv2.GaussianBlur(seen, (0, 0), max(0.7, 0.004 * scale))
    share = np.minimum(seen, 2 * np.clip(feather - 0.35, 0, 0.5))[..., None]
    solid = own / np.maximum(own[..., 3:], 1e-3)
    return replace(texture, pixels=np.asarray(adapted * (1 - share) + solid * share))
