"""Batches of frame pairs for the translator."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from talkinghead.landmarks import MOUTH
from talkinghead.render.refine import blend_masks, conditioning, mouth_mask, recolor_mask
from talkinghead.train.augment.mouth_crops import CropAugmentation
from talkinghead.train.batches import TensorBatch
from talkinghead.train.data.frame_pairs import RUN_FRAMES, FramePairs
from talkinghead.types import Array

BOX_SCALE = 1.5  # size of the box that is measured, over that of the mouth landmarks
SAMPLING_POWER = 0.7  # a speaker is drawn in proportion to this power of the number of pairs


@dataclass(frozen=True)
class TranslatorBatch(TensorBatch):
    """Mouth crops to train or validate on; images are RGB in [0, 1], masks in [0, 1]."""

    inputs: Tensor  # (b, CHANNELS, s, s) of the network, see `render.refine.conditioning`
    masks: Tensor  # (b, 3, s, s) what may be changed, see `render.refine.blend_masks`
    recolor: Tensor  # (b, 1, s, s) lips and mouth, where any colour may be added
    mouth: Tensor  # (b, 1, s, s) between the lips
    box: Tensor  # (b, 1, s, s) the mouth with its surroundings, which metrics are measured in
    warped: Tensor  # (b, 3, s, s) the warped portrait
    truth: Tensor  # (b, 3, s, s) the true frame


@dataclass(frozen=True)
class RunBatch(TensorBatch):
    """Runs of RUN_FRAMES consecutive frames, one run after another."""

    frames: TranslatorBatch  # of runs * RUN_FRAMES crops
    mel: Tensor  # (runs, MEL_WINDOW, MEL_BANDS) log-mel; NaN for runs without audio


@dataclass(frozen=True)
class FramePair:
    """One of the pairs of a file."""

    pairs: FramePairs
    index: int

    @property
    def images(self) -> list[Array]:
        """Portrait, warped and true crop, (p, p, 3) uint8 each."""
        portrait = self.pairs.portraits[self.pairs.portrait_index[self.index]]
        return [portrait, self.pairs.warped[self.index], self.pairs.targets[self.index]]

    @property
    def landmarks(self) -> list[Array]:
        """The (68, 2) landmarks of the portrait and of the target, in pixels of the crop."""
        portrait = self.pairs.portrait_landmarks[self.pairs.portrait_index[self.index]]
        return [portrait, self.pairs.target_landmarks[self.index]]


@dataclass(frozen=True)
class FrameRun:
    """One of the runs of a file."""

    pairs: FramePairs
    index: int

    @property
    def frames(self) -> list[FramePair]:
        """The pairs of the run, in order."""
        return [FramePair(self.pairs, int(i)) for i in self.pairs.runs[self.index]]


def all_pairs(files: Iterable[FramePairs]) -> list[FramePair]:
    """The pairs of all files."""
    return [FramePair(pairs, index) for pairs in files for index in range(len(pairs))]


def all_runs(files: Iterable[FramePairs]) -> list[FrameRun]:
    """The runs of all files."""
    return [FrameRun(pairs, index) for pairs in files for index in range(len(pairs.runs))]


def build_batch(
    pairs: list[FramePair],
    side: int,
    rng: np.random.Generator | None = None,
    group_size: int = 1,
) -> TranslatorBatch:
    """A batch of pairs; with `rng`, each group of `group_size` pairs gets one augmentation."""
    rows: dict[str, list[Array]] = defaultdict(list)
    for number, pair in enumerate(pairs):
        images, landmarks = pair.images, pair.landmarks
        if number % group_size == 0:
            augmentation = CropAugmentation.sample(images[0].shape[0] - side, rng)
        images, (before, now) = augmentation.apply(images, landmarks, side)
        portrait, warped, truth = images
        rows["inputs"].append(conditioning(warped, portrait, before, now))
        rows["masks"].append(blend_masks(before, now, side))
        rows["recolor"].append(recolor_mask(before, now, side)[None])
        rows["mouth"].append(mouth_mask(now, side)[None])
        rows["box"].append(mouth_box_mask(now, side)[None])
        rows["warped"].append(_to_planes(warped))
        rows["truth"].append(_to_planes(truth))
    arrays = {name: torch.from_numpy(np.stack(parts)) for name, parts in rows.items()}
    return TranslatorBatch(**arrays)


def build_run_batch(
    runs: list[FrameRun], side: int, rng: np.random.Generator | None = None
) -> RunBatch:
    """A batch of runs; with `rng`, each run gets one augmentation."""
    pairs = [pair for run in runs for pair in run.frames]
    mel = np.stack([run.pairs.mel[run.index] for run in runs]).astype(np.float32)
    return RunBatch(build_batch(pairs, side, rng, RUN_FRAMES), torch.from_numpy(mel))


def mouth_box_mask(points: Array, side: int) -> Array:
    """(side, side) float32: 1 in the box of the mouth landmarks, enlarged by BOX_SCALE."""
    low, high = points[MOUTH].min(axis=0), points[MOUTH].max(axis=0)
    middle, half = (low + high) / 2, BOX_SCALE * (high - low) / 2
    left, top = np.floor(middle - half).clip(0, side).astype(int)
    right, bottom = np.ceil(middle + half).clip(0, side).astype(int)
    mask = np.zeros((side, side), dtype=np.float32)
    mask[top:bottom, left:right] = 1
    return mask


def _to_planes(image: Array) -> Array:
    return image.transpose(2, 0, 1).astype(np.float32) / 255


class FramePairBatches:
    """Random batches of frame pairs: a function of seed and step."""

    def __init__(self, pairs: list[FramePair], side: int, *, size: int = 16, seed: int = 0):
        self.pairs, self.side, self.size, self.seed = pairs, side, size, seed
        counts = Counter(pair.pairs.speaker for pair in pairs)
        weights = np.array([counts[pair.pairs.speaker] ** (SAMPLING_POWER - 1) for pair in pairs])
        self.probabilities = weights / weights.sum()

    def __call__(self, step: int) -> TranslatorBatch:
        rng = np.random.default_rng([self.seed, step])
        drawn = rng.choice(len(self.pairs), size=self.size, p=self.probabilities)
        return build_batch([self.pairs[i] for i in drawn], self.side, rng)


class RunBatches:
    """Random batches of runs: a function of seed and step."""

    def __init__(self, runs: list[FrameRun], side: int, *, size: int = 2, seed: int = 0):
        self.runs, self.side, self.size, self.seed = runs, side, size, seed

    def __call__(self, step: int) -> RunBatch:
        rng = np.random.default_rng([self.seed, step, 1])
        drawn = rng.integers(len(self.runs), size=self.size)
        return build_run_batch([self.runs[i] for i in drawn], self.side, rng)
