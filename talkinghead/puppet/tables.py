"""Tables of numbers in text files; what is wrong is named with its line."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from talkinghead.errors import PuppetError
from talkinghead.landmarks import COUNT
from talkinghead.media.files import readable
from talkinghead.types import Array


def table(
    path: Path,
    rows: int | None,
    columns: tuple[int, ...],
    fits: Callable[[list[float]], bool] = bool,
    otherwise: str = "",
) -> Array:
    """(rows, n) float64 of a text file, n one of `columns`; None takes any number of rows.

    Columns are parted by blanks or commas; empty lines and what follows a # are left out.
    A row that does not satisfy `fits` is refused with the words `otherwise`.
    Raises PuppetError, which names the file and the line.
    """
    found: list[list[float]] = []
    width = 0
    for number, line in _lines(path):
        words = line.split("#")[0].replace(",", " ").split()
        if not words:
            continue
        values = [_number(word, path, number) for word in words]
        width = width or len(values)
        if len(values) not in columns or len(values) != width:
            wanted = " or ".join(map(str, columns))
            raise PuppetError(f"{path}, line {number}: has {len(values)} numbers, needs {wanted}")
        if not fits(values):
            raise PuppetError(f"{path}, line {number}: '{line.strip()}' {otherwise}")
        found.append(values)
    if rows is not None and len(found) != rows:
        raise PuppetError(f"{path}: has {len(found)} rows of numbers, needs {rows}")
    if not found:
        raise PuppetError(f"{path}: holds no numbers")
    return np.array(found)


def menpo_points(path: Path) -> Array:
    """(68, 2) of a .pts file: rows of x y between braces, under a head of names and numbers."""
    inside = False
    points: list[list[float]] = []
    for number, line in _lines(path):
        words = line.split()
        if words == ["{"] or words == ["}"]:
            inside = words == ["{"]
        elif inside and words:
            if len(words) != 2:
                raise PuppetError(f"{path}, line {number}: has {len(words)} numbers, needs 2")
            points.append([_number(word, path, number) for word in words])
    if len(points) != COUNT:
        raise PuppetError(f"{path}: has {len(points)} points between braces, needs {COUNT}")
    return np.array(points)


def _lines(path: Path) -> list[tuple[int, str]]:
    """The lines of a text file, numbered from 1."""
    try:
        text = readable(path, PuppetError).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise PuppetError(f"{path}: is not text") from problem
    return list(enumerate(text.splitlines(), start=1))


def _number(word: str, path: Path, line: int) -> float:
    try:
        value = float(word)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise PuppetError(f"{path}, line {line}: {word!r} is not a number")
    return value
