"""Validate a puppet as it will be rendered: its issues, and a drawing that shows them."""

import numpy as np

from talkinghead.errors import FaceError
from talkinghead.puppet.validate import POSES, MeshPoses, ValidationIssue, validate_puppet
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.contact_sheet import WireframeView, pose_track, wireframe_sheet
from talkinghead.render.puppet_rig import PuppetRig
from talkinghead.types import Array, Puppet


def validate(puppet: Puppet) -> tuple[list[ValidationIssue], MeshPoses | None]:
    """Every issue, errors first, and the mesh; None if the landmarks cannot be triangulated."""
    try:
        rig = PuppetRig(puppet)
        closed, opened = rig.pose(puppet.closed), rig.pose(puppet.opened)
    except FaceError as error:
        return [
            ValidationIssue(f"triangles: cannot be made: {error}"),
            *validate_puppet(puppet),
        ], None
    mesh = MeshPoses(rig.triangles, closed.vertices, opened.vertices, opened.lips)
    return validate_puppet(puppet, mesh), mesh


def draw_issues(puppet: Puppet, issues: list[ValidationIssue], mesh: MeshPoses | None) -> Array:
    """(h, w, 3) uint8, the puppet in both poses with its landmarks, triangles and issues."""
    landmarks = (puppet.closed, puppet.opened)
    if mesh:
        pictures = list(CartoonRenderer(puppet).render(pose_track(*landmarks)))
        vertices, triangles = (mesh.closed, mesh.opened), mesh.triangles
    else:  # nothing can be warped: show the head as it is drawn
        pictures = [puppet.layers["head"].image[..., :3]] * 2
        vertices, triangles = landmarks, np.empty((0, 3), np.int32)
    views = []
    for pose, picture, corners in zip(POSES, pictures, vertices, strict=True):
        in_pose = [issue for issue in issues if pose in issue.poses]
        points = frozenset(point for issue in in_pose for point in issue.points)
        folded = frozenset(row for issue in in_pose for row in issue.triangles)
        views.append(
            WireframeView(f"{puppet.name}, {pose}", picture, corners, triangles, points, folded)
        )
    return wireframe_sheet(views, [(str(issue), issue.is_error) for issue in issues])
