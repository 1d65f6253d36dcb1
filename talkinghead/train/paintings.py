"""Pairs of frames to batches for the translator."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from talkinghead.landmarks import MOUTH
from talkinghead.render.paint import between, guide, paintable, room
from talkinghead.train.augment_squares import Chance
from talkinghead.train.pairs import TOGETHER, Pairs
from talkinghead.types import Array

GROWN = 1.5  # the box about the mouth, over that of its landmarks
SHARE = 0.7  # power of a talker's pairs that his share of the batches grows with


@dataclass(frozen=True)
class Scenes:
    """Squares on which the translator is taught or measured; all pictures in [0, 1]."""

    seen: Tensor  # (b, CHANNELS, s, s), see `render.paint.guide`
    room: Tensor  # (b, 3, s, s) what may be painted, lit and moved
    area: Tensor  # (b, 1, s, s) lips and mouth, where anything may be painted
    mouth: Tensor  # (b, 1, s, s) between the lips
    box: Tensor  # (b, 1, s, s) the mouth and as much about it as is measured
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


def scenes(
    pairs: list[Pair], side: int, rng: np.random.Generator | None = None, together: int = 1
) -> Scenes:
    """Pairs as one batch; with `rng` each is shifted, mirrored and recoloured by chance.

    Each `together` pairs in succession share their chance.
    """
    rows: dict[str, list[Array]] = defaultdict(list)
    for place, pair in enumerate(pairs):
        pictures, points = pair.parts()
        if place % together == 0:
            chance = Chance.drawn(pictures[0].shape[0] - side, rng)
        pictures, (before, now) = chance.upon(pictures, points, side)
        original, warped, truth = pictures
        rows["seen"].append(guide(warped, original, before, now))
        rows["room"].append(room(before, now, side))
        rows["area"].append(paintable(before, now, side)[None])
        rows["mouth"].append(between(now, side)[None])
        rows["box"].append(boxed(now, side)[None])
        rows["warped"].append(_planes(warped))
        rows["truth"].append(_planes(truth))
    return Scenes(**{name: torch.from_numpy(np.stack(parts)) for name, parts in rows.items()})


def boxed(points: Array, side: int) -> Array:
    """(side, side) float32, 1 in the mouth's box grown by half, as pictures are measured."""
    low, high = points[MOUTH].min(axis=0), points[MOUTH].max(axis=0)
    middle, half = (low + high) / 2, GROWN * (high - low) / 2
    left, top = np.floor(middle - half).clip(0, side).astype(int)
    right, bottom = np.ceil(middle + half).clip(0, side).astype(int)
    box = np.zeros((side, side), dtype=np.float32)
    box[top:bottom, left:right] = 1
    return box


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


@dataclass(frozen=True)
class Succession:
    """Scenes of runs of TOGETHER frames, run after run, and what is heard with each."""

    scenes: Scenes  # of runs * TOGETHER squares
    mel: Tensor  # (runs, HEARD, BANDS); NaN where nothing is known

    def to(self, device: str) -> "Succession":
        """The same on another device."""
        return Succession(self.scenes.to(device), self.mel.to(device))


@dataclass(frozen=True)
class Run:
    """One run of a file."""

    pairs: Pairs
    place: int

    def parts(self) -> list[Pair]:
        """Its pairs, in order."""
        return [Pair(self.pairs, int(i)) for i in self.pairs.runs[self.place]]


def every_run(files: Iterable[Pairs]) -> list[Run]:
    """All runs, file after file."""
    return [Run(one, place) for one in files for place in range(len(one.runs))]


def succession(runs: list[Run], side: int, rng: np.random.Generator | None = None) -> Succession:
    """Runs as one batch; with `rng` each is changed by chance, all its frames alike."""
    pairs = [pair for run in runs for pair in run.parts()]
    mel = np.stack([run.pairs.mel[run.place] for run in runs]).astype(np.float32)
    return Succession(scenes(pairs, side, rng, TOGETHER), torch.from_numpy(mel))


class RunBatches:
    """Draws batches of runs for ever; the same seed and step give the same batch."""

    def __init__(self, runs: list[Run], side: int, *, size: int = 2, seed: int = 0):
        self.runs, self.side, self.size, self.seed = runs, side, size, seed

    def __call__(self, step: int) -> Succession:
        rng = np.random.default_rng([self.seed, step, 1])
        drawn = rng.integers(len(self.runs), size=self.size)
        return succession([self.runs[i] for i in drawn], self.side, rng)
