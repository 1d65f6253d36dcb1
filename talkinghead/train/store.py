"""Arrays in files: written whole or not at all, read in a fixed order."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from talkinghead.errors import InputError
from talkinghead.media.files import replacing


def write_arrays(path: Path, **arrays: Any) -> None:
    """One compressed file of named arrays. Raises OutputError."""
    packed = io.BytesIO()  # a zip file that cannot be ended on a full disk complains by itself
    np.savez_compressed(packed, **arrays)
    with replacing(path) as temporary:
        temporary.write_bytes(packed.getbuffer())


def finished(folder: Path) -> list[Path]:
    """Every file below a folder that is whole, by name."""
    return sorted(p for p in folder.rglob("*.npz") if not p.name.startswith("."))


def files_below(folder: Path, what: str, command: str) -> list[Path]:
    """What is `finished` in it. Raises InputError where `command` made none."""
    paths = finished(folder)
    if not paths:
        raise InputError(f"{folder}: no {what}; make them with 'talkinghead {command} {folder}'")
    return paths
