"""Pairs of frames to batches for the translator: moved, mirrored and recoloured at random."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from talkinghead.landmarks import MIRROR
from talkinghead.render.paint import between, guide, paintable
from talkinghead.train.pairs import Pairs
from talkinghead.types import Array

SHARE = 0.7  # power of a talker's pairs that his share of the batches grows with


@dataclass(frozen=True)
class Scenes:
    """Squares on which the translator is taught or measured; all pictures in [0, 1]."""

    seen: Tensor  # (b, CHANNELS, s, s), see `render.paint.guide`
    area: Tensor  # (b, 1, s, s) what may be painted
    mouth: Tensor  # (b, 1, s, s) between the lips
    warped: Tensor  # (b, 3, s, s)
    truth: Tensor  # (b, 3, s, s)

    def to(self, device: str) -> "Scenes":
        """The same on another device."""
        return Scenes(**{name: part.to(device) for name, part in vars(self).items()})


@dataclass(frozen=True)
class Pair:
    """One of the pairs of a file."""

    pairs: Pairs
    place: int

    def parts(self) -> tuple[list[Array], list[Array]]:
        """Portrait, warped and true square (p, p, 3); landmarks before and now (68, 2)."""
        one, i = self.pairs, self.place
        source = one.which[i]
        pictures = [one.sources[source], one.warped[i], one.targets[i]]
        return pictures, [one.before[source], one.now[i]]


def every_pair(files: Iterable[Pairs]) -> list[Pair]:
    """All pairs, file after file."""
    return [Pair(one, place) for one in files for place in range(len(one))]


def scenes(pairs: list[Pair], side: int, rng: np.random.Generator | None = None) -> Scenes:
    """Pairs as one batch; with `rng` each is shifted, mirrored and recoloured by chance."""
    rows: dict[str, list[Array]] = defaultdict(list)
    for pair in pairs:
        pictures, points = pair.parts()
        room = pictures[0].shape[0] - side
        shift = rng.integers(0, room + 1, size=2) if rng is not None else [room // 2, room // 2]
        left, top = int(shift[0]), int(shift[1])
        pictures = [p[top : top + side, left : left + side] for p in pictures]
        before, now = ((p - np.array([left, top])).astype(np.float32) for p in points)
        if rng is not None:
            pictures = recoloured(pictures, rng)
            if rng.random() < 0.5:
                pictures = [np.ascontiguousarray(p[:, ::-1]) for p in pictures]
                before, now = (mirrored(p, side) for p in (before, now))
        original, warped, truth = pictures
        rows["seen"].append(guide(warped, original, before, now))
        rows["area"].append(paintable(before, now, side)[None])
        rows["mouth"].append(between(now, side)[None])
        rows["warped"].append(_planes(warped))
        rows["truth"].append(_planes(truth))
    return Scenes(**{name: torch.from_numpy(np.stack(parts)) for name, parts in rows.items()})


def mirrored(points: Array, side: int) -> Array:
    """Landmarks (68, 2) of a square flipped left to right."""
    out = points[MIRROR].copy()
    out[:, 0] = side - 1 - out[:, 0]
    return out


def recoloured(pictures: list[Array], rng: np.random.Generator) -> list[Array]:
    """The same random change of colour and light for all (h, w, 3) uint8 pictures.

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
    return [cv2.LUT(cv2.transform(p, mix), table) for p in pictures]


def _planes(picture: Array) -> Array:
    return picture.transpose(2, 0, 1).astype(np.float32) / 255


class SceneBatches:
    """Draws batches for ever; the same seed and step give the same batch."""

    def __init__(self, pairs: list[Pair], side: int, *, size: int = 16, seed: int = 0):
        self.pairs, self.side, self.size, self.seed = pairs, side, size, seed
        count: dict[str, int] = defaultdict(int)
        for pair in pairs:
            count[pair.pairs.talker] += 1
        weights = np.array([count[pair.pairs.talker] ** (SHARE - 1) for pair in pairs])
        self.chances = weights / weights.sum()

    def __call__(self, step: int) -> Scenes:
        rng = np.random.default_rng([self.seed, step])
        drawn = rng.choice(len(self.pairs), size=self.size, p=self.chances)
        return scenes([self.pairs[i] for i in drawn], self.side, rng)
