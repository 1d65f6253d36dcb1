"""Recordings and batches for the speaker branch: content features, head motion and lip style."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter
from torch import Tensor

from talkinghead.face.tracking import JITTER_SIGMA
from talkinghead.geometry.mouth import equalize_lip_offsets, mouth_opening
from talkinghead.landmarks import BROWS, EYES, JAW, MIRROR, MOUTH
from talkinghead.media.loudness import normalise_loudness
from talkinghead.models.speaker_branch import SpeakerBranchSize
from talkinghead.sample_rates import RATE
from talkinghead.train.batches import TensorBatch, sampling_weights
from talkinghead.train.data.clips import MIN_FRAMES, Example
from talkinghead.types import Array, Waveform

# Speech to content features (stride * t, c) and a speaker embedding (256,).
ExtractFeatures = Callable[[Waveform], tuple[Array, Array]]

BLINK_FRAMES = 13  # a median over as many removes blinks, which are added in postprocessing
STYLE_SIGMA = 8.0  # motion frames: slower lip motion is style, faster motion is speech
RANGE_WINDOW = MIN_FRAMES  # frames over which a range of motion is measured
RANGE_FLOOR = 1e-4  # added to a range before its logarithm
MIRRORED_POSE = np.array([-1, 1, -1, -1, 1, 1], dtype=np.float32)  # signs of a mirrored pose
ROW_FRAMES = (MIN_FRAMES, 72, 150)  # of the rows of a batch; clips serve the lengths they fill
LENGTH_SHARES = (0.4, 0.25, 0.35)  # of the batches
BATCH_SIZE = 40  # rows of the shortest length; longer ones have fewer
SAMPLING_POWER = 0.4  # a speaker is drawn in proportion to this power of the number of frames
SILENT_WEIGHT = 0.3  # of a speaker without speech, relative to one with it
EMBEDDING_NOISE = 0.02


@dataclass(frozen=True)
class Recording:
    """One clip. Motion is relative to the clip's mean, without jitter and blinks."""

    content: Array  # (stride * t, c) float16 content features; zeros without speech
    speaker_embedding: Array  # (s,) float32; zeros without speech
    pose: Array  # (t, 6) float32 degrees and face widths
    residual: Array  # (t, 68, 3) float16, see `speaker_residual`
    log_ranges: Array  # (8,) float32, see `motion_log_ranges`
    speaker: str
    source: str

    @property
    def has_speech(self) -> bool:
        """Whether the clip has the speaker's voice."""
        return bool(self.speaker_embedding.any())


def window_log_ranges(values: Array) -> Array:
    """(t, k) to (k,) mean log standard deviation in windows of about RANGE_WINDOW frames.

    Windows of one length, since the head moves further in longer clips.
    """
    count = max(1, len(values) // RANGE_WINDOW)
    edges = np.linspace(0, len(values), count + 1).astype(int)
    deviations = [values[a:b].std(axis=0) for a, b in pairwise(edges)]
    return np.asarray(np.log(np.stack(deviations) + RANGE_FLOOR).mean(axis=0))


def motion_log_ranges(points: Array, pose: Array) -> Array:
    """(8,) log ranges of (t, 68, 3) and (t, 6): of the pose, the brows and the mouth opening."""
    smooth_pose = gaussian_filter1d(pose, JITTER_SIGMA, axis=0, mode="nearest")
    brows = gaussian_filter1d(brow_height(points), JITTER_SIGMA, mode="nearest")
    curves = np.concatenate([smooth_pose, brows[:, None], mouth_opening(points)[:, None]], axis=1)
    return window_log_ranges(curves).astype(np.float32)


def brow_height(points: Array) -> Array:
    """(t, 68, 3) to the (t,) mean height of the brows above the eyes, face widths."""
    return np.asarray(points[:, EYES, 1].mean(axis=1) - points[:, BROWS, 1].mean(axis=1))


def speaker_residual(points: Array) -> Array:
    """The part of (t, 68, 3) landmarks that the speaker branch predicts, as displacements.

    Brows, eyelids without blinks, and the slow motion of lips and jaw without the mouth opening.
    """
    offsets = points - points.mean(axis=0)
    residual = np.zeros_like(offsets)
    residual[:, BROWS] = gaussian_filter1d(offsets[:, BROWS], JITTER_SIGMA, axis=0, mode="nearest")
    lids = median_filter(offsets[:, EYES], size=(BLINK_FRAMES, 1, 1), mode="nearest")
    residual[:, EYES] = gaussian_filter1d(lids, 2 * JITTER_SIGMA, axis=0, mode="nearest")
    for part in (JAW, MOUTH):
        slow = gaussian_filter1d(offsets[:, part], STYLE_SIGMA, axis=0, mode="nearest")
        residual[:, part] = slow
    return equalize_lip_offsets(residual)


def build_recording(
    example: Example, extract_features: ExtractFeatures, size: SpeakerBranchSize
) -> Recording:
    """The features and the motion of one example."""
    frames = len(example.pose)
    content = np.zeros((frames * size.stride, size.content_channels), dtype=np.float16)
    embedding = np.zeros(size.speaker_channels, dtype=np.float32)
    if example.samples.size and np.ptp(example.samples) > 0:
        wave = normalise_loudness(Waveform(example.samples, RATE))
        features, embedding = extract_features(wave)
        indices = np.arange(frames * size.stride).clip(max=len(features) - 1)
        content = features[indices].astype(np.float16)
    pose = example.pose - example.pose.mean(0)
    pose = gaussian_filter1d(pose, JITTER_SIGMA, axis=0, mode="nearest")
    return Recording(
        content,
        embedding.astype(np.float32),
        pose.astype(np.float32),
        speaker_residual(example.points).astype(np.float16),
        motion_log_ranges(example.points, example.pose),
        example.speaker,
        example.source,
    )


def build_recordings(
    examples: Iterable[Example], extract_features: ExtractFeatures, size: SpeakerBranchSize
) -> list[Recording]:
    """The recordings of all examples of RANGE_WINDOW frames or more."""
    return [
        build_recording(example, extract_features, size)
        for example in examples
        if len(example.pose) >= RANGE_WINDOW
    ]


def group_by_speaker(recordings: Iterable[Recording]) -> dict[str, list[Recording]]:
    """Recordings by speaker, sorted by name."""
    grouped: dict[str, list[Recording]] = defaultdict(list)
    for recording in recordings:
        grouped[recording.speaker].append(recording)
    return dict(sorted(grouped.items()))


@dataclass(frozen=True)
class SpeakerBatch(TensorBatch):
    """The training examples of one step, all of one length."""

    content: Tensor  # (b, stride * t, c)
    speaker_embedding: Tensor  # (b, s)
    has_speech: Tensor  # (b,) 0 or 1
    pose: Tensor  # (b, t, 6)
    residual: Tensor  # (b, t, 68, 3)
    log_ranges: Tensor  # (b, 8) of the clips

    def with_speech(self) -> "SpeakerBatch":
        """The rows that have speech."""
        chosen = self.has_speech > 0
        return SpeakerBatch(*(part[chosen] for part in vars(self).values()))


@dataclass(frozen=True)
class _LengthPool:
    """The speakers whose clips fill rows of one length."""

    frames: int
    rows: int
    speakers: list[list[Recording]]
    probabilities: Array


class SpeakerBatches:
    """Random batches: a function of seed and step."""

    def __init__(
        self, recordings: list[Recording], stride: int, size: int = BATCH_SIZE, seed: int = 0
    ):
        self.stride, self.seed = stride, seed
        self.pools: list[_LengthPool] = []
        shares = []
        for frames, share in zip(ROW_FRAMES, LENGTH_SHARES, strict=True):
            rows = max(4, round(size * (ROW_FRAMES[0] / frames) ** 0.75))
            fitting = [r for r in recordings if len(r.pose) >= frames]
            speakers = list(group_by_speaker(fitting).values())
            if speakers:
                sizes = (sum(len(r.pose) for r in speaker) for speaker in speakers)
                has_speech = np.array([any(r.has_speech for r in s) for s in speakers])
                factors = np.where(has_speech, 1.0, SILENT_WEIGHT)
                probabilities = sampling_weights(sizes, SAMPLING_POWER, factors)
                self.pools.append(_LengthPool(frames, rows, speakers, probabilities))
                shares.append(share)
        self.pool_shares = np.array(shares) / sum(shares) if shares else np.zeros(0)

    def __call__(self, step: int) -> SpeakerBatch:
        rng = np.random.default_rng([self.seed, step])
        pool = self.pools[rng.choice(len(self.pools), p=self.pool_shares)]
        drawn = rng.choice(len(pool.speakers), size=pool.rows, p=pool.probabilities)
        return SpeakerBatch.stack([self._row(pool.speakers[i], pool.frames, rng) for i in drawn])

    def _row(
        self, speaker: list[Recording], frames: int, rng: np.random.Generator
    ) -> tuple[Any, ...]:
        clip = speaker[rng.integers(len(speaker))]
        start = int(rng.integers(len(clip.pose) - frames + 1))
        cut = slice(start, start + frames)
        content = clip.content[start * self.stride : (start + frames) * self.stride]
        pose, residual = clip.pose[cut], clip.residual[cut].astype(np.float32)
        if rng.random() < 0.5:
            pose = pose * MIRRORED_POSE
            residual = residual[:, MIRROR] * np.array([-1, 1, 1], dtype=np.float32)
        # In use the embedding is of little or much speech: draw between this clip's and the mean.
        embedding = clip.speaker_embedding
        if clip.has_speech:
            mean = np.mean([r.speaker_embedding for r in speaker if r.has_speech], axis=0)
            embedding = embedding + rng.random() * (mean - embedding)
            embedding = embedding + rng.normal(0, EMBEDDING_NOISE, embedding.shape)
        return (
            content.astype(np.float32),
            embedding.astype(np.float32),
            np.float32(clip.has_speech),
            pose - pose.mean(axis=0),
            residual - residual.mean(axis=0),
            clip.log_ranges,
        )
