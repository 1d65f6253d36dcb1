"""Talking clips in a folder, and ground-truth landmarks detected in their frames."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from talkinghead.errors import FaceError, InputError
from talkinghead.evaluate.report import SkippedClip
from talkinghead.face.tracking import fill_gaps, require_coverage
from talkinghead.media.audio import read_audio
from talkinghead.media.file_search import (
    VIDEO_KINDS,
    VIDEO_SUFFIXES,
    walk_files,
    with_suffix_in,
)
from talkinghead.media.video_reader import VideoReader, read_video, read_video_audio
from talkinghead.types import Array, Video, Waveform

Content = TypeVar("Content")  # what is read from a clip
ClipFilter = Callable[[str], bool]  # whether the clip of this name is measured
ClipProgress = Callable[[int, int, str], None]  # clips done, clips in total, name of the next


class FaceTracker(Protocol):
    """Tracks the face of a video; see `face.detectors`."""

    def track(self, frames: Iterable[Array]) -> Array:
        """(t, 68, 3) pixels of t frames (h, w, 3) uint8; NaN in frames without a face."""
        ...


@dataclass(frozen=True)
class ClipFile:
    """A clip on disk."""

    path: Path
    name: str  # relative to the measured folder, with forward slashes
    group: str  # its folder, relative to the measured folder
    wav: Path | None  # a wav with the same stem, which replaces the audio of the clip

    def read(self, max_frames: int | None = None) -> Video:
        """Read frames and audio. Raises InputError for a file that cannot be decoded."""
        video = read_video(self.path, max_frames=max_frames)
        if self.wav is None:
            return video
        return Video(video.frames, video.fps, read_audio(self.wav))

    def audio(self, reader: VideoReader) -> Waveform | None:
        """Read the audio only, for a clip whose frames are streamed."""
        return read_video_audio(self.path, reader) if self.wav is None else read_audio(self.wav)


def find_clips(folder: Path, select: ClipFilter | None = None) -> list[ClipFile]:
    """The videos that `select` accepts in a folder and its sub-folders, sorted; see `walk_files`.

    Raises InputError without any.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give a folder of talking clips")
    clips = []
    for path in with_suffix_in(walk_files(folder), VIDEO_SUFFIXES):
        within = path.parent.relative_to(folder)
        group = within.as_posix() if within.parts else folder.resolve().name
        wav = next((w for w in (path.with_suffix(".wav"), path.with_suffix(".WAV"))
                    if w.is_file()), None)  # fmt: skip
        clips.append(ClipFile(path, path.relative_to(folder).as_posix(), group, wav))
    if not clips:
        raise InputError(f"{folder}: holds no clip ({VIDEO_KINDS}); give a folder of talking clips")
    selected = [clip for clip in clips if select is None or select(clip.name)]
    if not selected:
        raise InputError(
            f"{folder}: no clip belongs to the selected speakers; speakers are named by a "
            "manifest.csv in that folder, or by its sub-folders"
        )
    return selected


def read_clips(
    folder: Path,
    clips: Sequence[ClipFile],
    read: Callable[[ClipFile], Content],
    skipped_clips: list[SkippedClip],
    progress: ClipProgress | None = None,
) -> Iterator[tuple[ClipFile, Content]]:
    """Yield each of the clips of a folder with what `read` returns for it, and report progress.

    Clips for which `read` raises InputError are appended to the empty list `skipped_clips`.
    Raises FaceError if it does so for all.
    """
    for done, clip in enumerate(clips):
        if progress is not None:
            progress(done, len(clips), clip.name)
        try:
            content = read(clip)
        except InputError as error:
            skipped_clips.append(SkippedClip(clip.name, str(error)))
            continue
        yield clip, content
    if progress is not None:
        progress(len(clips), len(clips), f"{len(skipped_clips)} skipped" if skipped_clips else "")
    require_measured(folder, len(clips), skipped_clips)


class NoClipMeasured(FaceError):
    """No clip of a folder can be measured."""

    def __init__(self, message: str, skipped: Sequence[SkippedClip]):
        super().__init__(message)
        self.skipped = skipped

    def __reduce__(self) -> tuple[type["NoClipMeasured"], tuple[str, Sequence[SkippedClip]]]:
        return type(self), (str(self), self.skipped)


def require_measured(folder: Path, count: int, skipped: Sequence[SkippedClip]) -> None:
    """Raise NoClipMeasured if all of `count` clips were skipped."""
    if len(skipped) == count:
        none = "its only clip cannot" if count == 1 else f"none of {count} clips can"
        raise NoClipMeasured(f"{folder}: {none} be measured; {skipped[0]}", skipped)


def detect_clip(frames: Iterable[Array], detector: FaceTracker) -> Array:
    """(t, 68, 3) pixels, landmarks detected in the clip's frames; NaN in frames without a face.

    Raises FaceError if the face is detected in too few frames: such a clip is skipped.
    """
    return require_coverage(np.asarray(detector.track(frames), dtype=np.float64))


def track_clip(frames: Iterable[Array], detector: FaceTracker) -> Array:
    """Like `detect_clip`, with frames without a face interpolated from their neighbours."""
    return fill_gaps(detect_clip(frames, detector))
