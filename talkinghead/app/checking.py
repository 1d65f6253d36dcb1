"""A puppet looked over as it will be painted: its faults, and a drawing that shows them."""

import numpy as np

from talkinghead.errors import FaceError
from talkinghead.puppet.check import MeshPoses, check_puppet
from talkinghead.puppet.fault import POSES, Fault
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.gallery import still
from talkinghead.render.rig import Rig
from talkinghead.render.wireframe import View, wireframes
from talkinghead.types import Array, Puppet


def inspect(puppet: Puppet) -> tuple[list[Fault], MeshPoses | None]:
    """Everything that is wrong, errors first, and the mesh; None where none can be made."""
    try:
        rig = Rig(puppet)
        shut, wide = rig.pose(puppet.closed), rig.pose(puppet.opened)
    except FaceError as error:
        return [Fault(f"triangles: cannot be made: {error}"), *check_puppet(puppet)], None
    mesh = MeshPoses(rig.triangles, shut.vertices, wide.vertices, wide.lips)
    return check_puppet(puppet, mesh), mesh


def drawing(puppet: Puppet, found: list[Fault], mesh: MeshPoses | None) -> Array:
    """(h, w, 3) uint8 the puppet shut and open, its points and triangles, and the faults."""
    shapes = (puppet.closed, puppet.opened)
    if mesh:
        pictures = list(CartoonRenderer(puppet).render(still(*shapes)))
        moved, triangles = (mesh.closed, mesh.opened), mesh.triangles
    else:  # nothing can be warped: the head as it is drawn
        pictures = [puppet.layers["head"].image[..., :3]] * 2
        moved, triangles = shapes, np.empty((0, 3), np.int32)
    views = []
    for pose, picture, vertices in zip(POSES, pictures, moved, strict=True):
        here = [fault for fault in found if pose in fault.poses]
        points = frozenset(p for fault in here for p in fault.points)
        folded = frozenset(t for fault in here for t in fault.triangles)
        views.append(View(f"{puppet.name}, {pose}", picture, vertices, triangles, points, folded))
    return wireframes(views, [(str(fault), fault.serious) for fault in found])
