"""Puppet folders: find them, read them with every field checked, and write them."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from talkinghead.errors import ImageError, PuppetError
from talkinghead.landmarks import COUNT
from talkinghead.media.image import read_rgba, write_image
from talkinghead.types import Array, Layer, Puppet

FORMAT = 1
LAYOUT = "ibug68"
RECORD = "puppet.yaml"
# From back to front; what is inside the mouth shows only between the lips.
ROLES = (
    "background", "body", "head", "pupils", "eyelids", "mouth", "jaw", "teeth", "tusks",
)  # fmt: skip
REQUIRED = ("format", "name", "licence", "canvas", "layers", "points")
OPTIONAL = ("title", "author", "drawn", "triangles", "mouth_gain")
_HOME = Path(__file__).resolve().parents[2] / "puppets"


def _places(root: Path | None) -> list[Path]:
    """The folders that hold puppets, the first one wins."""
    if root is not None:
        return [root]
    here = Path("puppets").resolve()
    return [_HOME] if here == _HOME else [_HOME, here]


def list_puppets(root: Path | None = None) -> list[str]:
    """The names `load_puppet` knows, sorted.

    Without `root`: those that come with the package, then `puppets/` in the working directory.
    """
    found = {record.parent.name for place in _places(root) for record in place.glob(f"*/{RECORD}")}
    return sorted(found)


def find_puppet(name: str | Path, root: Path | None = None) -> Path:
    """The folder of a puppet, by a bare name, a file name like `wilk.png`, or the folder itself.

    Raises PuppetError, which lists the puppets there are.
    """
    given = Path(name)
    if (given / RECORD).is_file():
        return given
    if given.name == RECORD and given.is_file():
        return given.parent
    for place in _places(root):
        for folder in (place / given.name, place / given.stem):
            if given.name and (folder / RECORD).is_file():
                return folder
    known = ", ".join(list_puppets(root)) or "none"
    raise PuppetError(
        f"unknown puppet '{name}'; there are: {known}. "
        f"Give one of these names, or a folder that holds a {RECORD}"
    )


def load_puppet(name_or_folder: str | Path, root: Path | None = None) -> Puppet:
    """Read a puppet by name or folder; nothing depends on the working directory but `puppets/`.

    Raises PuppetError naming the file and the field where the record is wrong.
    """
    folder = find_puppet(name_or_folder, root)
    record = folder / RECORD
    data = _record(record)
    canvas = _canvas(record, data["canvas"])
    layers = _layers(record, data["layers"], canvas)
    closed = _points(record, data["points"], "closed", None)
    opened = _points(record, data["points"], "open", closed)
    meta: dict[str, Any] = {key: data[key] for key in OPTIONAL if key in data}
    meta |= {"licence": str(data["licence"]), "folder": str(folder)}
    meta.setdefault("drawn", "closed")
    if meta["drawn"] not in ("closed", "open"):
        raise _wrong(record, "drawn", f"must be 'closed' or 'open', got {meta['drawn']!r}")
    if "mouth_gain" in meta:
        meta["mouth_gain"] = _gain(record, meta["mouth_gain"])
    triangles = _triangles(record, meta.pop("triangles", "delaunay"))
    return Puppet(str(data["name"]), layers, closed, opened, triangles, meta)


def save_puppet(puppet: Puppet, folder: Path) -> None:
    """Write a puppet as a folder that `load_puppet` reads back: layers, points, record."""
    folder.mkdir(parents=True, exist_ok=True)
    for role, layer in puppet.layers.items():
        write_image(layer.image, folder / f"{role}.png")
    for stem, points in (("closed", puppet.closed), ("open", puppet.opened)):
        np.savetxt(folder / f"{stem}.csv", points, fmt="%.2f", delimiter=",")
    height, width = puppet.layers["head"].image.shape[:2]
    kept = {key: puppet.meta[key] for key in OPTIONAL if key in puppet.meta}
    data = {
        "format": FORMAT,
        "name": puppet.name,
        "licence": puppet.meta.get("licence", "unknown"),
        "canvas": [width, height],
        "layers": {role: f"{role}.png" for role in ROLES if role in puppet.layers},
        "points": {"layout": LAYOUT, "closed": "closed.csv", "open": "open.csv"},
        **kept,
        "triangles": "delaunay" if puppet.triangles is None else puppet.triangles.tolist(),
    }
    (folder / RECORD).write_text(yaml.safe_dump(data, sort_keys=False, default_flow_style=None))


def _wrong(record: Path, field: str, why: str) -> PuppetError:
    return PuppetError(f"{record}: field '{field}' {why}")


def _record(record: Path) -> dict[str, Any]:
    try:
        data = yaml.safe_load(record.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PuppetError(f"{record}: is not YAML: {error}") from error
    if not isinstance(data, dict):
        raise PuppetError(f"{record}: must hold fields like 'name: wilk'")
    for field in REQUIRED:
        if field not in data:
            raise _wrong(record, field, "is missing")
    for field in data:
        if field not in REQUIRED + OPTIONAL:
            raise _wrong(record, str(field), f"is unknown; known: {', '.join(REQUIRED + OPTIONAL)}")
    if data["format"] != FORMAT:
        raise _wrong(record, "format", f"must be {FORMAT}, got {data['format']!r}")
    return data


def _canvas(record: Path, value: Any) -> tuple[int, int]:
    whole = isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value)
    if not whole or min(value) < 16:
        raise _wrong(record, "canvas", f"must be [width, height] in pixels, got {value!r}")
    return value[0], value[1]


def _layers(record: Path, value: Any, canvas: tuple[int, int]) -> dict[str, Layer]:
    if not isinstance(value, dict) or "head" not in value:
        raise _wrong(record, "layers", "must name at least the file of 'head'")
    layers = {}
    for role in value:
        if role not in ROLES:
            raise _wrong(record, f"layers.{role}", f"is not a role; roles: {', '.join(ROLES)}")
    for role in ROLES:
        if role not in value:
            continue
        try:
            image = read_rgba(record.parent / str(value[role]))
        except ImageError as error:
            raise _wrong(record, f"layers.{role}", f"cannot be used: {error}") from error
        size = (image.shape[1], image.shape[0])
        if size != canvas:
            raise _wrong(record, f"layers.{role}", f"is {size} pixels, the canvas is {canvas}")
        layers[role] = Layer(role, image)
    return layers


def _points(record: Path, value: Any, pose: str, fallback: Array | None) -> Array:
    """(68, 2) float64 from a list in the record or a file beside it."""
    if not isinstance(value, dict):
        raise _wrong(record, "points", "must hold 'layout', 'closed' and 'open'")
    if value.get("layout") != LAYOUT:
        raise _wrong(record, "points.layout", f"must be '{LAYOUT}', got {value.get('layout')!r}")
    field = f"points.{pose}"
    rows = value.get(pose)
    if rows is None:
        if fallback is None:
            raise _wrong(record, field, "is missing")
        return fallback.copy()
    where = ""
    if isinstance(rows, str):
        where = f" ({rows})"
        try:
            with (record.parent / rows).open(newline="") as file:
                rows = [row for row in csv.reader(file) if row]
        except OSError as error:
            raise _wrong(record, field, f"names '{rows}', which cannot be read") from error
    try:
        points = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _wrong(record, field, f"must hold numbers only{where}: {error}") from error
    if points.shape != (COUNT, 2) or not np.isfinite(points).all():
        raise _wrong(record, field, f"must be {COUNT} rows of x,y{where}, got {points.shape}")
    return points


def _triangles(record: Path, value: Any) -> Array | None:
    if value == "delaunay":
        return None
    try:
        triangles = np.array(value, dtype=np.int32)
    except (TypeError, ValueError):
        triangles = np.empty(0, dtype=np.int32)
    if triangles.ndim != 2 or triangles.shape[1:] != (3,) or triangles.size == 0:
        raise _wrong(record, "triangles", "must be 'delaunay' or rows of three point numbers")
    if triangles.min() < 0 or triangles.max() >= COUNT:
        raise _wrong(record, "triangles", f"must number points from 0 to {COUNT - 1}")
    return triangles


def _gain(record: Path, value: Any) -> list[float]:
    fits = isinstance(value, list) and len(value) == 2
    if not fits or not all(isinstance(v, int | float) and 0 < v <= 10 for v in value):
        raise _wrong(record, "mouth_gain", f"must be [x, y] in (0, 10], got {value!r}")
    return [float(v) for v in value]
