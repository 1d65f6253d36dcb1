"""A clip as numbered pictures and a wav beside them, whole or not at all."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from PIL import Image

from talkinghead.errors import OutputError
from talkinghead.media.formats import number_in, numbered, sound_beside
from talkinghead.media.picture import checked
from talkinghead.media.soundtrack import soundtrack
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

    An older, longer sequence of that name loses the frames that are too many.
    """
    with _gathering(target) as folder:
        inside = folder / target.name
        done = 0
        for done, frame in enumerate(frames, start=1):
            picture = Image.fromarray(checked(frame, shape))
            picture.save(numbered(inside, done), compress_level=_COMPRESSION)
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
    """A folder beside that of `target` whose files go there when all are written."""
    place = target.parent
    made = not place.exists()
    try:
        place.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{target.stem}-", dir=place))
    except OSError as problem:
        reason = problem.strerror or problem
        raise OutputError(
            f"{target}: cannot be written ({reason}); choose another place"
        ) from problem
    try:
        yield folder
        written = {path.name for path in folder.iterdir()}
        for name in sorted(written):
            (folder / name).replace(place / name)
        for older in place.iterdir():
            if older.name not in written and number_in(target, older.name) is not None:
                older.unlink()
    except OSError as problem:
        reason = problem.strerror or problem
        raise OutputError(f"{target}: cannot be written ({reason}); check the disk") from problem
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if made and not any(place.iterdir()):
            place.rmdir()
