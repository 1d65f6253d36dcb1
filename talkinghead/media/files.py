"""Files: refuse what cannot be read, and write whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from talkinghead.errors import InputError, OutputError


def readable(source: str | Path, error: type[InputError]) -> Path:
    """`source` as the path of a file that has content; otherwise raise `error`."""
    if not str(source):
        raise error("no file was named; give its path")
    path = Path(source)
    try:
        if path.is_dir():
            raise error(f"{path}: is a folder; name one file in it")
        if not path.exists():
            raise error(f"{path}: no such file; check the path")
        if not path.is_file():  # it is read more than once
            raise error(f"{path}: is a pipe or a device; save it to a file and name that")
        if path.stat().st_size == 0:
            raise error(f"{path}: the file is empty; save it again")
        with path.open("rb"):
            pass
    except (OSError, ValueError) as problem:
        if isinstance(problem, InputError):
            raise
        reason = getattr(problem, "strerror", None) or problem
        raise error(f"{path}: cannot be read ({reason}); check its permissions") from problem
    return path


@contextmanager
def replacing(target: str | Path) -> Iterator[Path]:
    """A temporary name beside `target`, moved onto it at the end.

    When the block fails or is interrupted the temporary file is removed and an older
    `target` stays as it was. Missing folders are made; where `target` is a link, what it leads
    to is replaced.
    """
    path = Path(target)
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; name the file to write in it")
    if path.exists() and not (path.is_file() and os.access(path, os.W_OK)):
        raise OutputError(f"{path}: cannot be replaced; choose another name")
    place = Path(os.path.realpath(path))
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{path.stem}-", suffix=path.suffix, dir=place.parent
        )
    except (OSError, ValueError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise OutputError(
            f"{path}: cannot be written ({reason}); choose another place"
        ) from problem
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())  # mkstemp makes files only the owner can read
        temporary.replace(place)
    except OSError as problem:
        reason = problem.strerror or problem
        raise OutputError(f"{path}: cannot be written ({reason}); check the disk") from problem
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
