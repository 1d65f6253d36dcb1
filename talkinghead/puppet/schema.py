"""Schema of a puppet's record (`puppet.yaml`): its fields, each with a validating reader.

Every reader raises PuppetError, which names the file and the field.
"""

import csv
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from talkinghead.errors import ImageError, PuppetError
from talkinghead.landmarks import COUNT
from talkinghead.media.image import read_rgba
from talkinghead.types import Array, Layer

FORMAT: Final = 1
LAYOUT: Final = "ibug68"
RECORD: Final = "puppet.yaml"
MIN_CANVAS_SIDE: Final = 16  # pixels
# Layers from back to front; mouth, jaw, teeth and tusks are visible only between the lips.
ROLES: Final = (
    "background", "body", "head", "pupils", "eyelids", "mouth", "jaw", "teeth", "tusks",
)  # fmt: skip
REQUIRED: Final = ("format", "name", "licence", "canvas", "layers", "points")
OPTIONAL: Final = ("title", "author", "drawn", "triangles", "mouth_gain")
POINT_FIELDS: Final = ("layout", "closed", "open", "border")


def field_error(record: Path, field: str, problem: str) -> PuppetError:
    """A PuppetError that names the file and the field."""
    return PuppetError(f"{record}: field '{field}' {problem}")


def read_record(record: Path) -> dict[str, Any]:
    """The fields of a record. Missing and unknown fields are errors."""
    try:
        data = yaml.safe_load(record.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:  # such as the 99th day of a month
        raise PuppetError(f"{record}: is not YAML: {error}") from error
    if not isinstance(data, dict):
        raise PuppetError(f"{record}: must contain fields like 'name: wilk'")
    for field in REQUIRED:
        if field not in data:
            raise field_error(record, field, "is missing")
    for field in data:
        if field not in REQUIRED + OPTIONAL:
            raise field_error(
                record, str(field), f"is unknown; known: {', '.join(REQUIRED + OPTIONAL)}"
            )
    if data["format"] != FORMAT:
        raise field_error(record, "format", f"must be {FORMAT}, got {data['format']!r}")
    return data


def parse_text(record: Path, field: str, value: Any) -> str:
    """One line of text."""
    if not isinstance(value, str | int) or not str(value).strip() or "\n" in str(value).strip():
        raise field_error(record, field, f"must be one line of text, got {value!r}")
    return str(value).strip()


def parse_name(record: Path, value: Any) -> str:
    """The puppet's name, which must be a valid file name."""
    name = parse_text(record, "name", value)
    if name.startswith(".") or any(character in name for character in '/\\:*?"<>|'):
        raise field_error(record, "name", f"must be a valid file name, got {name!r}")
    return name


def is_canvas_size(value: Any, max_side: int | None = None) -> bool:
    """Whether it is a list of a width and a height from `MIN_CANVAS_SIDE` to `max_side` pixels."""
    if not (isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value)):
        return False
    return min(value) >= MIN_CANVAS_SIDE and (max_side is None or max(value) <= max_side)


def parse_canvas(record: Path, value: Any) -> tuple[int, int]:
    """Width and height of the canvas in pixels."""
    if not is_canvas_size(value):
        raise field_error(record, "canvas", f"must be [width, height] in pixels, got {value!r}")
    return value[0], value[1]


def read_layers(record: Path, value: Any, canvas: tuple[int, int]) -> dict[str, Layer]:
    """The layers by role, from back to front, all as large as the canvas."""
    if not isinstance(value, dict) or "head" not in value:
        raise field_error(record, "layers", "must name at least the file of 'head'")
    layers = {}
    for role in value:
        if role not in ROLES:
            raise field_error(record, f"layers.{role}", f"is not a role; roles: {', '.join(ROLES)}")
    for role in ROLES:
        if role not in value:
            continue
        try:
            image = read_rgba(record.parent / str(value[role]))
        except ImageError as error:
            raise field_error(record, f"layers.{role}", f"cannot be used: {error}") from error
        size = (image.shape[1], image.shape[0])
        if size != canvas:
            raise field_error(record, f"layers.{role}", f"is {size} pixels, the canvas is {canvas}")
        layers[role] = Layer(role, image)
    return layers


def read_points(record: Path, value: Any, pose: str, fallback: Array | None) -> Array:
    """(68, 2) float64 landmarks of a pose, from a list in the record or a CSV file next to it.

    If the pose is missing, `fallback` is copied; without a fallback that is an error.
    """
    if not isinstance(value, dict):
        raise field_error(record, "points", "must contain 'layout', 'closed' and 'open'")
    for key in value:
        if key not in POINT_FIELDS:
            known = ", ".join(POINT_FIELDS)
            raise field_error(record, f"points.{key}", f"is unknown; known: {known}")
    if value.get("layout") != LAYOUT:
        raise field_error(
            record, "points.layout", f"must be '{LAYOUT}', got {value.get('layout')!r}"
        )
    field = f"points.{pose}"
    rows = value.get(pose)
    if rows is None:
        if fallback is None:
            raise field_error(record, field, "is missing")
        return fallback.copy()
    source = ""
    if isinstance(rows, str):
        source = f" ({rows})"
        try:
            # Spreadsheets write a byte order mark.
            with (record.parent / rows).open(newline="", encoding="utf-8-sig") as file:
                rows = [row for row in csv.reader(file) if row]
        except (OSError, ValueError, csv.Error) as error:
            raise field_error(record, field, f"names '{rows}', which cannot be read") from error
    try:
        points = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise field_error(record, field, f"must contain numbers only{source}: {error}") from error
    if points.shape != (COUNT, 2) or not np.isfinite(points).all():
        raise field_error(record, field, f"must be {COUNT} rows of x,y{source}, got {points.shape}")
    return points


def parse_border(record: Path, value: Any) -> list[list[float]]:
    """Rows of x, y in pixels: border points, which the warp does not move."""
    try:
        points = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        points = np.empty(0)
    is_table = points.ndim == 2 and points.shape[1] == 2 and len(points) >= 3
    if not is_table or not np.isfinite(points).all():
        raise field_error(record, "points.border", "must be at least 3 rows of x,y")
    return list(points.tolist())


def parse_triangles(record: Path, value: Any, count: int) -> Array | None:
    """(n, 3) int32 indices of the 68 landmarks, then of the border points; None: Delaunay."""
    if value == "delaunay":
        return None
    try:
        triangles = np.array(value, dtype=np.int32)
    except (TypeError, ValueError):
        triangles = np.empty(0, dtype=np.int32)
    if triangles.ndim != 2 or triangles.shape[1:] != (3,) or triangles.size == 0:
        raise field_error(record, "triangles", "must be 'delaunay' or rows of three point numbers")
    if triangles.min() < 0 or triangles.max() >= count:
        raise field_error(record, "triangles", f"must number points from 0 to {count - 1}")
    return triangles


def parse_gain(record: Path, value: Any) -> list[float]:
    """Factors (x, y) of mouth motion relative to a human's."""
    is_pair = isinstance(value, list) and len(value) == 2
    if not is_pair or not all(isinstance(v, int | float) and 0 < v <= 10 for v in value):
        raise field_error(record, "mouth_gain", f"must be [x, y] in (0, 10], got {value!r}")
    return [float(v) for v in value]
