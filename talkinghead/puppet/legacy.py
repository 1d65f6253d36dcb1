"""MakeItTalk's puppet files: read in all four point layouts, and written.

A puppet of the name `p` is a picture `p.png` (or jpg), `p_bg.*`, and text files in one folder,
which may hold others.
"""

from pathlib import Path

import cv2
import numpy as np

from talkinghead.errors import OutputError, PuppetError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mesh import delaunay
from talkinghead.landmarks import COUNT, JAW_LEFT, JAW_RIGHT, NOSE_BASE, OUTER_LIP
from talkinghead.media.files import replacing
from talkinghead.media.image import read_rgba, write_image
from talkinghead.puppet.layouts import INNER_ONLY, LAYOUTS, Layout, around
from talkinghead.puppet.tables import menpo_points, table
from talkinghead.types import Array, Layer, Puppet

OPEN, OPEN_NORM, SHUT = "_face_open_mouth.txt", "_face_open_mouth_norm.txt", "_face_close_mouth.txt"
PLACE, TRIANGLES, POINTS = "_scale_shift.txt", "_delauney_tri.txt", ".pts"
PICTURE, BEHIND = ".png", "_bg.png"  # as written
WRITTEN = (PICTURE, BEHIND, OPEN, OPEN_NORM, SHUT, PLACE, TRIANGLES, POINTS)
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
WIDTH = 1.6  # of a face in normalised coordinates


def names_in(folder: Path) -> list[str]:
    """The puppets of a folder, by their triangles, sorted."""
    return sorted(path.name.removesuffix(TRIANGLES) for path in folder.glob(f"*{TRIANGLES}"))


def read_legacy(folder: Path, name: str | None = None) -> Puppet:
    """A puppet out of a folder of MakeItTalk's files; `name` is needed where there are several.

    The picture is the pose of the open mouth (`drawn: open`). Where `_scale_shift.txt` is
    missing, as with its oldest puppets, the place follows from the points that both poses
    share. Raises PuppetError, which names the file and the line.
    """
    if not folder.is_dir():
        raise PuppetError(f"{folder}: is not a folder; name the one that holds *{TRIANGLES}")
    found = names_in(folder)
    if name is None and len(found) != 1:
        there = ", ".join(found) or f"none (no *{TRIANGLES})"
        raise PuppetError(f"{folder}: holds these puppets: {there}; name one of them")
    stem = name or found[0]
    if stem not in found:
        known = ", ".join(found) or "none"
        raise PuppetError(f"{folder / (stem + TRIANGLES)}: is missing; puppets there: {known}")
    drawing = _picture(folder, stem)
    if drawing is None:
        raise PuppetError(f"{folder / stem}.png: is missing (or {', '.join(PICTURES[1:])})")
    head = read_rgba(drawing)
    height, width = head.shape[:2]
    layers = {"head": Layer("head", head)}
    behind = _picture(folder, f"{stem}_bg")
    if behind is not None:
        ground = read_rgba(behind)
        if ground.shape[:2] != head.shape[:2]:
            ground = np.asarray(cv2.resize(ground, (width, height), interpolation=cv2.INTER_AREA))
        layers = {"background": Layer("background", ground), **layers}
    opened = _opened(folder, stem)
    shut = table(folder / (stem + SHUT), COUNT, (2, 3))[:, :2]
    closed = _to_pixels(shut, folder / (stem + PLACE), opened)
    triangles, layout = _triangles(folder / (stem + TRIANGLES))
    border = around(width, height, layout.around)
    meta = {"licence": "unknown", "drawn": "open", "border": border.tolist()}
    return Puppet(stem, layers, closed, opened, triangles, meta)


def write_legacy(puppet: Puppet, picture: Array, folder: Path) -> list[Path]:
    """Write a puppet as MakeItTalk's files and return their paths.

    `picture` (h, w, 4) is the puppet without its background, as its open mouth looks:
    these files know one layer only. Triangles that are not of one of the four layouts are
    made anew. Raises OutputError where one of the files is there already.
    """
    for ending in WRITTEN:
        if (folder / (puppet.name + ending)).exists():
            raise OutputError(
                f"{folder / (puppet.name + ending)}: is there already; choose another folder"
            )
    folder.mkdir(parents=True, exist_ok=True)
    height, width = picture.shape[:2]
    paths = [folder / (puppet.name + PICTURE)]
    write_image(picture, paths[0])
    if "background" in puppet.layers:
        paths.append(folder / (puppet.name + BEHIND))
        write_image(puppet.layers["background"].image, paths[1])
    scale = WIDTH / float(puppet.opened[JAW_LEFT, 0] - puppet.opened[JAW_RIGHT, 0])
    shift = -(puppet.opened[JAW_LEFT] + puppet.opened[JAW_RIGHT]) / 2
    depth = mean_face()[:, 2:] * WIDTH / 10

    def normalised(points: Array) -> Array:
        return np.concatenate([-(points + shift) * scale, depth], axis=1)

    triangles = _numbered(puppet, width, height)
    tables = {
        OPEN: (np.concatenate([puppet.opened, np.ones((COUNT, 1))], axis=1), "%.4f"),
        OPEN_NORM: (normalised(puppet.opened), "%.8f"),
        SHUT: (normalised(puppet.closed), "%.8f"),
        PLACE: (np.array([scale, *shift]), "%.18e"),
        TRIANGLES: (triangles, "%d"),
    }
    for ending, (values, kind) in tables.items():
        paths.append(folder / (puppet.name + ending))
        with replacing(paths[-1]) as temporary:
            np.savetxt(temporary, values, fmt=kind)
    paths.append(folder / (puppet.name + POINTS))
    rows = "\n".join(f"{x:.4f} {y:.4f}" for x, y in puppet.opened)
    with replacing(paths[-1]) as temporary:
        temporary.write_text(f"version: 1\nn_points: {COUNT}\n{{\n{rows}\n}}\n")
    return paths


def _picture(folder: Path, stem: str) -> Path | None:
    """The file of a picture, whatever its kind."""
    return next((p for end in PICTURES if (p := folder / f"{stem}{end}").is_file()), None)


def _opened(folder: Path, stem: str) -> Array:
    """(68, 2) pixels, as corrected by hand, or else as the detector left them."""
    corrected, detected = folder / (stem + OPEN), folder / (stem + POINTS)
    if corrected.exists() or not detected.exists():
        return table(corrected, COUNT, (2, 3))[:, :2]
    return menpo_points(detected)


def _to_pixels(shut: Array, place: Path, opened: Array) -> Array:
    """(68, 2) pixels of the normalised closed mouth."""
    # Brows and nose are the same in both poses.
    same = slice(JAW_RIGHT + 1, NOSE_BASE)
    if place.exists():
        numbers = table(place, None, (1, 3)).ravel().tolist()
        if len(numbers) != 3 or numbers[0] == 0:
            raise PuppetError(f"{place}: must hold three numbers: a scale other than 0, and x, y")
        scale, x, y = numbers
        closed: Array = -shut / scale - (x, y)
        width = np.ptp(opened[:, 0])
        if np.abs(closed[same] - opened[same]).max() > 0.1 * width:
            raise PuppetError(
                f"{place}: does not bring the closed face onto the open one; "
                "delete this file to have its numbers found"
            )
        return closed
    here, there = shut[same], opened[same]
    middle, goal = here.mean(axis=0), there.mean(axis=0)
    spread = ((here - middle) ** 2).sum()
    factor = ((here - middle) * (there - goal)).sum() / max(float(spread), 1e-12)
    return np.asarray((shut - middle) * factor + goal)


def _triangles(path: Path) -> tuple[Array, Layout]:
    """(n, 3) numbers of this package's format, and the layout they were written in."""

    def fits(row: list[float]) -> bool:
        return len(set(row)) == 3 and all(v >= 0 and v.is_integer() for v in row)

    rows = table(path, None, (3,), fits, "must be three different point numbers")
    total = int(rows.max()) + 1
    if total not in LAYOUTS:
        known = ", ".join(f"{layout.total - 1}" for layout in LAYOUTS.values())
        raise PuppetError(
            f"{path}: numbers points up to {total - 1}; the four layouts end with {known}"
        )
    layout = LAYOUTS[total]
    return layout.numbers()[rows.astype(int)].astype(np.int32), layout


def _numbered(puppet: Puppet, width: int, height: int) -> Array:
    """(n, 3) triangles in the numbers of one of the four layouts."""
    border = np.asarray(puppet.meta.get("border", np.empty((0, 2))))
    if puppet.triangles is not None and len(border) in (8, 12):
        inner = not np.isin(puppet.triangles, np.arange(COUNT)[OUTER_LIP]).any()
        layout = LAYOUTS[(len(INNER_ONLY) if inner else COUNT) + len(border)]
        back = np.full(COUNT + len(border), -1)
        back[layout.numbers()] = np.arange(layout.total)
        return np.asarray(back[puppet.triangles])
    placed = np.concatenate([puppet.opened, around(width, height, 12)])
    return delaunay(placed)
