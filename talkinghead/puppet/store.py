"""Puppet folders: find them, read them with every field checked, and write them."""

from pathlib import Path
from typing import Any

import numpy as np
import yaml

from talkinghead.errors import PuppetError
from talkinghead.home import home
from talkinghead.landmarks import COUNT
from talkinghead.media.image import write_image
from talkinghead.puppet.record import (
    FORMAT,
    LAYOUT,
    OPTIONAL,
    RECORD,
    ROLES,
    border_of,
    canvas_of,
    gain_of,
    layers_of,
    name_of,
    points_of,
    read_record,
    text_of,
    triangles_of,
    wrong,
)
from talkinghead.types import Puppet

_HOME = home("puppets")


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
    data = read_record(record)
    name = name_of(record, data["name"])
    canvas = canvas_of(record, data["canvas"])
    layers = layers_of(record, data["layers"], canvas)
    closed = points_of(record, data["points"], "closed", None)
    opened = points_of(record, data["points"], "open", closed)
    meta: dict[str, Any] = {key: data[key] for key in OPTIONAL if key in data}
    meta |= {f: text_of(record, f, data[f]) for f in ("title", "author", "licence") if f in data}
    meta["folder"] = str(folder)
    meta.setdefault("drawn", "closed")
    if meta["drawn"] not in ("closed", "open"):
        raise wrong(record, "drawn", f"must be 'closed' or 'open', got {meta['drawn']!r}")
    if "mouth_gain" in meta:
        meta["mouth_gain"] = gain_of(record, meta["mouth_gain"])
    if "border" in data["points"]:
        meta["border"] = border_of(record, data["points"]["border"])
    rule = meta.pop("triangles", "delaunay")
    triangles = triangles_of(record, rule, COUNT + len(meta.get("border", ())))
    return Puppet(name, layers, closed, opened, triangles, meta)


def files_of(name_or_folder: str | Path) -> list[Path]:
    """The files a puppet that can be loaded is made of: its record, layers and points."""
    record = find_puppet(name_or_folder) / RECORD
    data = read_record(record)
    named = [*data["layers"].values(), *data["points"].values()]
    return [record, *(record.parent / name for name in named if isinstance(name, str))]


def describe_puppet(name_or_folder: str | Path, root: Path | None = None) -> dict[str, Any]:
    """What a puppet's record says of it, without reading a picture: name, title, canvas, licence.

    `title` is the name where there is none. Raises PuppetError.
    """
    record = find_puppet(name_or_folder, root) / RECORD
    data = read_record(record)
    name = name_of(record, data["name"])
    return {
        "name": name,
        "title": text_of(record, "title", data.get("title", name)),
        "canvas": canvas_of(record, data["canvas"]),
        "licence": text_of(record, "licence", data["licence"]),
    }


def save_puppet(puppet: Puppet, folder: Path) -> None:
    """Write a puppet as a folder that `load_puppet` reads back: layers, points, record."""
    folder.mkdir(parents=True, exist_ok=True)
    for role, layer in puppet.layers.items():
        write_image(layer.image, folder / f"{role}.png")
    for stem, points in (("closed", puppet.closed), ("open", puppet.opened)):
        np.savetxt(folder / f"{stem}.csv", points, fmt="%.2f", delimiter=",")
    height, width = puppet.layers["head"].image.shape[:2]
    kept = {key: puppet.meta[key] for key in OPTIONAL if key in puppet.meta}
    border = {"border": puppet.meta["border"]} if "border" in puppet.meta else {}
    data = {
        "format": FORMAT,
        "name": puppet.name,
        "licence": puppet.meta.get("licence", "unknown"),
        "canvas": [width, height],
        "layers": {role: f"{role}.png" for role in ROLES if role in puppet.layers},
        "points": {"layout": LAYOUT, "closed": "closed.csv", "open": "open.csv", **border},
        **kept,
        "triangles": "delaunay" if puppet.triangles is None else puppet.triangles.tolist(),
    }
    (folder / RECORD).write_text(yaml.safe_dump(data, sort_keys=False, default_flow_style=None))
