"""What the speaker branch learns from: clips as heard, and how the talker's head went."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d, median_filter
from torch import Tensor

from talkinghead.clock import RATE
from talkinghead.face.follow import TREMOR
from talkinghead.geometry.mouth import gapless, opening
from talkinghead.landmarks import BROWS, EYES, JAW, MIRROR, MOUTH
from talkinghead.media.audio import normalise_loudness
from talkinghead.motion.speaker_branch import SpeakerBranchSize
from talkinghead.train.clips import SHORTEST, Example
from talkinghead.types import Array, Waveform

Listen = Callable[[Waveform], tuple[Array, Array]]  # content (stride * t, c), speaker (256,)

BLINK = 13  # frames: a median this long hides blinks, which the style stage makes
POSTURE = 8.0  # frames: lips slower than this are style, faster ones are speech
WINDOW = SHORTEST  # frames over which a range is taken
FLOOR = 1e-4  # added to a range before its logarithm
SIDES = np.array([-1, 1, -1, -1, 1, 1], dtype=np.float32)  # of a pose seen in the mirror
LENGTHS = (SHORTEST, 72, 150)  # frames of a batch's rows; a clip serves all that it can fill
ROWS = 40  # of a batch of the shortest; longer ones have fewer
SHARES = (0.4, 0.25, 0.35)  # of the batches
TALKER_SHARE = 0.4  # power of a talker's frames that his share of the rows grows with


@dataclass(frozen=True)
class Recording:
    """One clip. Motion is relative to the clip's mean, without tremor and blinks."""

    content: Array  # (stride * t, c) float16; zeros where there is no speech
    speaker: Array  # (s,) float32 speaker embedding; zeros where there is no speech
    pose: Array  # (t, 6) float32
    residual: Array  # (t, 68, 3) float16 brows and lids, and slow gapless lips and jaw
    figures: Array  # (8,) float32 log ranges: pose axes, brows, opening of the mouth
    talker: str
    source: str

    @property
    def speaks(self) -> bool:
        """Whether the talker is heard."""
        return bool(self.speaker.any())


def ranges(values: Array) -> Array:
    """(t, k) to (k,) mean log standard deviation in windows of about WINDOW frames.

    Of equal windows, so that a long clip, in which a head gets further, counts like a short.
    """
    count = max(1, len(values) // WINDOW)
    edges = np.linspace(0, len(values), count + 1).astype(int)
    spreads = [values[a:b].std(axis=0) for a, b in pairwise(edges)]
    return np.asarray(np.log(np.stack(spreads) + FLOOR).mean(axis=0))


def residual_of(points: Array) -> Array:
    """(t, 68, 3) points to what the speaker branch owns of them: see Recording.residual."""
    moved = points - points.mean(axis=0)
    own = np.zeros_like(moved)
    own[:, BROWS] = gaussian_filter1d(moved[:, BROWS], TREMOR, axis=0, mode="nearest")
    lids = median_filter(moved[:, EYES], size=(BLINK, 1, 1), mode="nearest")
    own[:, EYES] = gaussian_filter1d(lids, 2 * TREMOR, axis=0, mode="nearest")
    for part in (JAW, MOUTH):
        own[:, part] = gaussian_filter1d(moved[:, part], POSTURE, axis=0, mode="nearest")
    return gapless(own)


def brow_height(points: Array) -> Array:
    """(t, 68, 3) to the (t,) mean height of the brows over the eyes, face widths."""
    return np.asarray(points[:, EYES, 1].mean(axis=1) - points[:, BROWS, 1].mean(axis=1))


def figures_of(points: Array, pose: Array) -> Array:
    """(8,) log ranges of a track: six of its pose, its brows' and its mouth's."""
    calm = gaussian_filter1d(pose, TREMOR, axis=0, mode="nearest")
    brows = gaussian_filter1d(brow_height(points), TREMOR, mode="nearest")
    curves = np.concatenate([calm, brows[:, None], opening(points)[:, None]], axis=1)
    return ranges(curves).astype(np.float32)


def recording_of(example: Example, listen: Listen, size: SpeakerBranchSize) -> Recording:
    """Hear one example, and take its motion apart."""
    frames = len(example.pose)
    content = np.zeros((frames * size.stride, size.content), dtype=np.float16)
    speaker = np.zeros(size.speaker, dtype=np.float32)
    if example.samples.size and np.ptp(example.samples) > 0:
        heard, speaker = listen(normalise_loudness(Waveform(example.samples, RATE)))
        places = np.arange(frames * size.stride).clip(max=len(heard) - 1)
        content = heard[places].astype(np.float16)
    pose = gaussian_filter1d(example.pose - example.pose.mean(0), TREMOR, axis=0, mode="nearest")
    return Recording(
        content,
        speaker.astype(np.float32),
        pose.astype(np.float32),
        residual_of(example.points).astype(np.float16),
        figures_of(example.points, example.pose),
        example.talker,
        example.source,
    )


def recordings_of(
    examples: Iterable[Example], listen: Listen, size: SpeakerBranchSize
) -> list[Recording]:
    """All examples long enough to show a range, heard once and kept."""
    return [
        recording_of(example, listen, size) for example in examples if len(example.pose) >= WINDOW
    ]


def by_talker(recordings: Iterable[Recording]) -> dict[str, list[Recording]]:
    """Recordings grouped by talker, in the order of the names."""
    grouped: dict[str, list[Recording]] = defaultdict(list)
    for recording in recordings:
        grouped[recording.talker].append(recording)
    return dict(sorted(grouped.items()))


@dataclass(frozen=True)
class SequenceBatch:
    """What one step learns from; rows of one length."""

    content: Tensor  # (b, stride * t, c)
    speaker: Tensor  # (b, s)
    known: Tensor  # (b,) 1 where the talker is heard
    pose: Tensor  # (b, t, 6)
    residual: Tensor  # (b, t, 68, 3)
    figures: Tensor  # (b, 8) the clips' own log ranges

    def to(self, device: str) -> "SequenceBatch":
        """The same batch on another device."""
        return SequenceBatch(*(part.to(device) for part in vars(self).values()))


class Sequences:
    """Draws batches for ever; the same seed and step give the same batch."""

    def __init__(self, recordings: list[Recording], stride: int, size: int = ROWS, seed: int = 0):
        self.stride, self.seed = stride, seed
        self.pools: list[tuple[int, int, list[list[Recording]], Array]] = []
        self.shares: list[float] = []
        for length, share in zip(LENGTHS, SHARES, strict=True):
            rows = max(4, round(size * (LENGTHS[0] / length) ** 0.75))
            fitting = [r for r in recordings if len(r.pose) >= length]
            talkers = list(by_talker(fitting).values())
            if talkers:
                frames = np.array([sum(len(r.pose) for r in talker) for talker in talkers])
                heard = np.array([any(r.speaks for r in talker) for talker in talkers])
                chances = frames**TALKER_SHARE * np.where(heard, 1.0, 0.3)
                self.pools.append((length, rows, talkers, chances / chances.sum()))
                self.shares.append(share)

    def __call__(self, step: int) -> SequenceBatch:
        rng = np.random.default_rng([self.seed, step])
        shares = np.array(self.shares) / sum(self.shares)
        length, rows, talkers, chances = self.pools[rng.choice(len(self.pools), p=shares)]
        chosen = rng.choice(len(talkers), size=rows, p=chances)
        drawn = [self._row(talkers[i], length, rng) for i in chosen]
        return SequenceBatch(
            *(torch.from_numpy(np.stack(part)) for part in zip(*drawn, strict=True))
        )

    def _row(
        self, talker: list[Recording], length: int, rng: np.random.Generator
    ) -> tuple[Any, ...]:
        one = talker[rng.integers(len(talker))]
        start = int(rng.integers(len(one.pose) - length + 1))
        cut = slice(start, start + length)
        content = one.content[start * self.stride : (start + length) * self.stride]
        pose, residual = one.pose[cut], one.residual[cut].astype(np.float32)
        if rng.random() < 0.5:
            pose = pose * SIDES
            residual = residual[:, MIRROR] * np.array([-1, 1, 1], dtype=np.float32)
        # A voice is known from much or little: between this clip's and the talker's mean.
        speaker = one.speaker
        if one.speaks:
            mean = np.mean([r.speaker for r in talker if r.speaks], axis=0)
            speaker = speaker + rng.random() * (mean - speaker)
            speaker = speaker + rng.normal(0, 0.02, speaker.shape)
        return (
            content.astype(np.float32),
            speaker.astype(np.float32),
            np.float32(one.speaks),
            pose - pose.mean(axis=0),
            residual - residual.mean(axis=0),
            one.figures,
        )
