"""The puppet on the desk: what the page is told of it, points that are tried, and the save."""

import hashlib
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from talkinghead.errors import PuppetError
from talkinghead.face.matte import person_matte
from talkinghead.landmarks import CONTOURS, COUNT, JAW, JAW_LEFT, JAW_RIGHT, MIRROR, MOUTH
from talkinghead.puppet.author import SOURCE, Draft, drawn_up, source_of
from talkinghead.puppet.folder import swapped_in, write_points
from talkinghead.puppet.poses import parted, shut
from talkinghead.puppet.store import find_puppet, load_puppet, save_puppet
from talkinghead.render.rig import Rig
from talkinghead.types import Array, Puppet

POSES: Final = ("closed", "open")
_ROOM: Final = 0.5  # of the canvas: a point may lie this far outside of it


class Refused(PuppetError):
    """Points that cannot be a puppet's: says of which pose and point, for the page to show."""

    def __init__(self, message: str, pose: str | None = None, point: int | None = None) -> None:
        super().__init__(message)
        self.pose, self.point = pose, point


class Conflict(PuppetError):
    """The folder changed since the page read it."""


@dataclass(frozen=True)
class Reading:
    """A puppet's folder as it was at one moment."""

    revision: str
    puppet: Puppet
    source: Array | None  # (h, w, 4) uint8 that the layers are made from, if any


class Desk:
    """One puppet's folder while it is edited. Its methods may be called from several threads."""

    def __init__(self, puppet: str | Path) -> None:
        """Take a name or a folder. Raises PuppetError for one that cannot be read."""
        self.folder = find_puppet(puppet).resolve()
        self._saving = threading.Lock()
        self._drawing = threading.Lock()
        self._drawn: tuple[bytes, Puppet] | None = None
        self.reading = self._read()

    def _read(self) -> Reading:
        # The revision first: what changes meanwhile is then a conflict, and not overwritten.
        reading = Reading(_revision(self.folder), load_puppet(self.folder), source_of(self.folder))
        drawn = reading.puppet.layers["head"].image.shape
        if reading.source is not None and reading.source.shape != drawn:
            raise PuppetError(
                f"{self.folder / SOURCE}: its picture is not as large as the layers; delete the "
                "file to keep the layers as they are"
            )
        return reading

    def state(self) -> dict[str, Any]:
        """All that the page is built from."""
        with self._saving:
            reading = self.reading
            height, width = reading.puppet.layers["head"].image.shape[:2]
            return {
                "name": reading.puppet.name,
                "folder": str(self.folder),
                "canvas": [width, height],
                "layers": list(reading.puppet.layers),
                "drawn": reading.puppet.meta.get("drawn", "closed"),
                "closed": np.round(reading.puppet.closed, 2).tolist(),
                "open": np.round(reading.puppet.opened, 2).tolist(),
                "revision": reading.revision,
                "redrawn": reading.source is not None,
                "mirror": list(MIRROR),
                "names": _names(),
                "contours": [
                    {"points": points, "closed": joined} for points, joined in CONTOURS.values()
                ],
            }

    def tried(self, data: dict[str, Any], *, redraw: bool = False) -> Puppet:
        """The puppet with the page's points. With `redraw` its painted layers follow them.

        Raises Refused for points that cannot be used.
        """
        reading = self.reading
        size = reading.puppet.layers["head"].image.shape[1::-1]
        closed, opened = (_points(data, pose, size) for pose in POSES)
        puppet = replace(reading.puppet, closed=closed, opened=opened)
        try:
            Rig(puppet)
        except ValueError as error:
            raise Refused(f"no triangles can be laid over these points: {error}") from error
        if not redraw or reading.source is None:
            return puppet
        with self._drawing:
            key = closed.tobytes() + opened.tobytes() + reading.revision.encode()
            if self._drawn is None or self._drawn[0] != key:
                self._drawn = (key, self._redrawn(puppet, reading.source))
            return self._drawn[1]

    def _redrawn(self, puppet: Puppet, picture: Array) -> Puppet:
        drawn = str(puppet.meta.get("drawn", "closed"))
        made = Draft(picture, puppet.closed, puppet.opened, drawn)
        return replace(puppet, layers=drawn_up("redrawn", made, person_matte).layers)

    def suggested(self, data: dict[str, Any]) -> dict[str, Any]:
        """The mouth and jaw of one pose (`pose`), made from those of the picture."""
        puppet = self.tried(data)
        pose = _pose(data)
        drawn_open = puppet.meta.get("drawn") == "open"
        closed = shut(puppet.opened if drawn_open and pose == "closed" else puppet.closed)
        made = closed if pose == "closed" else parted(closed)
        points = (puppet.closed if pose == "closed" else puppet.opened).copy()
        points[JAW], points[MOUTH] = made[JAW], made[MOUTH]
        return {pose: np.round(points, 2).tolist()}

    def save(self, data: dict[str, Any]) -> dict[str, Any]:
        """Write the points into the folder, and the layers that follow from them.

        `revision` must be that of the folder, unless `force` is true. Whole or not at all.
        """
        with self._saving:
            if data.get("revision") != _revision(self.folder) and data.get("force") is not True:
                raise Conflict(
                    f"{self.folder.name} was changed on the disk or in another window since this "
                    "page read it"
                )
            reading, puppet = self.reading, self.tried(data, redraw=True)
            with swapped_in(self.folder, copy=True) as folder:
                if reading.source is None:
                    write_points(folder, puppet.closed, puppet.opened)
                else:
                    for role in reading.puppet.layers.keys() - puppet.layers.keys():
                        (folder / f"{role}.png").unlink(missing_ok=True)
                    save_puppet(puppet, folder)
                load_puppet(folder)
            reading = self.reading = self._read()
            return {"revision": reading.revision, "layers": list(reading.puppet.layers)}


def _pose(data: dict[str, Any]) -> str:
    pose = data.get("pose")
    if pose not in POSES:
        raise Refused(f"the pose must be 'closed' or 'open', got {pose!r}")
    return str(pose)


def _points(data: dict[str, Any], pose: str, size: tuple[int, ...]) -> Array:
    """(68, 2) of one pose out of what the page sent."""
    try:
        points = np.array(data.get(pose), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise Refused(f"{pose}: must hold numbers only", pose) from error
    if points.shape != (COUNT, 2):
        raise Refused(f"{pose}: must be {COUNT} points of x and y, got {points.shape}", pose)
    room = np.array(size) * _ROOM
    inside = np.isfinite(points) & (points >= -room) & (points <= np.array(size) + room)
    if not inside.all():
        number = int(np.flatnonzero(~inside.all(axis=1))[0])
        raise Refused(
            f"point {number} ({_names()[number]}) is far outside the picture", pose, number
        )
    if np.linalg.norm(points[JAW_RIGHT] - points[JAW_LEFT]) < 8:
        raise Refused(
            "points 0 and 16 are the two ends of the jaw; move them apart", pose, JAW_LEFT
        )
    return np.round(points, 2)


def _names() -> list[str]:
    """What each point is called."""
    names = [""] * COUNT
    for name, (points, _) in CONTOURS.items():
        for place, number in enumerate(points, start=1):
            names[number] = f"{name.replace('_', ' ')} {place} of {len(points)}"
    return names


def _revision(folder: Path) -> str:
    """Changes when a file of the folder does."""
    told = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        stat = file.stat()
        told.update(f"{file.name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return told.hexdigest()[:16]
