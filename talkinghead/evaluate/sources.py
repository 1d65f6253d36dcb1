"""Talking clips of a folder, and the face a detector finds in their own frames: the truth."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from talkinghead.errors import InputError
from talkinghead.evaluate.report import Skip
from talkinghead.face.follow import check_found, fill_gaps
from talkinghead.media.audio import read_audio
from talkinghead.media.video import Reel, read_video, sound_of
from talkinghead.types import Array, Footage, Waveform

Selection = Callable[[str], bool]  # a clip's name below the folder: is it to be measured?
Progress = Callable[[int, int, str], None]  # clips done, clips in all, name of the next


class Follower(Protocol):
    """Finds the face of a video; `face.detect` has two."""

    def follow(self, frames: Iterable[Array]) -> Array:
        """(t, 68, 3) pixels of t frames (h, w, 3) uint8, NaN where there is no face."""
        ...


@dataclass(frozen=True)
class Source:
    """One clip on disk."""

    path: Path
    name: str  # relative to the folder measured, with forward slashes
    group: str  # name of the folder it lies in, relative to the folder measured
    sound: Path | None  # a wav of the same stem, which replaces the clip's own sound

    def read(self, max_frames: int | None = None) -> Footage:
        """Frames and sound. Raises InputError for a file that cannot be decoded."""
        footage = read_video(self.path, max_frames=max_frames)
        if self.sound is None:
            return footage
        return Footage(footage.frames, footage.fps, read_audio(self.sound))

    def audio(self, reel: Reel) -> Waveform | None:
        """The sound alone, for a clip whose frames are looked at one by one."""
        return sound_of(self.path, reel) if self.sound is None else read_audio(self.sound)


def find_clips(folder: Path) -> list[Source]:
    """All mp4 files under a folder and its sub-folders, by name. Raises InputError for none."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder; give a folder of talking clips (mp4)")
    clips = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() != ".mp4" or path.name.startswith(".") or not path.is_file():
            continue
        within = path.parent.relative_to(folder)
        group = within.as_posix() if within.parts else folder.resolve().name
        wav = next((w for w in (path.with_suffix(".wav"), path.with_suffix(".WAV"))
                    if w.is_file()), None)  # fmt: skip
        clips.append(Source(path, path.relative_to(folder).as_posix(), group, wav))
    if not clips:
        raise InputError(f"{folder}: holds no mp4 clip; give a folder of talking clips")
    return clips


def true_face(frames: Iterable[Array], detector: Follower) -> Array:
    """(t, 68, 3) pixels: what the detector finds in the clip's own frames, NaN where nothing.

    Raises FaceError where it finds the face in too few of the frames: the clip is left out.
    """
    return check_found(np.asarray(detector.follow(frames), dtype=np.float64))


def followed(frames: Iterable[Array], detector: Follower) -> Array:
    """As `true_face`, with the few frames without a face filled in between their neighbours."""
    return fill_gaps(true_face(frames, detector))


def each_clip(
    folder: Path,
    left_out: list[Skip],
    progress: Progress | None = None,
    select: Selection | None = None,
) -> Iterator[Source]:
    """The clips of a folder, with progress; the body of the loop appends to `left_out`.

    Raises InputError where `select` wants none of them.
    """
    clips = [clip for clip in find_clips(folder) if select is None or select(clip.name)]
    if not clips:
        raise InputError(
            f"{folder}: none of its clips belongs to the talkers asked for; talkers are named by a "
            "manifest.csv in that folder, or by its sub-folders"
        )
    for done, clip in enumerate(clips):
        if progress is not None:
            progress(done, len(clips), clip.name)
        yield clip
    if progress is not None:
        progress(len(clips), len(clips), f"{len(left_out)} left out" if left_out else "")
