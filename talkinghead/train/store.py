"""Arrays in files: written whole or not at all, read in a fixed order."""

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from talkinghead.errors import InputError
from talkinghead.media.files import replacing


def write_arrays(path: Path, **arrays: Any) -> None:
    """One compressed file of named arrays. Raises OutputError."""
    packed = io.BytesIO()  # a zip file that cannot be ended on a full disk complains by itself
    np.savez_compressed(packed, **arrays)
    with replacing(path) as temporary:
        temporary.write_bytes(packed.getbuffer())


@contextmanager
def read_arrays(path: Path) -> Iterator[Any]:
    """The arrays by their names. Raises InputError for a damaged file, or one without a name."""
    try:
        with path.open("rb") as file, np.load(file) as stored:
            yield stored
    except (KeyError, TypeError, ValueError, EOFError, BadZipFile, zlib.error) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path}: is damaged, or made by another 'talkinghead preprocess' ({error}); give "
            "another folder, or delete it and make it again"
        ) from error


def finished(folder: Path) -> list[Path]:
    """Every file below a folder that is whole, by name."""
    return sorted(p for p in folder.rglob("*.npz") if not p.name.startswith("."))


def files_below(folder: Path, what: str, command: str) -> list[Path]:
    """What is `finished` in it. Raises InputError where `command` made none."""
    paths = finished(folder)
    if not paths:
        raise InputError(f"{folder}: no {what}; make them with 'talkinghead {command} {folder}'")
    return paths
