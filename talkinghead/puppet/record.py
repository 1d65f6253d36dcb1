"""The fields of a puppet's record, each read with a check that names it when it fails."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from talkinghead.errors import ImageError, PuppetError
from talkinghead.landmarks import COUNT
from talkinghead.media.image import read_rgba
from talkinghead.types import Array, Layer

FORMAT = 1
LAYOUT = "ibug68"
RECORD = "puppet.yaml"
# From back to front; what is inside the mouth shows only between the lips.
ROLES = (
    "background", "body", "head", "pupils", "eyelids", "mouth", "jaw", "teeth", "tusks",
)  # fmt: skip
REQUIRED = ("format", "name", "licence", "canvas", "layers", "points")
OPTIONAL = ("title", "author", "drawn", "triangles", "mouth_gain")
WITHIN_POINTS = ("layout", "closed", "open", "border")


def wrong(record: Path, field: str, why: str) -> PuppetError:
    """The error that names the file and the field."""
    return PuppetError(f"{record}: field '{field}' {why}")


def read_record(record: Path) -> dict[str, Any]:
    """The fields of a record, all required ones there and no unknown one among them."""
    try:
        data = yaml.safe_load(record.read_text(encoding="utf-8"))
    except (yaml.YAMLError, ValueError) as error:  # such as a 99th day
        raise PuppetError(f"{record}: is not YAML: {error}") from error
    if not isinstance(data, dict):
        raise PuppetError(f"{record}: must hold fields like 'name: wilk'")
    for field in REQUIRED:
        if field not in data:
            raise wrong(record, field, "is missing")
    for field in data:
        if field not in REQUIRED + OPTIONAL:
            raise wrong(record, str(field), f"is unknown; known: {', '.join(REQUIRED + OPTIONAL)}")
    if data["format"] != FORMAT:
        raise wrong(record, "format", f"must be {FORMAT}, got {data['format']!r}")
    return data


def text_of(record: Path, field: str, value: Any) -> str:
    """One line of text."""
    if not isinstance(value, str | int) or not str(value).strip() or "\n" in str(value).strip():
        raise wrong(record, field, f"must be one line of text, got {value!r}")
    return str(value).strip()


def name_of(record: Path, value: Any) -> str:
    """The puppet's name, with which its folder and other files can be named."""
    name = text_of(record, "name", value)
    if name.startswith(".") or any(sign in name for sign in '/\\:*?"<>|'):
        raise wrong(record, "name", f"must be usable as a file's name, got {name!r}")
    return name


def canvas_of(record: Path, value: Any) -> tuple[int, int]:
    """Width and height of the canvas in pixels."""
    whole = isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value)
    if not whole or min(value) < 16:
        raise wrong(record, "canvas", f"must be [width, height] in pixels, got {value!r}")
    return value[0], value[1]


def layers_of(record: Path, value: Any, canvas: tuple[int, int]) -> dict[str, Layer]:
    """The pictures by role, from back to front, all of the canvas's size."""
    if not isinstance(value, dict) or "head" not in value:
        raise wrong(record, "layers", "must name at least the file of 'head'")
    layers = {}
    for role in value:
        if role not in ROLES:
            raise wrong(record, f"layers.{role}", f"is not a role; roles: {', '.join(ROLES)}")
    for role in ROLES:
        if role not in value:
            continue
        try:
            image = read_rgba(record.parent / str(value[role]))
        except ImageError as error:
            raise wrong(record, f"layers.{role}", f"cannot be used: {error}") from error
        size = (image.shape[1], image.shape[0])
        if size != canvas:
            raise wrong(record, f"layers.{role}", f"is {size} pixels, the canvas is {canvas}")
        layers[role] = Layer(role, image)
    return layers


def points_of(record: Path, value: Any, pose: str, fallback: Array | None) -> Array:
    """(68, 2) float64 from a list in the record or a file beside it."""
    if not isinstance(value, dict):
        raise wrong(record, "points", "must hold 'layout', 'closed' and 'open'")
    for key in value:
        if key not in WITHIN_POINTS:
            known = ", ".join(WITHIN_POINTS)
            raise wrong(record, f"points.{key}", f"is unknown; known: {known}")
    if value.get("layout") != LAYOUT:
        raise wrong(record, "points.layout", f"must be '{LAYOUT}', got {value.get('layout')!r}")
    field = f"points.{pose}"
    rows = value.get(pose)
    if rows is None:
        if fallback is None:
            raise wrong(record, field, "is missing")
        return fallback.copy()
    where = ""
    if isinstance(rows, str):
        where = f" ({rows})"
        try:
            # Spreadsheets begin UTF-8 with a mark.
            with (record.parent / rows).open(newline="", encoding="utf-8-sig") as file:
                rows = [row for row in csv.reader(file) if row]
        except (OSError, ValueError, csv.Error) as error:
            raise wrong(record, field, f"names '{rows}', which cannot be read") from error
    try:
        points = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise wrong(record, field, f"must hold numbers only{where}: {error}") from error
    if points.shape != (COUNT, 2) or not np.isfinite(points).all():
        raise wrong(record, field, f"must be {COUNT} rows of x,y{where}, got {points.shape}")
    return points


def border_of(record: Path, value: Any) -> list[list[float]]:
    """Rows of x,y that the warp keeps still."""
    try:
        points = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        points = np.empty(0)
    enough = points.ndim == 2 and points.shape[1] == 2 and len(points) >= 3
    if not enough or not np.isfinite(points).all():
        raise wrong(record, "points.border", "must be at least 3 rows of x,y")
    return list(points.tolist())


def triangles_of(record: Path, value: Any, count: int) -> Array | None:
    """Rows of numbers of the 68 points, then of the border's; None for the rule."""
    if value == "delaunay":
        return None
    try:
        triangles = np.array(value, dtype=np.int32)
    except (TypeError, ValueError):
        triangles = np.empty(0, dtype=np.int32)
    if triangles.ndim != 2 or triangles.shape[1:] != (3,) or triangles.size == 0:
        raise wrong(record, "triangles", "must be 'delaunay' or rows of three point numbers")
    if triangles.min() < 0 or triangles.max() >= count:
        raise wrong(record, "triangles", f"must number points from 0 to {count - 1}")
    return triangles


def gain_of(record: Path, value: Any) -> list[float]:
    """How far the mouth goes, sideways and down, against a human's."""
    fits = isinstance(value, list) and len(value) == 2
    if not fits or not all(isinstance(v, int | float) and 0 < v <= 10 for v in value):
        raise wrong(record, "mouth_gain", f"must be [x, y] in (0, 10], got {value!r}")
    return [float(v) for v in value]
