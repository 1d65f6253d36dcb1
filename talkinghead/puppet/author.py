"""From one picture to a puppet: its layers, its two poses, and its folder."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import yaml

from talkinghead.errors import OutputError, PuppetError
from talkinghead.geometry.mouth import is_open
from talkinghead.landmarks import COUNT
from talkinghead.media.image import read_rgba, write_image
from talkinghead.puppet.cutout import backdrop_matte, is_cut_out, taken_apart
from talkinghead.puppet.eyelids import eyelids
from talkinghead.puppet.folder import swapped_in
from talkinghead.puppet.mouth_inside import mouth_layers
from talkinghead.puppet.poses import parted, shut
from talkinghead.puppet.record import RECORD
from talkinghead.puppet.store import load_puppet, save_puppet
from talkinghead.puppet.tints import tints
from talkinghead.types import Array, Layer, Puppet

MAX_SIDE: Final = 2048  # pixels of a puppet's longer side
SOURCE: Final = "author.yaml"  # beside the record: what the layers were made from
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")

# (h, w, 3) uint8 and points (68, 2) to the figure's share of each pixel, or None.
Matte = Callable[[Array, Array], Array | None]


@dataclass(frozen=True)
class Draft:
    """A picture and the poses of the face in it: all that a puppet's layers follow from."""

    picture: Array  # (h, w, 4) uint8 straight RGBA
    closed: Array  # (68, 2) pixels, mouth shut
    opened: Array  # (68, 2) pixels, mouth open
    drawn: str  # the pose of the picture: closed or open

    def __post_init__(self) -> None:
        if self.drawn not in ("closed", "open"):
            raise PuppetError(f"drawn must be 'closed' or 'open', got {self.drawn!r}")
        for points in (self.closed, self.opened):
            if points.shape != (COUNT, 2) or not np.isfinite(points).all():
                raise PuppetError(f"a puppet needs {COUNT} points x,y, got {points.shape}")

    @property
    def points(self) -> Array:
        """(68, 2) where the face is in the picture."""
        return self.opened if self.drawn == "open" else self.closed


def checked_name(name: str) -> str:
    """`name`, once it can be a folder's on any system; otherwise PuppetError."""
    if not NAME.fullmatch(name):
        raise PuppetError(
            f"a puppet cannot be called {name!r}; use up to 64 letters, digits, - and _, "
            "a letter or digit first"
        )
    return name


def fitted(picture: Array) -> tuple[Array, float]:
    """A picture (h, w, 4) of at most MAX_SIDE pixels a side, and the scale it was given."""
    longest = max(picture.shape[:2])
    if longest <= MAX_SIDE:
        return picture, 1.0
    scale = MAX_SIDE / longest
    size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
    alpha = picture[..., 3:].astype(np.float32) / 255
    # Colours weigh as much as they are seen, or the clear ones would bleed in.
    both = np.concatenate([picture[..., :3] * alpha, alpha], axis=-1)
    small = cv2.resize(both, size, interpolation=cv2.INTER_AREA)
    out = np.empty((*small.shape[:2], 4), np.uint8)
    out[..., :3] = np.rint(np.clip(small[..., :3] / np.maximum(small[..., 3:], 1e-6), 0, 255))
    out[..., 3] = np.rint(small[..., 3] * 255)
    return out, scale


def draft(picture: Array, points: Array) -> Draft:
    """A picture (h, w, 4) and the points (68, 2 or 3) of the face as it is in it.

    The other pose is made up: an open mouth is closed, a shut one opens as for a wide ah.
    """
    here = np.asarray(points, dtype=np.float64)[:, :2]
    closed = shut(here)
    if is_open(here):
        return Draft(picture, closed, here, "open")
    return Draft(picture, closed, parted(closed), "closed")


def drawn_up(name: str, made: Draft, matte: Matte | None = None, **meta: Any) -> Puppet:
    """The puppet of a draft: head cut out, mouth inside and eyelids painted.

    `matte` finds the figure in a picture that is neither transparent nor before a backdrop of
    one colour. `meta` goes into the record (title, author, licence).
    """
    share = None
    if not is_cut_out(made.picture):
        share = backdrop_matte(made.picture, made.points)
        if share is None and matte is not None:
            share = matte(np.ascontiguousarray(made.picture[..., :3]), made.points)
    layers = taken_apart(made.picture, made.points, share)
    layers |= painted(made)
    return Puppet(
        checked_name(name),
        {role: Layer(role, image) for role, image in layers.items()},
        made.closed,
        made.opened,
        meta={"licence": "unknown", **meta, "drawn": made.drawn},
    )


def painted(made: Draft) -> dict[str, Array]:
    """What a picture does not show: layers mouth, jaw, teeth and eyelids, (h, w, 4) uint8."""
    colours = tints(made.picture, made.points)
    size = (made.picture.shape[1], made.picture.shape[0])
    # Eyes are where they are in the picture; the mouth is painted where it is when shut.
    lids = eyelids(made.picture, made.points, colours)
    return {**mouth_layers(made.closed, colours, size), "eyelids": lids}


def write_puppet(puppet: Puppet, made: Draft, folder: Path, *, force: bool = False) -> None:
    """Write a new folder, whole or not at all: the puppet, and what it was made from.

    Raises OutputError where the folder exists, unless `force` says to replace it, and where it
    cannot be written; what was there then stays.
    """
    if folder.exists() and not force:
        raise OutputError(f"{folder}: is there already; choose another name, or give --force")
    if folder.exists() and not (folder / RECORD).is_file():
        raise OutputError(f"{folder}: holds no puppet, so it is not replaced; choose another name")
    with swapped_in(folder, copy=False) as temporary:
        save_puppet(puppet, temporary)
        _keep_source(made.picture, temporary)
        load_puppet(temporary)


def _keep_source(picture: Array, folder: Path) -> None:
    file = "picture.png" if is_cut_out(picture) else "picture.jpg"
    write_image(picture, folder / file)
    note = "# The layers were made from this picture by 'puppet new', and are made anew from it\n"
    note += (
        "# when 'puppet edit' saves other points. Delete this file to keep layers as they are.\n"
    )
    (folder / SOURCE).write_text(note + yaml.safe_dump({"picture": file}), encoding="utf-8")


def source_of(folder: Path) -> Array | None:
    """The picture (h, w, 4) a puppet was made from; None where its layers are somebody's own."""
    note = folder / SOURCE
    if not note.is_file():
        return None
    try:
        file = yaml.safe_load(note.read_text(encoding="utf-8"))["picture"]
        inside = Path(str(file)).name == str(file)
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError):
        inside = False
    if not inside:
        raise PuppetError(f"{note}: must say 'picture: FILE', a file beside it; or delete it")
    return read_rgba(folder / file)
