"""Motion of a face mesh: rigid head motion, fading out around the head, plus facial motion."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from talkinghead.appearance.photo_eyelid import are_eyes_closed, limit_eyelid_motion
from talkinghead.geometry.align import fit_similarity
from talkinghead.geometry.contours import OPENINGS
from talkinghead.geometry.masks import smoothstep
from talkinghead.geometry.mouth import uncross_lips
from talkinghead.landmarks import EYES, JAW, JAW_LEFT, JAW_RIGHT, STABLE
from talkinghead.render.face_mesh import FaceMesh
from talkinghead.render.foldover_correction import FoldoverCorrection
from talkinghead.types import Array

# Radians of head rotation, in the portrait plus in the frame: foldover correction begins at the
# first angle and is complete at the second.
_FRONTAL, _SIDE = np.deg2rad([15.0, 25.0])
_STILL: Final = 0.004  # face widths: of head motion this small, half is kept
_JAW_KERNEL: Final = np.array([0.1, 0.2, 0.4, 0.2, 0.1])  # over neighbouring jaw points


@dataclass(frozen=True)
class MovedMesh:
    """The mesh in one frame."""

    head_points: Array  # (n, 2) points moved by rigid head motion only
    points: Array  # (n, 2) points moved by head and facial motion
    offsets: Array  # (68, 3) displacements of the landmarks relative to the head
    skin_offsets: Array  # (68, 3) the same, with blinks limited to what skin follows
    landmarks: Array  # (68, 3) landmarks of the frame, as the mesh follows them
    rotation: Array  # (3, 3) of the head, relative to the portrait


class HeadMotion:
    """Moves the mesh of one face with its landmarks."""

    yaw: float  # radians by which the head is turned sideways in the portrait, not negative

    def __init__(self, landmarks: Array, base: Array, face: FaceMesh) -> None:
        """Take landmarks (68, 3) of the portrait, those the mesh was built from, and the mesh."""
        self._source, self._base, self._face = landmarks, base, face
        skin = face.triangles[~face.in_opening]
        self._foldover = FoldoverCorrection(face.points, skin, face.border)
        self._eyes_closed = are_eyes_closed(landmarks)
        across = landmarks[JAW_RIGHT] - landmarks[JAW_LEFT]
        self.yaw = abs(float(np.arctan2(across[2], np.hypot(*across[:2]))))
        self._solvers = {name: self._affine_solver(name) for name in OPENINGS}

    def move_mesh(self, points: Array) -> MovedMesh:
        """The mesh for landmarks (68, 3) in pixels of the picture."""
        face = self._face
        target = points.astype(np.float64)
        scale, rotation, shift = stabilised_pose(self._source[STABLE], target[STABLE], face.unit)
        local = (target - shift) @ rotation / scale  # without head motion
        offsets = smooth_jaw(uncross_lips(self._base + local - self._source) - self._base)
        if self._eyes_closed:
            offsets[EYES] = 0
        skin_offsets = limit_eyelid_motion(self._base, offsets)
        displacement = face.weights @ skin_offsets
        head_share = face.head_share[:, None]
        tilt = float(np.hypot(*rotation[:2, 2]))
        depth = face.depth.at_tilt(tilt)
        solid = np.column_stack([face.points, depth])
        linear = scale * rotation[:2]
        rigid = solid @ linear.T + shift[:2] - face.points
        head_points = face.points + head_share * rigid
        moved = (
            head_points
            + (1 - head_share) * displacement[:, :2]
            + head_share * (displacement @ linear.T)
        )
        # The lips of a frontal face are not limited.
        angle = self.yaw + float(np.arcsin(min(tilt, 1.0)))
        share = smoothstep((angle - _FRONTAL) / (_SIDE - _FRONTAL))
        corrected = moved if share == 0 else moved + share * (self._foldover.correct(moved) - moved)
        flattened = (depth - face.depth.at_tilt(0))[face.landmarks]
        landmarks = target.copy()
        landmarks[:, :2] += (corrected - moved)[face.landmarks] + flattened[:, None] * linear[:, 2]
        return MovedMesh(head_points, corrected, offsets, skin_offsets, landmarks, rotation)

    def opening_edges(self, name: str, offsets: Array) -> tuple[Array, Array]:
        """Upper and lower edge (n, 2) of an opening, moved by `offsets` (68, 3) only."""
        chains = (self._face.chains[chain] for chain in OPENINGS[name])
        upper, lower = (
            self._face.points[chain] + (self._face.weights[chain] @ offsets)[:, :2]
            for chain in chains
        )
        return upper, lower

    def head_affine(self, name: str, head_points: Array) -> Array:
        """(2, 3) affine from portrait to frame of what is fixed to the head at one opening.

        `head_points` (n, 2) are those of the frame's `MovedMesh`.
        """
        indices, solver = self._solvers[name]
        return np.asarray((solver @ head_points[indices]).T)

    def _affine_solver(self, name: str) -> tuple[Array, Array]:
        """Indices (n,) of the points around an opening, and the (3, n) solver for their affine."""
        points, outline = self._face.points, self._face.opening_outline(name)
        centre = points[outline].mean(axis=0)
        reach = 0.6 * np.ptp(points[outline], axis=0).max() + 0.08 * self._face.unit
        indices = np.flatnonzero(np.linalg.norm(points - centre, axis=1) < reach)
        design = np.column_stack([points[indices], np.ones(len(indices))])
        return indices, np.linalg.pinv(design)


def stabilised_pose(source: Array, target: Array, unit: float) -> tuple[float, Array, Array]:
    """Scale, rotation (3, 3) and shift (3,) that take `source` (n, 3) close to `target` (n, 3).

    Speech moves nose and eyes slightly. As head motion this would make hair and collar tremble,
    so motion that is small relative to `unit`, the width of the face in pixels, is attenuated
    quadratically.
    """
    scale, rotation, shift = fit_similarity(source, target)
    # Motion is measured where the hair is, about twice as far from the centre.
    centre = source.mean(axis=0)
    far = centre + 2 * (source - centre)
    motion = scale * far @ rotation.T + shift - far
    moved = float(np.sqrt((motion**2).sum(axis=1).mean())) / unit
    share = moved**2 / (moved**2 + _STILL**2)
    if share > 0.999:
        return scale, rotation, shift
    linear = np.eye(3) + share * (scale * rotation - np.eye(3))
    moved_centre = centre + share * (scale * rotation @ centre + shift - centre)
    # The mean of the identity and a small rotation is nearly a rotation: project it to one.
    u, d, vt = np.linalg.svd(linear)
    return float(d.mean()), u @ vt, moved_centre - float(d.mean()) * (u @ vt) @ centre


def smooth_jaw(offsets: Array) -> Array:
    """Displacements (68, 3) smoothed along the jaw, which is one bone."""
    out = np.array(offsets)
    jaw = offsets[JAW]
    padded = np.pad(jaw, ((2, 2), (0, 0)), mode="edge")
    out[JAW] = sum(w * padded[i : i + len(jaw)] for i, w in enumerate(_JAW_KERNEL))
    return out
