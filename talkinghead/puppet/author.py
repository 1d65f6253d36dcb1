"""Makes a puppet from one picture: drafts its poses, splits and draws layers, writes its folder."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import yaml

from talkinghead.appearance.colors import estimate_puppet_colors
from talkinghead.appearance.oral_cavity import draw_mouth_layers
from talkinghead.appearance.puppet_eyelid import draw_closed_eyelids
from talkinghead.errors import OutputError, PuppetError
from talkinghead.geometry.mouth import is_mouth_open
from talkinghead.landmarks import COUNT
from talkinghead.media.image import read_rgba, write_image
from talkinghead.puppet.face_frame import close_pose, open_pose
from talkinghead.puppet.schema import RECORD
from talkinghead.puppet.segmentation import (
    has_transparency,
    plain_background_matte,
    split_layers,
)
from talkinghead.puppet.store import atomic_folder, load_puppet, save_puppet
from talkinghead.types import Array, Layer, Puppet

MAX_SIDE: Final = 2048  # pixels of a puppet's longer side
SOURCE_RECORD: Final = "author.yaml"  # next to the record: the picture the layers were made from
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_SOURCE_NOTE: Final = """\
# The layers were made from this picture by 'puppet new', and are made again from it
# when 'puppet edit' saves other points. Delete this file to keep the layers unchanged.
"""

# Picture (h, w, 3) uint8 and landmarks (68, 2) -> alpha matte (h, w) of the figure, or None.
Matte = Callable[[Array, Array], Array | None]


@dataclass(frozen=True)
class PuppetDraft:
    """A picture and the closed and open pose of its face, from which a puppet is built."""

    picture: Array  # (h, w, 4) uint8 straight RGBA
    closed: Array  # (68, 2) pixels, mouth closed
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
        """(68, 2) landmarks in the pose of the picture."""
        return self.opened if self.drawn == "open" else self.closed


def validate_name(name: str) -> str:
    """`name`, if it is a valid folder name on any system; otherwise raises PuppetError."""
    if not NAME.fullmatch(name):
        raise PuppetError(
            f"a puppet cannot be called {name!r}; use up to 64 letters, digits, - and _, "
            "starting with a letter or digit"
        )
    return name


def limit_size(picture: Array) -> tuple[Array, float]:
    """A picture (h, w, 4) uint8 of at most MAX_SIDE pixels per side, and the scale applied."""
    longest = max(picture.shape[:2])
    if longest <= MAX_SIDE:
        return picture, 1.0
    scale = MAX_SIDE / longest
    size = tuple(max(1, round(side * scale)) for side in picture.shape[1::-1])
    alpha = picture[..., 3:].astype(np.float32) / 255
    # Colours are weighted by alpha: those of transparent pixels must not bleed in.
    weighted = np.concatenate([picture[..., :3] * alpha, alpha], axis=-1)
    small = cv2.resize(weighted, size, interpolation=cv2.INTER_AREA)
    out = np.empty((*small.shape[:2], 4), np.uint8)
    out[..., :3] = np.rint(np.clip(small[..., :3] / np.maximum(small[..., 3:], 1e-6), 0, 255))
    out[..., 3] = np.rint(small[..., 3] * 255)
    return out, scale


def draft_puppet(picture: Array, points: Array) -> PuppetDraft:
    """Draft a puppet from a picture (h, w, 4) uint8 and its landmarks (68, 2 or 3).

    The pose that the picture does not show is derived: an open mouth is closed, a closed mouth
    is opened as for a wide "ah".
    """
    landmarks = np.asarray(points, dtype=np.float64)[:, :2]
    closed = close_pose(landmarks)
    if is_mouth_open(landmarks):
        return PuppetDraft(picture, closed, landmarks, "open")
    return PuppetDraft(picture, closed, open_pose(closed), "closed")


def build_puppet(name: str, draft: PuppetDraft, matte: Matte | None = None, **meta: Any) -> Puppet:
    """Build the puppet of a draft: split the picture into layers, draw mouth and eyelids.

    `matte` segments a picture that has neither transparency nor a plain background. `meta` are
    fields of the record (title, author, licence). Raises PuppetError for an invalid name.
    """
    picture, points = draft.picture, draft.points
    alpha = None
    if not has_transparency(picture):
        alpha = plain_background_matte(picture, points)
        if alpha is None and matte is not None:
            alpha = matte(np.ascontiguousarray(picture[..., :3]), points)
    layers = split_layers(picture, points, alpha) | draw_layers(draft)
    return Puppet(
        validate_name(name),
        {role: Layer(role, image) for role, image in layers.items()},
        draft.closed,
        draft.opened,
        meta={"licence": "unknown", **meta, "drawn": draft.drawn},
    )


def draw_layers(draft: PuppetDraft) -> dict[str, Array]:
    """Draw the layers that the picture lacks: mouth, jaw, teeth and eyelids, (h, w, 4) uint8."""
    picture, points = draft.picture, draft.points
    colors = estimate_puppet_colors(picture, points)
    # Eyelids are drawn at the eyes of the picture; the mouth is drawn in the closed pose.
    return {
        **draw_mouth_layers(draft.closed, colors, (picture.shape[1], picture.shape[0])),
        "eyelids": draw_closed_eyelids(picture, points, colors),
    }


def write_puppet(puppet: Puppet, draft: PuppetDraft, folder: Path, *, force: bool = False) -> None:
    """Write a puppet and the picture of its draft to a new folder, atomically.

    Raises OutputError if the folder exists, unless `force` replaces it, if it exists but is not a
    puppet, or if it cannot be written. On failure an older folder is kept.
    """
    if folder.exists() and not force:
        raise OutputError(f"{folder}: already exists; choose another name, or give --force")
    if folder.exists() and not (folder / RECORD).is_file():
        raise OutputError(f"{folder}: is not a puppet, so it is not replaced; choose another name")
    with atomic_folder(folder, copy=False) as temporary:
        save_puppet(puppet, temporary)
        _write_source(draft.picture, temporary)
        load_puppet(temporary)


def _write_source(picture: Array, folder: Path) -> None:
    file = "picture.png" if has_transparency(picture) else "picture.jpg"
    write_image(picture, folder / file)
    text = _SOURCE_NOTE + yaml.safe_dump({"picture": file})
    (folder / SOURCE_RECORD).write_text(text, encoding="utf-8")


def read_source(folder: Path) -> Array | None:
    """The picture (h, w, 4) uint8 that a puppet was made from; None if it has no source record.

    Raises PuppetError for an invalid source record.
    """
    record = folder / SOURCE_RECORD
    if not record.is_file():
        return None
    try:
        file = yaml.safe_load(record.read_text(encoding="utf-8"))["picture"]
        inside = Path(str(file)).name == str(file)
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError):
        inside = False
    if not inside:
        raise PuppetError(
            f"{record}: must contain 'picture: FILE' with a file in the same folder; "
            "correct it, or delete it"
        )
    return read_rgba(folder / file)
