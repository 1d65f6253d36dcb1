"""Finds, loads, describes and saves puppet folders."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from talkinghead.assets import DEMO_PORTRAITS, asset_folder
from talkinghead.errors import OutputError, PuppetError
from talkinghead.landmarks import COUNT
from talkinghead.media.atomic_write import similar_name
from talkinghead.media.image import write_image
from talkinghead.puppet.schema import (
    FORMAT,
    LAYOUT,
    OPTIONAL,
    RECORD,
    ROLES,
    field_error,
    parse_border,
    parse_canvas,
    parse_gain,
    parse_name,
    parse_text,
    parse_triangles,
    read_layers,
    read_points,
    read_record,
)
from talkinghead.types import Array, Puppet

_SHIPPED: Final = asset_folder("puppets")


def _search_path(root: Path | None) -> list[Path]:
    """The folders to search for puppets, in order."""
    if root is not None:
        return [root]
    local = Path("puppets").resolve()
    return [_SHIPPED] if local == _SHIPPED else [_SHIPPED, local]


def list_puppets(root: Path | None = None) -> list[str]:
    """The sorted names of the puppets in the folder `root`.

    Without `root`, those shipped with the package and those in `puppets/` of the working
    directory.
    """
    records = (record for folder in _search_path(root) for record in folder.glob(f"*/{RECORD}"))
    return sorted({record.parent.name for record in records})


def find_puppet(name: str | Path, root: Path | None = None) -> Path:
    """The folder of a puppet, by its name, a file name like `wilk.png`, its folder or its record.

    Raises PuppetError, which lists the known puppets.
    """
    path = Path(name)
    if (path / RECORD).is_file():
        return path
    if path.name == RECORD and path.is_file():
        return path.parent
    for parent in _search_path(root):
        for folder in (parent / path.name, parent / path.stem):
            if path.name and (folder / RECORD).is_file():
                return folder
    if path.is_file() or path.name in DEMO_PORTRAITS:
        raise PuppetError(
            f"{name}: is no puppet; 'talkinghead photo {name} AUDIO' lets a picture speak, "
            f"'talkinghead puppet new {name} NAME' makes a puppet of it"
        )
    puppets = list_puppets(root)
    known, similar = ", ".join(puppets) or "none", similar_name(path.stem, puppets)
    suggestion = "" if similar is None else f"did you mean {similar}? "
    raise PuppetError(
        f"unknown puppet '{name}'; {suggestion}known: {known}; "
        f"give one of these names, or a folder that contains a {RECORD}"
    )


def folder_revision(folder: Path) -> str:
    """A digest that changes with any file of a puppet's folder."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        stat = file.stat()
        digest.update(f"{file.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def load_puppet(name_or_folder: str | Path, root: Path | None = None) -> Puppet:
    """Load a puppet by name or folder.

    Raises PuppetError, which names the file and the invalid field.
    """
    folder = find_puppet(name_or_folder, root)
    record = folder / RECORD
    data = read_record(record)
    name = parse_name(record, data["name"])
    canvas = parse_canvas(record, data["canvas"])
    layers = read_layers(record, data["layers"], canvas)
    closed = read_points(record, data["points"], "closed", None)
    opened = read_points(record, data["points"], "open", closed)
    meta: dict[str, Any] = {key: data[key] for key in OPTIONAL if key in data}
    meta |= {f: parse_text(record, f, data[f]) for f in ("title", "author", "licence") if f in data}
    meta["folder"] = str(folder)
    meta.setdefault("drawn", "closed")
    if meta["drawn"] not in ("closed", "open"):
        raise field_error(record, "drawn", f"must be 'closed' or 'open', got {meta['drawn']!r}")
    if "mouth_gain" in meta:
        meta["mouth_gain"] = parse_gain(record, meta["mouth_gain"])
    if "border" in data["points"]:
        meta["border"] = parse_border(record, data["points"]["border"])
    rule = meta.pop("triangles", "delaunay")
    triangles = parse_triangles(record, rule, COUNT + len(meta.get("border", ())))
    return Puppet(name, layers, closed, opened, triangles, meta)


def puppet_files(name_or_folder: str | Path) -> list[Path]:
    """The files of a puppet with a valid record: the record, layers and landmarks."""
    record = find_puppet(name_or_folder) / RECORD
    data = read_record(record)
    names = [*data["layers"].values(), *data["points"].values()]
    return [record, *(record.parent / name for name in names if isinstance(name, str))]


def describe_puppet(name_or_folder: str | Path, root: Path | None = None) -> dict[str, Any]:
    """Name, title, canvas size and licence of a puppet, from its record alone.

    The title defaults to the name. Raises PuppetError.
    """
    record = find_puppet(name_or_folder, root) / RECORD
    data = read_record(record)
    name = parse_name(record, data["name"])
    return {
        "name": name,
        "title": parse_text(record, "title", data.get("title", name)),
        "canvas": parse_canvas(record, data["canvas"]),
        "licence": parse_text(record, "licence", data["licence"]),
    }


def save_puppet(puppet: Puppet, folder: Path) -> None:
    """Write a puppet to a folder, from which `load_puppet` reads it: layers, landmarks, record."""
    folder.mkdir(parents=True, exist_ok=True)
    for role, layer in puppet.layers.items():
        write_image(layer.image, folder / f"{role}.png")
    for stem, points in (("closed", puppet.closed), ("open", puppet.opened)):
        np.savetxt(folder / f"{stem}.csv", points, fmt="%.2f", delimiter=",")
    height, width = puppet.layers["head"].image.shape[:2]
    optional: dict[str, Any] = {key: puppet.meta[key] for key in OPTIONAL if key in puppet.meta}
    border = {"border": puppet.meta["border"]} if "border" in puppet.meta else {}
    data: dict[str, Any] = {
        "format": FORMAT,
        "name": puppet.name,
        "licence": puppet.meta.get("licence", "unknown"),
        "canvas": [width, height],
        "layers": {role: f"{role}.png" for role in ROLES if role in puppet.layers},
        "points": {"layout": LAYOUT, "closed": "closed.csv", "open": "open.csv", **border},
        **optional,
        "triangles": "delaunay" if puppet.triangles is None else puppet.triangles.tolist(),
    }
    (folder / RECORD).write_text(yaml.safe_dump(data, sort_keys=False, default_flow_style=None))


def save_points(folder: Path, closed: Array, opened: Array) -> None:
    """Save the landmarks (68, 2) of both poses into a puppet's folder.

    The record is not changed if it already names a file in the folder for each pose.
    """
    record = folder / RECORD
    data = yaml.safe_load(record.read_text(encoding="utf-8"))
    changed = False
    for pose, points in (("closed", closed), ("open", opened)):
        file = data["points"].get(pose)
        if not isinstance(file, str) or Path(file).name != file:
            file = data["points"][pose] = f"{pose}.csv"
            changed = True
        np.savetxt(folder / file, points, fmt="%.2f", delimiter=",")
    if changed:
        text = yaml.safe_dump(data, sort_keys=False, default_flow_style=None)
        record.write_text(text, encoding="utf-8")


@contextmanager
def atomic_folder(folder: Path, *, copy: bool) -> Iterator[Path]:
    """A temporary folder that replaces `folder` when the block ends.

    It starts empty, or with `copy` as a copy of `folder`. When the block fails or is interrupted,
    `folder` is unchanged. Raises OutputError when it cannot be written.
    """
    target = folder.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        workspace = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be written ({error.strerror or error}); choose another place"
        ) from error
    new, old = workspace / target.name, workspace / f"{target.name}.old"
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
        shutil.rmtree(workspace, ignore_errors=True)
