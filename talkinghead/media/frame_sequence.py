"""Writes a clip as a frame sequence: numbered PNG files with a wav file next to them."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import av
from PIL import Image

from talkinghead.errors import OutputError
from talkinghead.media.audio_track import open_audio_track
from talkinghead.media.formats import frame_number, frame_path, sequence_audio_path
from talkinghead.media.synthetic_label import COMMENT, SOFTWARE, png_label
from talkinghead.media.video_stream import validate_frame
from talkinghead.types import Array, Clip

# The PNG text field that marks pictures written by this module; others are never replaced.
_MARK: Final = f"Software\0{SOFTWARE}".encode()
_HEADER: Final = 128  # bytes from the start of a PNG that contain the mark
_COMPRESSION: Final = 3  # of 9: takes half the time of Pillow's default, hardly larger files


def write_sequence(
    frames: Iterator[Array],
    shape: tuple[int, ...],
    clip: Clip,
    target: Path,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Write frames (h, w, 3 or 4) uint8 of `shape`, and the audio of `clip`, atomically.

    `target` is a pattern such as out/%06d.png; frames are numbered from 1. A new folder appears
    once it is complete. In an existing folder an older sequence of that pattern is kept until all
    frames are written, and is then replaced file by file. Raises OutputError, before the first
    frame, if that would replace files not written by `talkinghead`.
    """
    label = png_label()
    with _temporary_folder(target) as folder:
        pattern = folder / target.name
        for number, frame in enumerate(frames, start=1):
            picture = Image.fromarray(validate_frame(frame, shape))
            picture.save(frame_path(pattern, number), compress_level=_COMPRESSION, pnginfo=label)
            if progress is not None:
                progress(number, clip.count)
        if clip.audio is not None:
            _write_audio(clip, sequence_audio_path(pattern))


def _write_audio(clip: Clip, path: Path) -> None:
    with (
        av.open(str(path), "w", format="wav") as container,
        open_audio_track(container, clip.audio, clip.audio_source, "pcm_s16le") as track,
    ):
        container.metadata["comment"] = COMMENT
        if track is not None:
            track.finish()


def find_older_frames(target: Path) -> list[Path]:
    """The files of an older sequence of the pattern `target`, its wav file first.

    Raises OutputError if pictures of that pattern, or the wav, were not written by `talkinghead`.
    """
    folder = target.parent
    if not folder.is_dir():
        return []
    frames = [path for path in folder.iterdir() if frame_number(target, path.name) is not None]
    audio = sequence_audio_path(target)
    foreign = [path for path in frames if not _has_mark(path)]
    if audio.exists() and not frames:
        foreign = [audio]
    if foreign:
        raise OutputError(
            f"{target}: would replace {min(foreign)}, which talkinghead did not write; "
            "choose another folder"
        )
    return [*([audio] if audio.exists() else []), *frames]


def _has_mark(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return _MARK in file.read(_HEADER)


@contextmanager
def _temporary_folder(target: Path) -> Iterator[Path]:
    """A folder whose files become those of `target` when the block ends."""
    destination = target.parent
    is_new = not destination.exists()
    try:
        find_older_frames(target)
        nearby = destination.parent if is_new else destination
        nearby.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".frames-", dir=nearby))
    except OSError as problem:
        reason = problem.strerror or problem
        raise OutputError(
            f"{target}: cannot be written ({reason}); choose another place"
        ) from problem
    try:
        folder = temporary / "new"
        folder.mkdir()  # mkdtemp creates folders that only the owner can enter
        yield folder
        if is_new:
            folder.replace(destination)
        else:
            _replace_sequence(target, folder)
    except OSError as problem:
        reason = problem.strerror or problem
        raise OutputError(f"{target}: cannot be written ({reason}); check the disk") from problem
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _replace_sequence(target: Path, folder: Path) -> None:
    """Replace the older sequence by the files of `folder`; an interruption never mixes the two."""
    for path in find_older_frames(target):
        path.unlink()
    for path in sorted(folder.iterdir()):
        path.replace(target.with_name(path.name))
