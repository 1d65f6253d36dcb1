"""Warps the filmed mouth and jaw of a frame to new lips."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from talkinghead.dub.tracked_face import LOCAL_SIZE, UNIT, HeadPose, TrackedFace
from talkinghead.geometry.masks import smoothstep
from talkinghead.geometry.mouth import lip_gaps, uncross_lips
from talkinghead.landmarks import CHIN, INNER_LOWER, INNER_UPPER, JAW, MOUTH, NOSE_TOP
from talkinghead.render.face_mesh import FACE_ELLIPSE, FaceMesh, ellipse_radius
from talkinghead.types import Array

_JOINED: Final = (0.008, 0.020)  # face widths: filmed lips closer than the first count as closed
_FADE: Final = 0.3  # radii of the ellipse around the face over which motion fades out beside it
# The ends of the jaw, at the ears, stay as filmed: what lies beside them is background.
_JAW_SHARE: Final = smoothstep((CHIN - np.abs(np.arange(JAW.start, JAW.stop) - CHIN)) / 5)


@dataclass(frozen=True)
class WarpedMesh:
    """The mesh of one frame, in square pixels of the tracked."""

    filmed: Array  # (n, 2) points on the filmed face
    spoken: Array  # (n, 2) the same points with the new lips
    filmed_landmarks: Array  # (68, 3)
    landmarks: Array  # (68, 3) with the new lips
    pose: HeadPose
    local: Array  # (68, 3) the new landmarks without head motion
    filmed_local: Array  # (68, 3) the filmed ones without it


class MouthWarp:
    """The mesh of one person, built once for a tracked, that follows each frame."""

    def __init__(self, tracked: TrackedFace) -> None:
        """Take the tracked face."""
        self._tracked = tracked
        self.face = face = FaceMesh(tracked.neutral, LOCAL_SIZE)
        from_nose = (face.points - tracked.neutral[NOSE_TOP, :2]) / face.unit
        beyond = (ellipse_radius(from_nose, FACE_ELLIPSE) - 1) / _FADE
        follows = 1 - smoothstep(beyond)  # what is beside the face stays as filmed
        follows[face.landmarks] = 1
        self._weights = face.weights * follows[:, None]
        self._rotation, self._scale = tracked.frame.rotation, tracked.frame.scale

    def place(self, index: int, offsets: Array, share: float) -> WarpedMesh | None:
        """The mesh of frame `index`, with lips and jaw moved by `offsets` from their rest.

        `offsets` (68, 3) are in face units. With a `share` below 1 the new lips approach the
        filmed ones. None if the frame shows no face.
        """
        tracked, face = self._tracked, self.face
        pose = tracked.poses[index]
        if pose is None:
            return None
        local = join_closed_lips(uncross_lips(tracked.local[index]))
        moved = local.copy()
        spoken = tracked.silent[index] + offsets @ self._rotation.T * self._scale
        moved[MOUTH] += share * (spoken - local)[MOUTH]
        moved[JAW] += share * _JAW_SHARE[:, None] * (spoken - local)[JAW]
        moved = uncross_lips(moved)
        filmed_landmarks, landmarks = pose.to_pixels(local), pose.to_pixels(moved)
        solid = np.column_stack([face.points, face.depth.at_tilt(pose.tilt)])
        rigid = pose.to_pixels(solid)[:, :2]
        filmed = rigid + face.weights @ (filmed_landmarks[:, :2] - rigid[face.landmarks])
        change = (landmarks - filmed_landmarks)[:, :2]
        return WarpedMesh(
            filmed, filmed + self._weights @ change, filmed_landmarks, landmarks, pose,
            moved, local,
        )  # fmt: skip


def join_closed_lips(points: Array) -> Array:
    """Landmarks (68, 3) in local coordinates whose nearly closed lips share one line."""
    gap = float(lip_gaps(points).max()) / UNIT
    low, high = _JOINED
    closed = 1 - float(smoothstep((gap - low) / (high - low)))
    if not closed:
        return points
    out = points.copy()
    middle = (out[INNER_UPPER] + out[INNER_LOWER]) / 2
    for part in (INNER_UPPER, INNER_LOWER):
        out[part] += closed * (middle - out[part])
    return out
