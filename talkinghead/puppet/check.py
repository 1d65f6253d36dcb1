"""What is wrong with a puppet: points, layers, and triangles that turn over."""

from dataclasses import dataclass

import cv2
import numpy as np

from talkinghead.geometry.mesh import signed_areas
from talkinghead.landmarks import COUNT
from talkinghead.puppet.check_layers import layer_faults
from talkinghead.puppet.check_points import point_faults
from talkinghead.puppet.fault import POSES, Fault, named
from talkinghead.types import Array, Puppet


@dataclass(frozen=True)
class MeshPoses:
    """The mesh with which a puppet is painted, shut and open, as its renderer makes it."""

    triangles: Array  # (m, 3)
    closed: Array  # (n, 2) pixels, the 68 points first
    opened: Array  # (n, 2)
    lips: Array  # (k, 2) outline of the open mouth


def check_puppet(puppet: Puppet, mesh: MeshPoses | None = None) -> list[Fault]:
    """Everything found, errors first. Without a mesh the triangles are not looked at."""
    found = [*point_faults(puppet), *layer_faults(puppet), *(_folds(puppet, mesh) if mesh else ())]
    if puppet.meta.get("licence", "unknown") == "unknown":
        found.append(Fault("licence: is unknown; say what others may do with it", serious=False))
    return sorted(found, key=lambda fault: not fault.serious)


def _folds(puppet: Puppet, mesh: MeshPoses) -> list[Fault]:
    """Triangles that turn over in one of the poses; what is between the lips is never seen."""
    found = []
    height, width = puppet.layers["head"].image.shape[:2]
    slack = max(1.0, 1e-6 * width * height)  # a pixel nobody sees
    lips = mesh.lips.astype(np.float32)
    centres = mesh.opened[mesh.triangles].mean(axis=1).tolist()
    seen = np.array([cv2.pointPolygonTest(lips, centre, False) < 0 for centre in centres])
    for pose, vertices in zip(POSES, (mesh.closed, mesh.opened), strict=True):
        folded = np.flatnonzero(seen & (signed_areas(vertices, mesh.triangles) < -slack))
        if not folded.size:
            continue
        corners = np.unique(mesh.triangles[folded])
        away = vertices[corners][:, None] - vertices[None, :COUNT]
        near = np.unique(np.linalg.norm(away, axis=2).argmin(axis=1))
        count = "1 triangle turns" if folded.size == 1 else f"{folded.size} triangles turn"
        what = f"triangles: {count} over in the {pose} pose, near {named(near)}"
        found.append(Fault(what, True, tuple(near.tolist()), tuple(folded.tolist()), (pose,)))
    return found
