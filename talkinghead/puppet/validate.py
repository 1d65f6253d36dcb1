"""Validates a puppet: landmarks, layers, triangles that fold over, and the licence."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mesh import signed_areas
from talkinghead.geometry.mouth import CLOSED_GAP, face_width, lip_gaps
from talkinghead.landmarks import (
    CHIN,
    COUNT,
    INNER_LIP,
    INNER_LOWER,
    INNER_UPPER,
    JAW,
    LEFT_EYE,
    LOWER_LID,
    MIRROR,
    NOSE_TOP,
    RIGHT_EYE,
    UPPER_LID,
)
from talkinghead.types import Array, Puppet

POSES: Final = ("closed", "open")
# Largest distance of a landmark from the drawn head, in face widths. Landmarks of the jaw often
# lie slightly outside, so that the outline moves with them.
_OUTSIDE: Final = 0.02
_JAW_OUTSIDE: Final = 0.08
_SOLID: Final = 128  # least alpha of a drawn pixel
_LEFT: Final = np.array(
    [i for i in range(COUNT) if mean_face()[i, 0] < mean_face()[MIRROR[i], 0] - 1e-6]
)
_RIGHT: Final = np.array(MIRROR)[_LEFT]


@dataclass(frozen=True)
class ValidationIssue:
    """A problem of a puppet, and where it is."""

    message: str
    is_error: bool = True  # otherwise a warning
    points: tuple[int, ...] = ()  # indices of affected landmarks
    triangles: tuple[int, ...] = ()  # indices of affected triangles
    poses: tuple[str, ...] = POSES  # affected poses

    def __str__(self) -> str:
        return f"{'error' if self.is_error else 'warning'}: {self.message}"


@dataclass(frozen=True)
class MeshPoses:
    """The mesh that renders a puppet, in both poses."""

    triangles: Array  # (m, 3)
    closed: Array  # (n, 2) pixels, the 68 landmarks first
    opened: Array  # (n, 2)
    lips: Array  # (k, 2) outline of the open mouth


def validate_puppet(puppet: Puppet, mesh: MeshPoses | None = None) -> list[ValidationIssue]:
    """All issues of a puppet, errors first. Triangles are checked only if a mesh is given."""
    issues = [*_check_points(puppet), *_check_layers(puppet)]
    issues += _check_folds(puppet, mesh) if mesh else ()
    if puppet.meta.get("licence", "unknown") == "unknown":
        issues.append(
            ValidationIssue("licence: is unknown; state the terms of use", is_error=False)
        )
    return sorted(issues, key=lambda issue: not issue.is_error)


def _check_points(puppet: Puppet) -> list[ValidationIssue]:
    size = float(face_width(puppet.closed))
    if size < 8:
        message = f"points.closed: 0 and 16, the ends of the jaw, are {size:.0f} pixels apart"
        return [ValidationIssue(message, points=(0, 16))]
    return [*_check_position(puppet, size), *_check_order(puppet), *_check_mouth(puppet, size)]


def _check_position(puppet: Puppet, size: float) -> list[ValidationIssue]:
    """Landmarks outside the canvas, and landmarks where the head is not drawn."""
    issues = []
    head = puppet.layers["head"].image
    height, width = head.shape[:2]
    for pose, points in zip(POSES, (puppet.closed, puppet.opened), strict=True):
        off = np.flatnonzero(((points < 0) | (points > (width - 1, height - 1))).any(axis=1))
        if off.size:
            message = f"{_list_points(off)} outside the canvas of {width} x {height}"
            issues.append(_pose_issue(pose, message, off.tolist()))
    pose = puppet.meta.get("drawn", "closed")
    points = puppet.closed if pose == "closed" else puppet.opened
    transparent = (head[..., 3] < _SOLID).astype(np.uint8)
    if transparent.all():
        return issues
    distance = cv2.distanceTransform(transparent, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    x, y = np.clip(np.rint(points), 0, (width - 1, height - 1)).astype(int).T
    allowed = np.full(COUNT, _OUTSIDE * size)
    allowed[JAW] = _JAW_OUTSIDE * size
    off = np.flatnonzero(distance[y, x] > allowed)
    if off.size:
        message = f"{_list_points(off)} outside the drawn part of the head layer"
        issues.append(_pose_issue(pose, message, off.tolist()))
    return issues


def _check_order(puppet: Puppet) -> list[ValidationIssue]:
    """Landmarks swapped left to right or upside down, closed eyes, and coinciding landmarks."""
    issues = []
    for pose, points in zip(POSES, (puppet.closed, puppet.opened), strict=True):
        swapped = points[_LEFT, 0] >= points[_RIGHT, 0]
        if swapped.mean() > 0.5:
            message = (
                "left and right are swapped; 0 to 7 are the left side of the jaw in the picture"
            )
            issues.append(_pose_issue(pose, message))
        elif swapped.any():
            pairs = list(zip(_LEFT[swapped].tolist(), _RIGHT[swapped].tolist(), strict=True))
            names = ", ".join(f"{a} and {b}" for a, b in pairs[:6])
            issues.append(
                _pose_issue(pose, f"{names} are swapped, left and right", _flatten(pairs))
            )
        if points[CHIN, 1] <= points[NOSE_TOP, 1]:
            issues.append(_pose_issue(pose, "the chin, 8, lies above the nose, 27"))
        lids = zip(UPPER_LID, LOWER_LID, strict=True)
        closed = [(upper, lower) for upper, lower in lids if points[upper, 1] >= points[lower, 1]]
        if closed:
            names = ", ".join(f"{upper} over {lower}" for upper, lower in closed)
            message = f"the eyes must be open; closed: {names}"
            issues.append(_pose_issue(pose, message, _flatten(closed)))
    distance = np.linalg.norm(puppet.opened[:, None] - puppet.opened[None], axis=2)
    pairs = np.argwhere(np.triu(distance < 0.5, 1)).tolist()
    if pairs:
        names = ", ".join(f"{a} and {b}" for a, b in pairs[:6])
        issues.append(_pose_issue("open", f"{names} coincide", _flatten(pairs), is_error=False))
    return issues


def _check_mouth(puppet: Puppet, size: float) -> list[ValidationIssue]:
    """Lips that cross, do not meet in the closed pose, or do not open in the open pose."""
    issues = []
    closed_gaps, open_gaps = lip_gaps(puppet.closed), lip_gaps(puppet.opened)
    for pose, gaps in zip(POSES, (closed_gaps, open_gaps), strict=True):
        crossed = np.flatnonzero(gaps < -CLOSED_GAP / 2 * size)
        if crossed.size:
            pairs = [(INNER_UPPER[i], INNER_LOWER[i]) for i in crossed]
            names = ", ".join(f"{upper} lies below {lower}" for upper, lower in pairs)
            issues.append(_pose_issue(pose, f"the lips cross: {names}", _flatten(pairs)))
    if closed_gaps.max() > CLOSED_GAP * size:
        widest = int(np.argmax(closed_gaps))
        upper, lower = INNER_UPPER[widest], INNER_LOWER[widest]
        message = (
            f"the mouth does not close: {upper} and {lower} are "
            f"{closed_gaps[widest]:.0f} pixels apart"
        )
        issues.append(_pose_issue("closed", message, (upper, lower)))
    one_pose = np.array_equal(puppet.closed, puppet.opened)
    if open_gaps.max() <= CLOSED_GAP * size and not one_pose:
        lips = (*INNER_UPPER, *INNER_LOWER)
        message = "the mouth does not open; omit 'open', or move the lips apart"
        issues.append(_pose_issue("open", message, lips, is_error=False))
    return issues


def _check_layers(puppet: Puppet) -> list[ValidationIssue]:
    """A head layer that is opaque or empty, and eyelids or a mouth that are too small."""
    issues = []
    alpha = {role: layer.image[..., 3] for role, layer in puppet.layers.items()}
    if alpha["head"].max() == 0:
        issues.append(ValidationIssue("layers.head: is empty: all of it is transparent"))
    elif alpha["head"].min() > 0:
        hidden = [role for role in ("background", "body") if role in alpha]
        message = "layers.head: has no transparent part: it "
        message += f"hides {' and '.join(hidden)}" if hidden else "moves as a whole"
        issues.append(ValidationIssue(message, is_error=bool(hidden)))
    if "eyelids" in alpha:
        for side, eye in (("left", LEFT_EYE), ("right", RIGHT_EYE)):
            share = _drawn_share(alpha["eyelids"], puppet.closed[eye])
            if share < 0.95:
                message = f"layers.eyelids: cover {share:.0%} of the {side} eye"
                points = tuple(range(eye.start, eye.stop))
                issues.append(ValidationIssue(message, share < 0.6, points))
    if "mouth" in alpha:
        share = _drawn_share(alpha["mouth"], puppet.opened[INNER_LIP])
        if share < 0.98:
            message = f"layers.mouth: fills {share:.0%} of the open mouth"
            points = tuple(range(INNER_LIP.start, INNER_LIP.stop))
            issues.append(ValidationIssue(message, share < 0.6, points, poses=("open",)))
    return issues


def _check_folds(puppet: Puppet, mesh: MeshPoses) -> list[ValidationIssue]:
    """Triangles that fold over in one of the poses; those between the lips are never visible."""
    issues = []
    height, width = puppet.layers["head"].image.shape[:2]
    slack = max(1.0, 1e-6 * width * height)  # twice an area too small to be visible
    lips = mesh.lips.astype(np.float32)
    centers = mesh.opened[mesh.triangles].mean(axis=1).tolist()
    visible = np.array([cv2.pointPolygonTest(lips, center, False) < 0 for center in centers])
    for pose, vertices in zip(POSES, (mesh.closed, mesh.opened), strict=True):
        folded = np.flatnonzero(visible & (signed_areas(vertices, mesh.triangles) < -slack))
        if not folded.size:
            continue
        corners = np.unique(mesh.triangles[folded])
        offsets = vertices[corners][:, None] - vertices[None, :COUNT]
        points = np.unique(np.linalg.norm(offsets, axis=2).argmin(axis=1))
        count = "1 triangle folds" if folded.size == 1 else f"{folded.size} triangles fold"
        message = f"triangles: {count} over in the {pose} pose, near {_list_points(points)}"
        issues.append(
            ValidationIssue(message, True, tuple(points.tolist()), tuple(folded.tolist()), (pose,))
        )
    return issues


def _drawn_share(alpha: Array, outline: Array) -> float:
    """The share of drawn pixels inside an outline (n, 2)."""
    inside = np.zeros(alpha.shape, np.uint8)
    cv2.fillPoly(inside, [np.rint(outline).astype(np.int32)], 1)
    return float((alpha[inside > 0] >= _SOLID).mean()) if inside.any() else 1.0


def _pose_issue(
    pose: str, message: str, points: Iterable[int] = (), *, is_error: bool = True
) -> ValidationIssue:
    """An issue with the landmarks of one pose."""
    return ValidationIssue(f"points.{pose}: {message}", is_error, tuple(points), poses=(pose,))


def _flatten(pairs: Iterable[Iterable[int]]) -> tuple[int, ...]:
    return tuple(point for pair in pairs for point in pair)


def _list_points(points: Array) -> str:
    """`point 8`, or `points 1, 2, 3` with at most eight numbers."""
    numbers = [str(int(point)) for point in points]
    more = f" and {len(numbers) - 8} more" if len(numbers) > 8 else ""
    return ("point " if len(numbers) == 1 else "points ") + ", ".join(numbers[:8]) + more
