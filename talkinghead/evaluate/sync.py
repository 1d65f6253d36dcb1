"""Evaluate lip sync: SyncNet's offset and confidence (Chung and Zisserman 2016) of every clip."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from talkinghead.errors import InputError
from talkinghead.evaluate.clips import (
    ClipFile,
    ClipFilter,
    ClipProgress,
    FaceTracker,
    find_clips,
    read_clips,
    track_clip,
)
from talkinghead.evaluate.report import ClipMetrics, Report, SkippedClip
from talkinghead.media.video_reader import open_video
from talkinghead.models.syncnet import FRAME_WINDOW, SyncNet
from talkinghead.sample_rates import STRIDE
from talkinghead.sync.crops import crop_mouths, resample_frame_indices, sync_log_mel
from talkinghead.sync.score import MIN_EMBEDDINGS, embed_audio, embed_faces, sync_score
from talkinghead.types import Array, Video, Waveform

SHIFT: Final = 10  # frames by which the baseline `shifted` delays the audio
# offset: frames (25 per second) by which the picture lags behind the audio. near: 1 if that is
# within a frame of 0 (for `shifted`: of -SHIFT). lse_c: median minus minimum of the mean
# distance over the offsets within 15 frames; lse_d: the minimum, of unit vectors, in [0, 2].
SYNC_METRICS: dict[str, str] = {"offset": "0", "near": "1", "lse_c": "high", "lse_d": "low"}


@dataclass(frozen=True)
class ClipEmbeddings:
    """Face embeddings and log-mel of a clip."""

    faces: Array  # (n, d), one per frame at FPS
    mel: Array  # (m, bands) of the whole audio

    @property
    def frames(self) -> int:
        """Number of frames that the embeddings cover."""
        return len(self.faces) + FRAME_WINDOW - 1


def embed_clip(
    syncnet: SyncNet, frames: Iterable[Array], fps: float, wave: Waveform | None, points: Array
) -> ClipEmbeddings:
    """Embed the face in n frames with landmarks (n, 68, 3), and compute the log-mel of the audio.

    Raises InputError for a clip that is silent or too short.
    """
    if wave is None or np.ptp(wave.samples) == 0:
        raise InputError("no audio to compare the mouth with; put a wav of the same name beside it")
    indices = resample_frame_indices(len(points), fps)
    mel = sync_log_mel(wave)
    count = min(len(indices), len(mel) // STRIDE)
    if count < MIN_EMBEDDINGS + FRAME_WINDOW - 1:
        raise InputError(
            f"{count} frames with audio; at least {MIN_EMBEDDINGS + FRAME_WINDOW - 1} are needed"
        )
    indices = indices[:count]
    squares, _ = crop_mouths(_select_frames(frames, indices), points[indices], syncnet.size.side)
    return ClipEmbeddings(embed_faces(syncnet, squares), mel)


def _select_frames(frames: Iterable[Array], indices: Array) -> Iterator[Array]:
    """Yield the frames with the indices (n,), which must not decrease."""
    remaining = iter(indices.tolist())
    next_index = next(remaining, None)
    for index, frame in enumerate(frames):
        while next_index == index:
            yield frame
            next_index = next(remaining, None)
        if next_index is None:
            return


def _embed_clip_file(syncnet: SyncNet, source: ClipFile, detector: FaceTracker) -> ClipEmbeddings:
    """Embed a clip on disk. It is decoded twice instead of kept in memory.

    Raises FaceError if the face is detected in less than 90 % of the frames.
    """
    with open_video(source.path) as reader:
        points = track_clip(reader.frames, detector)
    with open_video(source.path) as reader:
        return embed_clip(syncnet, reader.frames, reader.fps, source.audio(reader), points)


def offset_of(syncnet: SyncNet, video: Video, points: Array) -> float:
    """Frames by which the picture of a clip lags behind its audio; NaN if it cannot be measured.

    `points` (n, 68, 3) are the landmarks detected in its frames.
    """
    try:
        clip = embed_clip(syncnet, video.frames, video.fps, video.audio, points)
    except InputError:
        return float("nan")
    return compute_sync_metrics(syncnet, clip, clip.mel)["offset"]


def compute_sync_metrics(
    syncnet: SyncNet, clip: ClipEmbeddings, mel: Array, delay: int = 0
) -> dict[str, float]:
    """Metrics of the face of a clip with a log-mel (m, bands) delayed by `delay` frames."""
    score = sync_score(clip.faces, embed_audio(syncnet, mel, clip.frames, -delay))
    return {
        "offset": float(score.offset),
        "near": float(abs(score.offset + delay) <= 1),
        "lse_c": score.confidence,
        "lse_d": score.distance,
    }


def evaluate_sync(
    clips: Path,
    syncnet: SyncNet,
    detector: FaceTracker,
    *,
    select: ClipFilter | None = None,
    progress: ClipProgress | None = None,
) -> Report:
    """Evaluate every clip of a folder, or one video file.

    Two baselines validate the metrics: `shifted`, the same clips with audio delayed by SHIFT
    frames, whose offset must be -SHIFT; and `stranger`, the same faces with the audio of the
    previous clip, repeated if too short, whose confidence must be lower. Clips that cannot be
    measured are skipped and counted. Raises InputError if none can be measured.
    """
    skipped_clips: list[SkippedClip] = []
    if clips.is_file():
        wav = clips.with_suffix(".wav")
        group = clips.resolve().parent.name
        sources = [ClipFile(clips, clips.name, group, wav if wav.is_file() else None)]
        progress = None
    else:
        sources = find_clips(clips, select)

    def read(source: ClipFile) -> ClipEmbeddings:
        return _embed_clip_file(syncnet, source, detector)

    rows = list(read_clips(clips, sources, read, skipped_clips, progress))
    metrics = []
    for number, (source, clip) in enumerate(rows):
        baselines = {"shifted": compute_sync_metrics(syncnet, clip, clip.mel, SHIFT)}
        if len(rows) > 1:
            other_audio = _repeat_to(rows[number - 1][1].mel, clip.frames)
            baselines["stranger"] = compute_sync_metrics(syncnet, clip, other_audio)
        own = compute_sync_metrics(syncnet, clip, clip.mel)
        metrics.append(ClipMetrics(source.name, source.group, own, baselines))
    return Report(SYNC_METRICS, metrics, skipped_clips)


def _repeat_to(mel: Array, frames: int) -> Array:
    """Repeat a log-mel (m, bands) until it covers `frames` frames."""
    return np.tile(mel, (-(-STRIDE * frames // len(mel)) + 1, 1))
