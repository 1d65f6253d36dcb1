"""Arrays in files: written whole or not at all, read in a fixed order."""

from pathlib import Path
from typing import Any

import numpy as np

from talkinghead.errors import InputError

PARTIAL = ".partial.npz"


def write_arrays(path: Path, **arrays: Any) -> None:
    """One compressed file of named arrays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(PARTIAL)
    np.savez_compressed(partial, **arrays)
    partial.replace(path)


def finished(folder: Path) -> list[Path]:
    """Every file below a folder that is whole, by name."""
    return sorted(p for p in folder.rglob("*.npz") if not p.name.endswith(PARTIAL))


def files_below(folder: Path, what: str, command: str) -> list[Path]:
    """What is `finished` in it. Raises InputError where `command` made none."""
    paths = finished(folder)
    if not paths:
        raise InputError(f"{folder}: no {what}; make them with 'talkinghead {command} {folder}'")
    return paths
