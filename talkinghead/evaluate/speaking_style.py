"""Evaluate speaking style: does the predicted range of motion rank speakers as the true one?

Frame-by-frame distances are meaningless for head motion, which differs between takes of the same
words. Characteristic of a speaker is how far and how fast head and mouth move.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.stats import spearmanr

from talkinghead.errors import InputError
from talkinghead.evaluate.registration import neutral_face
from talkinghead.face.tracking import JITTER_SIGMA
from talkinghead.geometry.mouth import mouth_opening
from talkinghead.landmarks import BROWS
from talkinghead.sample_rates import FPS, RATE
from talkinghead.types import Array, FaceShape, FaceTrack, SpeechFeatures, Waveform

STATISTICS = ("yaw", "pitch", "roll", "x", "y", "speed", "mouth")  # see `style_statistics`
RANGES = (*STATISTICS, "brows")  # see `motion_ranges`
UNITS = (
    "ranges over a second: yaw, pitch, roll in degrees; x, y, mouth, brows in % of the face's "
    "width; speed in degrees a second"
)
WINDOW = 28  # frames, about a second: the length of the shortest clips
MAX_CLIPS = 12  # of one speaker
MIN_RATIO = 1.25  # of true statistics; speakers with a smaller ratio are not compared
MIN_SPEAKERS = 4  # for a rank correlation
TAKES = 6  # seeds per recording

# Audio, a neutral face and optionally a speaker embedding to replace the recording's own.
Predictor = Callable[[Waveform, FaceShape, Array | None], FaceTrack]
# Features, the speaker embedding (256,) of the style, and a seed.
StylePredictor = Callable[[SpeechFeatures, Array, int], FaceTrack]


class TrainingClip(Protocol):
    """A clip prepared for training, as `train.data.clips` stores it."""

    @property
    def speaker(self) -> str:
        """The speaker."""
        ...

    @property
    def points(self) -> Array:
        """(t, 68, 3) landmarks in face widths at FPS."""
        ...

    @property
    def pose(self) -> Array:
        """(t, 6) head pose."""
        ...

    @property
    def samples(self) -> Array:
        """(n,) float32 at RATE; empty for a clip without speech."""
        ...


@dataclass(frozen=True)
class StyleClip:
    """A recording of a speaker and the motion in it."""

    speaker: str
    wave: Waveform
    face: FaceShape
    track: FaceTrack  # at FPS


@dataclass(frozen=True)
class StyleComparison:
    """True and predicted statistics, one row per speaker."""

    speakers: list[str]
    true: Array  # (n, len(STATISTICS))
    predicted: Array  # (n, len(STATISTICS))

    def rank_correlations(self) -> dict[str, float]:
        """Spearman correlation over the speakers, by statistic; 0 if all are equal."""
        if len(self.speakers) < MIN_SPEAKERS:
            raise InputError(f"{len(self.speakers)} speakers; ranks need {MIN_SPEAKERS} or more")
        columns = zip(STATISTICS, self.true.T, self.predicted.T, strict=True)
        return {
            name: float(spearmanr(a, b)[0]) if np.ptp(a) > 0 and np.ptp(b) > 0 else 0.0
            for name, a, b in columns
        }

    def range_ratios(self) -> dict[str, float]:
        """Predicted divided by true, geometric mean over the speakers, by statistic."""
        logs = np.log(np.maximum(self.predicted, 1e-6) / np.maximum(self.true, 1e-6))
        return dict(zip(STATISTICS, np.exp(logs.mean(axis=0)).tolist(), strict=True))


def style_clips(
    clips: Iterable[TrainingClip], is_selected: Callable[[str], bool]
) -> Iterator[StyleClip]:
    """Clips with speech of the selected speakers, at most MAX_CLIPS of each.

    Clips shorter than WINDOW are left out.
    """
    counts: dict[str, int] = defaultdict(int)
    for clip in clips:
        speaker, points = clip.speaker, clip.points
        has_speech = clip.samples.size and len(points) >= WINDOW
        if not has_speech or not is_selected(speaker) or counts[speaker] >= MAX_CLIPS:
            continue
        counts[speaker] += 1
        face = FaceShape(neutral_face(points).astype(np.float32))
        track = FaceTrack(points, clip.pose)
        yield StyleClip(speaker, Waveform(clip.samples, RATE), face, track)


def style_statistics(track: FaceTrack) -> Array:
    """(len(STATISTICS),) motion statistics of a track.

    Standard deviations of yaw, pitch and roll (degrees), of x, y and the mouth opening (% of the
    face's width), each averaged over windows of WINDOW frames so that long recordings count like
    short ones; and the mean angular speed of the head (degrees a second). Raises InputError for a
    track shorter than one window.
    """
    if track.fps != FPS:
        raise InputError(f"speaking style is measured at {FPS} frames a second, got {track.fps:g}")
    if len(track) < WINDOW:
        raise InputError(f"{len(track)} frames; a speaking style needs {WINDOW} or more")
    pose = gaussian_filter1d(track.pose.astype(np.float64), JITTER_SIGMA, axis=0, mode="nearest")
    curves = np.column_stack([pose[:, :5], mouth_opening(track.points)])
    parts = np.array_split(curves, len(curves) // WINDOW)
    stds = np.mean([part.std(axis=0) for part in parts], axis=0) * ([1] * 3 + [100] * 3)
    speed = np.linalg.norm(np.diff(pose[:, :3], axis=0), axis=1).mean() * FPS
    return np.asarray([*stds[:5], speed, stds[5]])


def compare_styles(clips: Iterable[StyleClip], predict: Predictor) -> StyleComparison:
    """True and predicted statistics of each speaker, averaged over the speaker's recordings."""
    rows: dict[str, list[tuple[Array, Array]]] = defaultdict(list)
    for clip in clips:
        predicted = predict(clip.wave, clip.face, None)
        rows[clip.speaker].append((style_statistics(clip.track), style_statistics(predicted)))
    if not rows:
        raise InputError("no recordings; speaking style is measured on talking clips with audio")
    speakers = sorted(rows)
    means = np.array([np.mean(rows[speaker], axis=0) for speaker in speakers])
    return StyleComparison(speakers, means[:, 0], means[:, 1])


def swap_speakers(
    clips: Sequence[StyleClip],
    predict: Predictor,
    embeddings: dict[str, Array],
    rng: np.random.Generator,
    pairs: int = 200,
) -> dict[str, float]:
    """Share of pairs whose statistic changes in the right direction when the speaker is swapped.

    The motion of a recording of speaker a is predicted with the mean embedding of a and of b; it
    should be larger for b if b really moves more. Pairs are drawn at random and count for the
    statistics that differ by MIN_RATIO. Chance is 0.5; NaN for a statistic without such a pair.
    """
    by_speaker: dict[str, list[StyleClip]] = defaultdict(list)
    for clip in clips:
        by_speaker[clip.speaker].append(clip)
    speakers = sorted(by_speaker)
    if len(speakers) < 2:
        raise InputError("one speaker; embeddings can be swapped between two or more")
    true = {
        speaker: np.mean([style_statistics(clip.track) for clip in by_speaker[speaker]], axis=0)
        for speaker in speakers
    }
    right, counted = np.zeros(len(STATISTICS)), np.zeros(len(STATISTICS))
    for _ in range(pairs):
        a, b = (speakers[i] for i in rng.choice(len(speakers), size=2, replace=False))
        clip = by_speaker[a][rng.integers(len(by_speaker[a]))]
        own, swapped = (
            style_statistics(predict(clip.wave, clip.face, embeddings[name])) for name in (a, b)
        )
        log_ratio = np.log(np.maximum(true[b], 1e-6) / np.maximum(true[a], 1e-6))
        distinct = np.abs(log_ratio) > np.log(MIN_RATIO)
        counted += distinct
        right += distinct * (np.sign(swapped - own) == np.sign(log_ratio))
    shares = np.divide(right, counted, out=np.full(len(STATISTICS), np.nan), where=counted > 0)
    return dict(zip(STATISTICS, shares.tolist(), strict=True))


def brow_range(track: FaceTrack) -> float:
    """Standard deviation of the brows' height, averaged over windows, in % of the face's width."""
    height = track.points[:, BROWS, 1].mean(axis=1)
    parts = np.array_split(height, max(1, len(track) // WINDOW))
    return 100 * float(np.mean([part.std() for part in parts]))


def motion_ranges(
    embedding: Array,
    features: Sequence[SpeechFeatures],
    predict: StylePredictor,
    takes: int = TAKES,
) -> dict[str, float]:
    """RANGES of the motion predicted with a speaker embedding (256,).

    `style_statistics` and `brow_range`, averaged over the recordings in `features` and over
    `takes` seeds.
    """
    rows = []
    for recording in features:
        for seed in range(takes):
            track = predict(recording, embedding, seed)
            rows.append([*style_statistics(track), brow_range(track)])
    return dict(zip(RANGES, np.mean(rows, axis=0).tolist(), strict=True))
