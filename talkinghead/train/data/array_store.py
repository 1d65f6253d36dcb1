"""Named arrays in compressed files, written atomically and read in a fixed order."""

import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from talkinghead.errors import InputError
from talkinghead.media.atomic_write import atomic_write
from talkinghead.media.file_search import walk_files, with_suffix_in
from talkinghead.types import Array

_INT16_MAX = 32767


def write_arrays(path: Path, **arrays: Any) -> None:
    """Write one compressed file of named arrays. Raises OutputError."""
    packed = io.BytesIO()  # numpy would leave a broken zip file on a full disk
    np.savez_compressed(packed, **arrays)
    with atomic_write(path) as partial:
        partial.write_bytes(packed.getbuffer())


@contextmanager
def read_arrays(path: Path) -> Iterator[Any]:
    """The arrays by name. Raises InputError for a damaged file or a missing name."""
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


def to_int16(samples: Array) -> Array:
    """(n,) int16 of samples in [-1, 1], as they are stored."""
    return np.round(samples * _INT16_MAX).astype(np.int16)


def from_int16(stored: Array) -> Array:
    """(n,) float32 samples in [-1, 1] of what `to_int16` returned."""
    return stored.astype(np.float32) / _INT16_MAX


def complete_files(folder: Path) -> list[Path]:
    """Every complete file below a folder, in the order of the names."""
    return list(with_suffix_in(walk_files(folder), {".npz"}))


def require_files(folder: Path, content: str, command: str) -> list[Path]:
    """The complete files below a folder. Raises InputError, which names `command`, for none."""
    paths = complete_files(folder)
    if not paths:
        raise InputError(f"{folder}: no {content}; make them with 'talkinghead {command} {folder}'")
    return paths
