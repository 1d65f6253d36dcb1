"""The puppet being edited: its state for the page, edited landmarks checked and saved."""

import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from pydantic import BaseModel

from talkinghead.errors import PuppetError
from talkinghead.face.segmentation import person_matte
from talkinghead.landmarks import CONTOURS, COUNT, JAW, JAW_LEFT, JAW_RIGHT, MIRROR, MOUTH
from talkinghead.puppet.author import SOURCE_RECORD, PuppetDraft, build_puppet, read_source
from talkinghead.puppet.face_frame import close_pose, open_pose
from talkinghead.puppet.store import (
    atomic_folder,
    find_puppet,
    folder_revision,
    load_puppet,
    save_points,
    save_puppet,
)
from talkinghead.render.puppet_rig import PuppetRig
from talkinghead.types import Array, Puppet

Pose = Literal["closed", "open"]
_MARGIN: Final = 0.5  # how far outside the canvas a point may lie, relative to its size
_SHORTEST_JAW: Final = 8  # pixels between the two ends of the jaw


class InvalidPoints(PuppetError):
    """Landmarks that no puppet can have; names the pose and the point for the page to show."""

    def __init__(self, message: str, pose: str | None = None, point: int | None = None) -> None:
        super().__init__(message)
        self.pose, self.point = pose, point


class Conflict(PuppetError):
    """The folder changed since the page loaded it."""


class EditedPoints(BaseModel):
    """The 68 landmarks of both poses as the page holds them, in pixels of the canvas."""

    closed: list[tuple[float, float]]
    open: list[tuple[float, float]]


class SaveResult(BaseModel):
    """What the page must know after a save."""

    revision: str
    layers: list[str]


@dataclass(frozen=True)
class Snapshot:
    """A puppet's folder at one moment."""

    revision: str
    puppet: Puppet
    source: Array | None  # (h, w, 4) uint8, the image that the layers are made from, if any


class PuppetDocument:
    """A puppet's folder that is open in the editor. Safe to call from several threads."""

    def __init__(self, puppet: str | Path) -> None:
        """Open a puppet by name or folder. Raises PuppetError if it cannot be read."""
        self.folder = find_puppet(puppet).resolve()
        self._saving = threading.Lock()
        self._building = threading.Lock()
        self._built: tuple[bytes, Puppet] | None = None
        self.snapshot = self._load()

    def _load(self) -> Snapshot:
        # Revision first: a change during the load is then a conflict, and is not overwritten.
        snapshot = Snapshot(
            folder_revision(self.folder), load_puppet(self.folder), read_source(self.folder)
        )
        layer_shape = snapshot.puppet.layers["head"].image.shape
        if snapshot.source is not None and snapshot.source.shape != layer_shape:
            raise PuppetError(
                f"{self.folder / SOURCE_RECORD}: its image differs in size from the layers; delete "
                "the file to keep the layers as they are"
            )
        return snapshot

    def state(self) -> dict[str, Any]:
        """Everything the page needs to show the puppet and its landmarks, as JSON values."""
        with self._saving:
            snapshot = self.snapshot
            height, width = snapshot.puppet.layers["head"].image.shape[:2]
            return {
                "name": snapshot.puppet.name,
                "folder": str(self.folder),
                "canvas": [width, height],
                "layers": list(snapshot.puppet.layers),
                "drawn": snapshot.puppet.meta.get("drawn", "closed"),
                "closed": np.round(snapshot.puppet.closed, 2).tolist(),
                "open": np.round(snapshot.puppet.opened, 2).tolist(),
                "revision": snapshot.revision,
                "redrawn": snapshot.source is not None,
                "mirror": list(MIRROR),
                "names": _point_names(),
                "contours": [
                    {"points": points, "closed": closed} for points, closed in CONTOURS.values()
                ],
            }

    def with_points(self, points: EditedPoints, *, rebuild: bool = False) -> Puppet:
        """The puppet with edited landmarks, nothing saved.

        With `rebuild` the layers that are made from the source image follow the landmarks.
        Raises InvalidPoints.
        """
        snapshot = self.snapshot
        size = snapshot.puppet.layers["head"].image.shape[1::-1]
        closed = _validate_points(points.closed, "closed", size)
        opened = _validate_points(points.open, "open", size)
        puppet = replace(snapshot.puppet, closed=closed, opened=opened)
        try:
            PuppetRig(puppet)
        except ValueError as error:
            raise InvalidPoints(f"these points cannot be triangulated: {error}") from error
        if not rebuild or snapshot.source is None:
            return puppet
        with self._building:
            key = closed.tobytes() + opened.tobytes() + snapshot.revision.encode()
            if self._built is None or self._built[0] != key:
                self._built = (key, self._rebuild(puppet, snapshot.source))
            return self._built[1]

    def _rebuild(self, puppet: Puppet, source: Array) -> Puppet:
        drawn = str(puppet.meta.get("drawn", "closed"))
        draft = PuppetDraft(source, puppet.closed, puppet.opened, drawn)
        return replace(puppet, layers=build_puppet("rebuilt", draft, person_matte).layers)

    def suggest_mouth(self, points: EditedPoints, pose: Pose) -> dict[Pose, list[list[float]]]:
        """Landmarks of a pose with mouth and jaw derived from the pose that is drawn."""
        puppet = self.with_points(points)
        drawn_open = puppet.meta.get("drawn") == "open"
        closed = close_pose(puppet.opened if drawn_open and pose == "closed" else puppet.closed)
        derived = closed if pose == "closed" else open_pose(closed)
        suggestion = (puppet.closed if pose == "closed" else puppet.opened).copy()
        suggestion[JAW], suggestion[MOUTH] = derived[JAW], derived[MOUTH]
        return {pose: np.round(suggestion, 2).tolist()}

    def save(
        self, points: EditedPoints, revision: str | None, *, force: bool = False
    ) -> SaveResult:
        """Write the landmarks, and the layers made from them, into the folder, all or nothing.

        Raises Conflict if the folder is not at `revision`, unless `force` is set.
        """
        with self._saving:
            if revision != folder_revision(self.folder) and not force:
                raise Conflict(
                    f"{self.folder.name} was changed on the disk or in another window since this "
                    "page loaded it"
                )
            snapshot, puppet = self.snapshot, self.with_points(points, rebuild=True)
            with atomic_folder(self.folder, copy=True) as folder:
                if snapshot.source is None:
                    save_points(folder, puppet.closed, puppet.opened)
                else:
                    for role in snapshot.puppet.layers.keys() - puppet.layers.keys():
                        (folder / f"{role}.png").unlink(missing_ok=True)
                    save_puppet(puppet, folder)
                load_puppet(folder)
            snapshot = self.snapshot = self._load()
            return SaveResult(revision=snapshot.revision, layers=list(snapshot.puppet.layers))


def _validate_points(values: list[tuple[float, float]], pose: str, size: tuple[int, ...]) -> Array:
    """Landmarks (68, 2) of one pose, in pixels, rounded to 0.01. Raises InvalidPoints."""
    points = np.array(values, dtype=np.float64)
    if points.shape != (COUNT, 2):
        raise InvalidPoints(f"{pose}: must be {COUNT} points of x and y, got {len(values)}", pose)
    margin = np.array(size) * _MARGIN
    inside = np.isfinite(points) & (points >= -margin) & (points <= np.array(size) + margin)
    if not inside.all():
        number = int(np.flatnonzero(~inside.all(axis=1))[0])
        name = _point_names()[number]
        raise InvalidPoints(f"point {number} ({name}) is far outside the image", pose, number)
    if np.linalg.norm(points[JAW_RIGHT] - points[JAW_LEFT]) < _SHORTEST_JAW:
        raise InvalidPoints(
            "points 0 and 16 are the two ends of the jaw; move them apart", pose, JAW_LEFT
        )
    return np.round(points, 2)


def _point_names() -> list[str]:
    """A readable name for each of the 68 landmarks."""
    names = [""] * COUNT
    for name, (points, _) in CONTOURS.items():
        for place, number in enumerate(points, start=1):
            names[number] = f"{name.replace('_', ' ')} {place} of {len(points)}"
    return names
