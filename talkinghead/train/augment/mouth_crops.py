"""Augmentation of mouth crops: random shift, mirroring and colour, with the landmarks."""

from dataclasses import dataclass

import cv2
import numpy as np

from talkinghead.landmarks import MIRROR
from talkinghead.types import Array


@dataclass(frozen=True)
class CropAugmentation:
    """One random change, shared by the images of a pair or of a run."""

    left: int  # pixels
    top: int
    mirror: bool = False
    color_matrix: Array | None = None  # (3, 3)
    tone_curve: Array | None = None  # (256,) uint8, of each channel

    @classmethod
    def sample(cls, margin: int, rng: np.random.Generator | None) -> "CropAugmentation":
        """A random augmentation of crops that are `margin` pixels larger than needed.

        Without `rng`, the one that takes their centre and changes nothing else.
        """
        if rng is None:
            return cls(margin // 2, margin // 2)
        left, top = (int(shift) for shift in rng.integers(0, margin + 1, size=2))
        return cls(left, top, bool(rng.random() < 0.5), *_sample_colors(rng))

    def apply(
        self, images: list[Array], points: list[Array], side: int
    ) -> tuple[list[Array], list[Array]]:
        """(p, p, 3) uint8 crops and (68, 2) landmarks to (side, side, 3) and (68, 2) float32."""
        left, top = self.left, self.top
        images = [image[top : top + side, left : left + side] for image in images]
        points = [(p - np.array([left, top])).astype(np.float32) for p in points]
        if self.color_matrix is not None and self.tone_curve is not None:
            images = [recolor(image, self.color_matrix, self.tone_curve) for image in images]
        if self.mirror:
            images = [np.ascontiguousarray(image[:, ::-1]) for image in images]
            points = [mirror_landmarks(p, side) for p in points]
        return images, points


def _sample_colors(rng: np.random.Generator) -> tuple[Array, Array]:
    """A random colour matrix and tone curve for `recolor`.

    Some make a grey or strangely coloured image: the clips show neither statues nor drawings, and
    the translator must keep those grey or green.
    """
    kind = rng.random()
    matrix = np.eye(3)
    if kind < 0.2:  # grey with a slight tint, as stone or pencil
        matrix = np.full((3, 3), 1 / 3) * rng.uniform(0.85, 1.1, size=(3, 1))
    elif kind < 0.35:  # a colour that no skin has
        matrix = 0.6 * np.eye(3)[rng.permutation(3)] + 0.4 * np.eye(3)
    matrix = matrix @ np.diag(rng.uniform(0.85, 1.15, size=3))
    gamma, gain, offset = rng.uniform(0.7, 1.4), rng.uniform(0.8, 1.15), rng.uniform(-12, 12)
    curve = (255 * (np.arange(256) / 255) ** gamma * gain + offset).clip(0, 255).astype(np.uint8)
    return matrix, curve


def recolor(image: Array, color_matrix: Array, tone_curve: Array) -> Array:
    """(h, w, 3) uint8 with its channels mixed by (3, 3), then mapped by a (256,) uint8 table."""
    return np.asarray(cv2.LUT(cv2.transform(image, color_matrix), tone_curve))


def mirror_landmarks(points: Array, side: int) -> Array:
    """(68, 2) landmarks of a crop that is flipped left to right."""
    mirrored = points[MIRROR].copy()
    mirrored[:, 0] = side - 1 - mirrored[:, 0]
    return mirrored
