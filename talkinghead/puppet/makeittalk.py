"""Imports and exports puppets in MakeItTalk's file format.

A puppet `p` is a picture `p.png` (or jpg), a background `p_bg.*` and text files in one folder,
which may contain several puppets.
"""

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from talkinghead.errors import OutputError, PuppetError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mesh import delaunay
from talkinghead.landmarks import COUNT, JAW_LEFT, JAW_RIGHT, NOSE_BASE, OUTER_LIP
from talkinghead.media.atomic_write import atomic_write
from talkinghead.media.image import read_rgba, write_image
from talkinghead.puppet.makeittalk_format import (
    LAYOUTS,
    WITHOUT_OUTER_LIP,
    PointLayout,
    border_points,
    read_pts,
    read_table,
)
from talkinghead.types import Array, Layer, Puppet

# Suffixes of the files.
OPEN_SUFFIX: Final = "_face_open_mouth.txt"
OPEN_NORMALISED_SUFFIX: Final = "_face_open_mouth_norm.txt"
CLOSED_SUFFIX: Final = "_face_close_mouth.txt"
SCALE_SHIFT_SUFFIX: Final = "_scale_shift.txt"
TRIANGLES_SUFFIX: Final = "_delauney_tri.txt"
POINTS_SUFFIX: Final = ".pts"
PICTURE_SUFFIX: Final = ".png"
BACKGROUND_SUFFIX: Final = "_bg.png"
WRITTEN_SUFFIXES: Final = (
    PICTURE_SUFFIX, BACKGROUND_SUFFIX, OPEN_SUFFIX, OPEN_NORMALISED_SUFFIX, CLOSED_SUFFIX,
    SCALE_SHIFT_SUFFIX, TRIANGLES_SUFFIX, POINTS_SUFFIX,
)  # fmt: skip
PICTURE_SUFFIXES: Final = (".png", ".jpg", ".jpeg", ".webp", ".bmp")  # of input pictures

NORMALISED_WIDTH: Final = 1.6  # of a face in normalised coordinates


def list_makeittalk(folder: Path) -> list[str]:
    """The sorted names of the puppets in a folder: those with a file of triangles."""
    return sorted(
        path.name.removesuffix(TRIANGLES_SUFFIX) for path in folder.glob(f"*{TRIANGLES_SUFFIX}")
    )


def read_makeittalk(folder: Path, name: str | None = None) -> Puppet:
    """Import a puppet from a folder of MakeItTalk's files; `name` selects one of several.

    The picture shows the open pose (`drawn: open`). If `_scale_shift.txt` is missing, as with the
    oldest puppets, scale and shift are fitted to the landmarks that are the same in both poses.
    Raises PuppetError, which names the file and the line.
    """
    if not folder.is_dir():
        raise PuppetError(f"{folder}: is not a folder; give one that contains *{TRIANGLES_SUFFIX}")
    names = list_makeittalk(folder)
    if name is None and len(names) != 1:
        listing = ", ".join(names) or f"none (no *{TRIANGLES_SUFFIX})"
        raise PuppetError(f"{folder}: contains these puppets: {listing}; name one of them")
    stem = name or names[0]
    if stem not in names:
        known = ", ".join(names) or "none"
        raise PuppetError(
            f"{folder / (stem + TRIANGLES_SUFFIX)}: is missing; puppets there: {known}"
        )
    picture = _find_picture(folder, stem)
    if picture is None:
        raise PuppetError(f"{folder / stem}.png: is missing (or {', '.join(PICTURE_SUFFIXES[1:])})")
    head = read_rgba(picture)
    height, width = head.shape[:2]
    layers = {"head": Layer("head", head)}
    behind = _find_picture(folder, f"{stem}_bg")
    if behind is not None:
        image = read_rgba(behind)
        if image.shape[:2] != head.shape[:2]:
            image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))
        layers = {"background": Layer("background", image), **layers}
    opened = _read_open_pose(folder, stem)
    normalised = read_table(folder / (stem + CLOSED_SUFFIX), COUNT, (2, 3))[:, :2]
    closed = _to_pixels(normalised, folder / (stem + SCALE_SHIFT_SUFFIX), opened)
    triangles, layout = _read_triangles(folder / (stem + TRIANGLES_SUFFIX))
    border = border_points(width, height, layout.border)
    meta = {"licence": "unknown", "drawn": "open", "border": border.tolist()}
    return Puppet(stem, layers, closed, opened, triangles, meta)


def write_makeittalk(puppet: Puppet, picture: Array, folder: Path) -> list[Path]:
    """Export a puppet as MakeItTalk's files and return their paths.

    `picture` (h, w, 4) uint8 is the puppet in its open pose without background, since the format
    has a single layer. Triangles that fit none of the four layouts are replaced by a Delaunay
    triangulation. Raises OutputError if one of the files exists.
    """
    for ending in WRITTEN_SUFFIXES:
        if (folder / (puppet.name + ending)).exists():
            raise OutputError(
                f"{folder / (puppet.name + ending)}: already exists; choose another folder"
            )
    folder.mkdir(parents=True, exist_ok=True)
    height, width = picture.shape[:2]
    paths = [folder / (puppet.name + PICTURE_SUFFIX)]
    write_image(picture, paths[0])
    if "background" in puppet.layers:
        paths.append(folder / (puppet.name + BACKGROUND_SUFFIX))
        write_image(puppet.layers["background"].image, paths[1])
    scale = NORMALISED_WIDTH / float(puppet.opened[JAW_LEFT, 0] - puppet.opened[JAW_RIGHT, 0])
    shift = -(puppet.opened[JAW_LEFT] + puppet.opened[JAW_RIGHT]) / 2
    depth = mean_face()[:, 2:] * NORMALISED_WIDTH / 10

    def normalise(points: Array) -> Array:
        return np.concatenate([-(points + shift) * scale, depth], axis=1)

    tables = {
        OPEN_SUFFIX: (np.concatenate([puppet.opened, np.ones((COUNT, 1))], axis=1), "%.4f"),
        OPEN_NORMALISED_SUFFIX: (normalise(puppet.opened), "%.8f"),
        CLOSED_SUFFIX: (normalise(puppet.closed), "%.8f"),
        SCALE_SHIFT_SUFFIX: (np.array([scale, *shift]), "%.18e"),
        TRIANGLES_SUFFIX: (_layout_triangles(puppet, width, height), "%d"),
    }
    for ending, (values, number_format) in tables.items():
        paths.append(folder / (puppet.name + ending))
        with atomic_write(paths[-1]) as temporary:
            np.savetxt(temporary, values, fmt=number_format)
    paths.append(folder / (puppet.name + POINTS_SUFFIX))
    rows = "\n".join(f"{x:.4f} {y:.4f}" for x, y in puppet.opened)
    with atomic_write(paths[-1]) as temporary:
        temporary.write_text(f"version: 1\nn_points: {COUNT}\n{{\n{rows}\n}}\n")
    return paths


def _find_picture(folder: Path, stem: str) -> Path | None:
    """The file of a picture with any of PICTURE_SUFFIXES; None if there is none."""
    paths = (folder / f"{stem}{ending}" for ending in PICTURE_SUFFIXES)
    return next((path for path in paths if path.is_file()), None)


def _read_open_pose(folder: Path, stem: str) -> Array:
    """(68, 2) pixels: the landmarks corrected by hand if there are any, otherwise as detected."""
    corrected, detected = folder / (stem + OPEN_SUFFIX), folder / (stem + POINTS_SUFFIX)
    if corrected.exists() or not detected.exists():
        return read_table(corrected, COUNT, (2, 3))[:, :2]
    return read_pts(detected)


def _to_pixels(normalised: Array, scale_shift: Path, opened: Array) -> Array:
    """(68, 2) pixels of the closed pose (68, 2) in normalised coordinates."""
    shared = slice(JAW_RIGHT + 1, NOSE_BASE)  # brows and nose are the same in both poses
    if scale_shift.exists():
        numbers = read_table(scale_shift, None, (1, 3)).ravel().tolist()
        if len(numbers) != 3 or numbers[0] == 0:
            raise PuppetError(
                f"{scale_shift}: must contain three numbers: a scale other than 0, and x, y"
            )
        scale, x, y = numbers
        closed: Array = -normalised / scale - (x, y)
        width = np.ptp(opened[:, 0])
        if np.abs(closed[shared] - opened[shared]).max() > 0.1 * width:
            raise PuppetError(
                f"{scale_shift}: does not map the closed face onto the open one; "
                "delete this file to fit scale and shift"
            )
        return closed
    source, target = normalised[shared], opened[shared]
    center, target_center = source.mean(axis=0), target.mean(axis=0)
    spread = ((source - center) ** 2).sum()
    factor = ((source - center) * (target - target_center)).sum() / max(float(spread), 1e-12)
    return np.asarray((normalised - center) * factor + target_center)


def _read_triangles(path: Path) -> tuple[Array, PointLayout]:
    """(n, 3) triangles with this package's point numbers, and the layout of the file."""

    def is_triangle(row: list[float]) -> bool:
        return len(set(row)) == 3 and all(v >= 0 and v.is_integer() for v in row)

    rows = read_table(path, None, (3,), is_triangle, "must be three different point numbers")
    total = int(rows.max()) + 1
    if total not in LAYOUTS:
        known = ", ".join(f"{layout.total - 1}" for layout in LAYOUTS.values())
        raise PuppetError(
            f"{path}: has point numbers up to {total - 1}; the four layouts end with {known}"
        )
    layout = LAYOUTS[total]
    return layout.numbers()[rows.astype(int)].astype(np.int32), layout


def _layout_triangles(puppet: Puppet, width: int, height: int) -> Array:
    """(n, 3) triangles with the point numbers of one of the four layouts."""
    border = np.asarray(puppet.meta.get("border", np.empty((0, 2))))
    if puppet.triangles is not None and len(border) in (8, 12):
        without_lip = not np.isin(puppet.triangles, np.arange(COUNT)[OUTER_LIP]).any()
        layout = LAYOUTS[(len(WITHOUT_OUTER_LIP) if without_lip else COUNT) + len(border)]
        to_layout = np.full(COUNT + len(border), -1)
        to_layout[layout.numbers()] = np.arange(layout.total)
        return np.asarray(to_layout[puppet.triangles])
    return delaunay(np.concatenate([puppet.opened, border_points(width, height, 12)]))
