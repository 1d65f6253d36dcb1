"""Measure whether mouths fit their sound: SyncNet's offset and confidence of every clip."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from talkinghead.clock import STRIDE
from talkinghead.errors import InputError
from talkinghead.evaluate.report import ClipFigures, Report, Skip, unmeasured
from talkinghead.evaluate.sources import (
    Follower,
    Progress,
    Selection,
    Source,
    each_clip,
    followed,
)
from talkinghead.media.video import frames_of
from talkinghead.sync.net import SEEN, SyncExpert
from talkinghead.sync.score import LEAST, agreement
from talkinghead.sync.squares import mel_of, mouths, shown_at
from talkinghead.sync.vectors import face_vectors, sound_vectors
from talkinghead.types import Array, Footage, Waveform

SHIFT: Final = 10  # frames by which the sound of the baseline `shifted` comes later
# offset: frames at 25 a second by which the picture comes later than its sound. near: 1 where
# that is 0 to within a frame (for `shifted`: -SHIFT). lse_c: median minus minimum of the mean
# distance over the offsets within 15 frames; lse_d: the minimum, of unit vectors, in [0, 2].
SYNC_FIGURES: dict[str, str] = {"offset": "0", "near": "1", "lse_c": "high", "lse_d": "low"}


@dataclass(frozen=True)
class Watched:
    """A clip as the expert takes it."""

    faces: Array  # (n, vector), one a frame at FPS
    mel: Array  # (m, BANDS) of the whole sound

    @property
    def frames(self) -> int:
        """Frames that were seen."""
        return len(self.faces) + SEEN - 1


def watched(
    expert: SyncExpert, frames: Iterable[Array], fps: float, wave: Waveform | None, points: Array
) -> Watched:
    """Look at the face of a clip, in n frames with the landmarks (n, 68, 3), and hear its sound.

    Raises InputError for a clip that is silent or too short.
    """
    if wave is None or np.ptp(wave.samples) == 0:
        raise InputError("no sound that a mouth could fit; put a wav of the same name beside")
    which = shown_at(len(points), fps)
    mel = mel_of(wave)
    count = min(len(which), len(mel) // STRIDE)
    if count < LEAST + SEEN - 1:
        raise InputError(f"{count} frames with sound; {LEAST + SEEN - 1} or more can be measured")
    which = which[:count]
    squares, _ = mouths(_picked(frames, which), points[which], expert.size.side)
    return Watched(face_vectors(expert, squares), mel)


def _picked(frames: Iterable[Array], which: Array) -> Iterator[Array]:
    """The frames of the numbers (n,), which never fall."""
    wanted = iter(which.tolist())
    number = next(wanted, None)
    for at, frame in enumerate(frames):
        while number == at:
            yield frame
            number = next(wanted, None)
        if number is None:
            return


def _watched(expert: SyncExpert, source: Source, detector: Follower) -> Watched:
    """A clip on disk, looked at twice rather than held, for it may be long.

    Raises FaceError where the face is not found in 90 % of the frames.
    """
    with frames_of(source.path) as reel:
        points = followed(reel.frames, detector)
    with frames_of(source.path) as reel:
        return watched(expert, reel.frames, reel.fps, source.audio(reel), points)


def offset_of(expert: SyncExpert, footage: Footage, points: Array) -> float:
    """Frames by which a clip's picture comes later than its sound; NaN where none can be told.

    `points` (n, 68, 3) are what the detector found in its frames.
    """
    try:
        clip = watched(expert, footage.frames, footage.fps, footage.audio, points)
    except InputError:
        return float("nan")
    return sync_figures(expert, clip, clip.mel)["offset"]


def sync_figures(expert: SyncExpert, clip: Watched, mel: Array, later: int = 0) -> dict[str, float]:
    """The figures of a clip's face with a sound (m, BANDS) that comes `later` by some frames."""
    found = agreement(clip.faces, sound_vectors(expert, mel, clip.frames, -later))
    return {
        "offset": float(found.offset),
        "near": float(abs(found.offset + later) <= 1),
        "lse_c": found.confidence,
        "lse_d": found.distance,
    }


def evaluate_sync(
    clips: Path,
    expert: SyncExpert,
    detector: Follower,
    *,
    select: Selection | None = None,
    progress: Progress | None = None,
) -> Report:
    """Measure every clip of a folder, or one video file.

    Two baselines say what the figures are worth: `shifted`, the same clips with their sound
    SHIFT frames later, whose offset must be -SHIFT; and `stranger`, each with the sound of the
    clip before it, repeated as often as need be, whose confidence must be lower. Clips that cannot
    be measured are left out and counted; raises InputError where none can.
    """
    rows: list[tuple[Source, Watched]] = []
    left_out: list[Skip] = []
    for source in _sources(clips, left_out, progress, select):
        try:
            rows.append((source, _watched(expert, source, detector)))
        except InputError as error:
            left_out.append(Skip(source.name, str(error)))
    if not rows:
        raise unmeasured(clips, left_out)
    figures = []
    for number, (source, clip) in enumerate(rows):
        beside = {"shifted": sync_figures(expert, clip, clip.mel, SHIFT)}
        if len(rows) > 1:
            other = rows[number - 1][1].mel
            beside["stranger"] = sync_figures(expert, clip, _as_long(other, clip.frames))
        own = sync_figures(expert, clip, clip.mel)
        figures.append(ClipFigures(source.name, source.group, own, beside))
    return Report(SYNC_FIGURES, figures, left_out)


def _as_long(mel: Array, frames: int) -> Array:
    """A sound repeated until it is no shorter than `frames` frames."""
    return np.tile(mel, (-(-STRIDE * frames // len(mel)) + 1, 1))


def _sources(
    clips: Path, left_out: list[Skip], progress: Progress | None, select: Selection | None
) -> Iterator[Source]:
    """Every clip of a folder, or the one that is a file."""
    if not clips.is_file():
        yield from each_clip(clips, left_out, progress, select)
        return
    wav = clips.with_suffix(".wav")
    yield Source(clips, clips.name, clips.resolve().parent.name, wav if wav.is_file() else None)
