"""A clip as numbered pictures and a wav beside them."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from talkinghead.errors import OutputError
from talkinghead.media.formats import numbered, sound_beside
from talkinghead.media.picture import checked
from talkinghead.media.soundtrack import soundtrack
from talkinghead.media.take import SOFTWARE, older_take
from talkinghead.types import Array, Clip

_COMPRESSION = 3  # of 9: half the time of Pillow's own choice, and hardly larger


def write_sequence(
    frames: Iterator[Array],
    shape: tuple[int, ...],
    clip: Clip,
    target: Path,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Write frames as `target`, a pattern as in out/%06d.png, counted from 1, and the sound.

    A folder that is not there yet comes whole or not at all. One that is there keeps its older
    pictures of that name until all are written; then they give way to the new ones, one by one.
    Raises OutputError, before the first frame, where something would that is not of an older take.
    """
    mark = PngInfo()
    mark.add_text(*SOFTWARE)
    with _gathering(target) as folder:
        inside = folder / target.name
        done = 0
        for done, frame in enumerate(frames, start=1):
            picture = Image.fromarray(checked(frame, shape))
            picture.save(numbered(inside, done), compress_level=_COMPRESSION, pnginfo=mark)
            if progress is not None:
                progress(done, clip.count)
        if clip.audio is not None:
            _write_sound(clip, sound_beside(inside))


def _write_sound(clip: Clip, path: Path) -> None:
    with (
        av.open(str(path), "w", format="wav") as container,
        soundtrack(container, clip.audio, clip.sound, "pcm_s16le") as sound,
    ):
        if sound is not None:
            sound.finish()


@contextmanager
def _gathering(target: Path) -> Iterator[Path]:
    """A folder whose files are those of `target`'s when all are written."""
    place = target.parent
    fresh = not place.exists()
    try:
        older_take(target)
        near = place.parent if fresh else place
        near.mkdir(parents=True, exist_ok=True)
        bench = Path(tempfile.mkdtemp(prefix=f".{target.stem}-", dir=near))
    except OSError as problem:
        reason = problem.strerror or problem
        raise OutputError(
            f"{target}: cannot be written ({reason}); choose another place"
        ) from problem
    try:
        folder = bench / "new"
        folder.mkdir()  # mkdtemp makes folders only the owner can enter
        yield folder
        if fresh:
            folder.replace(place)
        else:
            _replace(target, folder)
    except OSError as problem:
        reason = problem.strerror or problem
        raise OutputError(f"{target}: cannot be written ({reason}); check the disk") from problem
    finally:
        shutil.rmtree(bench, ignore_errors=True)


def _replace(target: Path, folder: Path) -> None:
    """Put new files in the place of the older sequence; broken off, pictures of two never mix."""
    for older in older_take(target):
        older.unlink()
    for new in sorted(folder.iterdir()):
        new.replace(target.with_name(new.name))
