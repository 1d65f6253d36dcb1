"""Atomic writes of output files, and the check that an input file is readable."""

import difflib
import os
import re
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from talkinghead.errors import InputError, OutputError

MAX_NAME: Final = 255  # bytes of a file name, the limit of most file systems
_PREFIX: Final = 40  # characters of a name that its temporary file has, too
_SIMILAR: Final = 0.7  # ratio of difflib above which a name is suggested
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")  # two letters or more: no drive


def describe_type(value: object) -> str:
    """The type of an argument that has the wrong one, for a message."""
    return "None" if value is None else type(value).__name__


def require_readable(source: object, error: type[InputError]) -> Path:
    """The path of a readable regular file that is not empty; otherwise raises `error`.

    Whatever is not a path is refused, too.
    """
    if not isinstance(source, str | os.PathLike):
        raise error(f"a file must be given by its path, got {describe_type(source)}")
    if not str(source):
        raise error("no file was named; give its path")
    path = Path(source)
    try:
        if is_url(source) and not path.exists():
            raise error(f"{source}: is an address, and nothing is downloaded; give a file's path")
        if path.is_dir():
            raise error(f"{path}: is a folder; give a file")
        if not path.exists():
            raise error(f"{path}: no such file; {_advice(path)}")
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


def is_url(path: str | os.PathLike[str]) -> bool:
    """Whether this is an address such as http://host/face.jpg, also one that became a Path."""
    return _URL.match(str(path)) is not None


def similar_name(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant; None if none resembles `name`."""
    by_lower = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=_SIMILAR)
    return by_lower[close[0]] if close else None


def fit_name(stem: str, suffix: str) -> str:
    """The file name of a stem and a suffix, with the stem cut to the length that names may have.

    A cut name ends with a checksum of the whole, so that different names stay different.
    """
    encoded = os.fsencode(stem)
    limit = MAX_NAME - len(os.fsencode(suffix))
    if len(encoded) > limit:
        mark = f"-{zlib.crc32(encoded):08x}"
        stem = encoded[: limit - len(mark)].decode(errors="ignore") + mark
    return stem + suffix


def _advice(path: Path) -> str:
    """What to do about a file that does not exist: the name that was meant, if there is one."""
    missing = path
    while not missing.parent.exists():
        missing = missing.parent
    try:
        similar = similar_name(missing.name, (item.name for item in missing.parent.iterdir()))
    except OSError:
        similar = None
    if similar is None:
        return "check the path"
    return f"did you mean {missing.with_name(similar) / path.relative_to(missing)}?"


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
            prefix=f".{path.stem[:_PREFIX]}-", suffix=path.suffix, dir=destination.parent
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
