"""Atomic writes of output files, and the check that an input file is readable."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from talkinghead.errors import InputError, OutputError


def require_readable(source: str | Path, error: type[InputError]) -> Path:
    """The path of a readable regular file that is not empty; otherwise raises `error`."""
    if not str(source):
        raise error("no file was named; give its path")
    path = Path(source)
    try:
        if path.is_dir():
            raise error(f"{path}: is a folder; give a file")
        if not path.exists():
            raise error(f"{path}: no such file; check the path")
        if not path.is_file():  # it is read more than once
            raise error(f"{path}: is a pipe or a device; save it to a file and give that")
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
def atomic_write(target: str | Path) -> Iterator[Path]:
    """A temporary file next to `target`, which replaces it when the block ends.

    When the block fails or is interrupted, the temporary file is removed and an older `target`
    is kept. Missing folders are created. A symbolic link is kept, and the file that it points to
    is replaced. Raises OutputError when the file cannot be written.
    """
    path = Path(target)
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; give a file name")
    if path.exists() and not (path.is_file() and os.access(path, os.W_OK)):
        raise OutputError(f"{path}: cannot be replaced; choose another name")
    destination = Path(os.path.realpath(path))
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{path.stem}-", suffix=path.suffix, dir=destination.parent
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
        temporary.chmod(0o666 & ~_umask())  # mkstemp creates files that only the owner can read
        temporary.replace(destination)
    except OSError as problem:
        reason = problem.strerror or problem
        raise OutputError(f"{path}: cannot be written ({reason}); check the disk") from problem
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
