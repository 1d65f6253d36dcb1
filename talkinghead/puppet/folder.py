"""Change a puppet's folder as a whole, or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import yaml

from talkinghead.errors import OutputError
from talkinghead.puppet.record import RECORD
from talkinghead.types import Array


def write_points(folder: Path, closed: Array, opened: Array) -> None:
    """Put points (68, 2) into a puppet's folder; of its record only their files' names change."""
    record = folder / RECORD
    data = yaml.safe_load(record.read_text(encoding="utf-8"))
    renamed = False
    for pose, points in (("closed", closed), ("open", opened)):
        file = data["points"].get(pose)
        if not isinstance(file, str) or Path(file).name != file:
            file = data["points"][pose] = f"{pose}.csv"
            renamed = True
        np.savetxt(folder / file, points, fmt="%.2f", delimiter=",")
    if renamed:
        text = yaml.safe_dump(data, sort_keys=False, default_flow_style=None)
        record.write_text(text, encoding="utf-8")


@contextmanager
def swapped_in(folder: Path, *, copy: bool) -> Iterator[Path]:
    """A temporary folder beside `folder`, with or without its files, put in its place at the end.

    When the block fails or is interrupted `folder` stays as it was.
    """
    target = folder.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        bench = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be written ({error.strerror or error}); choose another place"
        ) from error
    new, old = bench / target.name, bench / f"{target.name}.old"
    try:
        if copy:
            shutil.copytree(target, new, symlinks=True)
        else:
            new.mkdir()
        yield new
        if target.exists():
            target.replace(old)
        new.replace(target)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be written ({error.strerror or error}); check the disk"
        ) from error
    finally:
        if old.exists() and not target.exists():
            old.replace(target)
        shutil.rmtree(bench, ignore_errors=True)
