"""Squares about a mouth, moved, mirrored and recoloured at random, their landmarks with them."""

from dataclasses import dataclass

import cv2
import numpy as np

from talkinghead.landmarks import MIRROR
from talkinghead.types import Array


@dataclass(frozen=True)
class Chance:
    """How one pair, or those of one run, are shifted, mirrored and recoloured."""

    left: int
    top: int
    turned: bool = False
    mix: Array | None = None  # (3, 3) of colours
    table: Array | None = None  # (256,) uint8 of each channel

    @classmethod
    def drawn(cls, spare: int, rng: np.random.Generator | None) -> "Chance":
        """By `rng`, of squares that are larger by `spare` than needed; in their middle without."""
        if rng is None:
            return cls(spare // 2, spare // 2)
        left, top = (int(shift) for shift in rng.integers(0, spare + 1, size=2))
        return cls(left, top, bool(rng.random() < 0.5), *_colours(rng))

    def upon(
        self, pictures: list[Array], points: list[Array], side: int
    ) -> tuple[list[Array], list[Array]]:
        """The squares (side, side, 3) of larger ones, and their landmarks (68, 2)."""
        left, top = self.left, self.top
        pictures = [p[top : top + side, left : left + side] for p in pictures]
        points = [(p - np.array([left, top])).astype(np.float32) for p in points]
        if self.mix is not None and self.table is not None:
            pictures = [recoloured(p, self.mix, self.table) for p in pictures]
        if self.turned:
            pictures = [np.ascontiguousarray(p[:, ::-1]) for p in pictures]
            points = [mirrored(p, side) for p in points]
        return pictures, points


def _colours(rng: np.random.Generator) -> tuple[Array, Array]:
    """A random change of colour and light, see `recoloured`.

    Statues and drawings are not among the clips: what is grey or green must stay so.
    """
    kind = rng.random()
    mix = np.eye(3)
    if kind < 0.2:  # stone and pencil, tinted a little
        mix = np.full((3, 3), 1 / 3) * rng.uniform(0.85, 1.1, size=(3, 1))
    elif kind < 0.35:  # no one's skin
        mix = 0.6 * np.eye(3)[rng.permutation(3)] + 0.4 * np.eye(3)
    mix = mix @ np.diag(rng.uniform(0.85, 1.15, size=3))
    gamma, gain, lift = rng.uniform(0.7, 1.4), rng.uniform(0.8, 1.15), rng.uniform(-12, 12)
    table = (255 * (np.arange(256) / 255) ** gamma * gain + lift).clip(0, 255).astype(np.uint8)
    return mix, table


def recoloured(picture: Array, mix: Array, table: Array) -> Array:
    """(h, w, 3) uint8 with its channels mixed (3, 3) and looked up in a table (256,) uint8."""
    return np.asarray(cv2.LUT(cv2.transform(picture, mix), table))


def mirrored(points: Array, side: int) -> Array:
    """Landmarks (68, 2) of a square flipped left to right."""
    out = points[MIRROR].copy()
    out[:, 0] = side - 1 - out[:, 0]
    return out
