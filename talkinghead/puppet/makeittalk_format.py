"""MakeItTalk's file format for puppets: point layouts and text tables.

Triangles refer to points of one of four layouts, which is identified by the highest point number:

    64 points: 56 landmarks, 8 on the border     76 points: 68 landmarks, 8 on the border
    68 points: 56 landmarks, 12 on the border    80 points: 68 landmarks, 12 on the border

56 landmarks are the 68 without the outer lip (MakeItTalk's option --inner_lip).
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from talkinghead.errors import PuppetError
from talkinghead.landmarks import COUNT, OUTER_LIP
from talkinghead.media.atomic_write import require_readable
from talkinghead.types import Array

WITHOUT_OUTER_LIP: Final = np.delete(np.arange(COUNT), np.arange(COUNT)[OUTER_LIP])  # 56 landmarks


@dataclass(frozen=True)
class PointLayout:
    """Which landmarks the triangles use, and how many points lie on the border."""

    landmarks: Array
    border: int

    @property
    def total(self) -> int:
        """How many points are numbered."""
        return len(self.landmarks) + self.border

    def numbers(self) -> Array:
        """(total,) the number of each point in this package's format."""
        return np.concatenate([self.landmarks, COUNT + np.arange(self.border)])


LAYOUTS: Final = {
    layout.total: layout
    for layout in (
        PointLayout(WITHOUT_OUTER_LIP, 8),
        PointLayout(WITHOUT_OUTER_LIP, 12),
        PointLayout(np.arange(COUNT), 8),
        PointLayout(np.arange(COUNT), 12),
    )
}


def border_points(width: int, height: int, count: int) -> Array:
    """(count, 2) the 8 or 12 points on the border of a picture, in the order of their numbers.

    Down the left side, along the bottom to the right, up, and back along the top. With 12 points,
    the left side and the top also have points at their quarters. MakeItTalk triangulates these
    points and then moves them 5000 pixels outwards, where they hardly constrain the warp. Here
    they stay on the border, so that the picture around the face does not move.
    """
    right, bottom = width - 1, height - 1
    x, y = right // 2, bottom // 2
    quarters = count == 12
    left = [(0, bottom // 4), (0, y), (0, bottom // 4 * 3)] if quarters else [(0, y)]
    top = [(right // 4, 0), (x, 0), (right // 4 * 3, 0)] if quarters else [(x, 0)]
    corners = [(0, bottom), (x, bottom), (right, bottom), (right, y), (right, 0)]
    return np.array([(0, 0), *left, *corners, *top], dtype=np.float64)


def read_table(
    path: Path,
    rows: int | None,
    columns: tuple[int, ...],
    is_valid: Callable[[list[float]], bool] = bool,
    requirement: str = "",
) -> Array:
    """(rows, n) float64 numbers of a text file, with n in `columns` and any number of rows if None.

    Columns are separated by blanks or commas; empty lines and comments after a # are skipped.
    Raises PuppetError, which names the file and the line, also if `is_valid` refuses a row; then
    the message ends with `requirement`.
    """
    table: list[list[float]] = []
    width = 0
    for number, line in _numbered_lines(path):
        words = line.split("#")[0].replace(",", " ").split()
        if not words:
            continue
        values = [_parse_number(word, path, number) for word in words]
        width = width or len(values)
        if len(values) not in columns or len(values) != width:
            needed = " or ".join(map(str, columns))
            raise PuppetError(f"{path}, line {number}: has {len(values)} numbers, need {needed}")
        if not is_valid(values):
            raise PuppetError(f"{path}, line {number}: '{line.strip()}' {requirement}")
        table.append(values)
    if rows is not None and len(table) != rows:
        raise PuppetError(f"{path}: has {len(table)} rows of numbers, need {rows}")
    if not table:
        raise PuppetError(f"{path}: contains no numbers")
    return np.array(table)


def read_pts(path: Path) -> Array:
    """(68, 2) landmarks of a .pts file: a header, then rows of x y between braces."""
    inside = False
    points: list[list[float]] = []
    for number, line in _numbered_lines(path):
        words = line.split()
        if words == ["{"] or words == ["}"]:
            inside = words == ["{"]
        elif inside and words:
            if len(words) != 2:
                raise PuppetError(f"{path}, line {number}: has {len(words)} numbers, need 2")
            points.append([_parse_number(word, path, number) for word in words])
    if len(points) != COUNT:
        raise PuppetError(f"{path}: has {len(points)} points between braces, need {COUNT}")
    return np.array(points)


def _numbered_lines(path: Path) -> list[tuple[int, str]]:
    """The lines of a text file, numbered from 1."""
    try:
        text = require_readable(path, PuppetError).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as problem:
        raise PuppetError(f"{path}: is not text") from problem
    return list(enumerate(text.splitlines(), start=1))


def _parse_number(word: str, path: Path, line: int) -> float:
    try:
        value = float(word)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise PuppetError(f"{path}, line {line}: {word!r} is not a number")
    return value
