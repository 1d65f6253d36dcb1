"""How the mesh over one face moves when its landmarks do: the head first, then the face on it."""

from dataclasses import dataclass

import numpy as np

from talkinghead.geometry.mouth import uncross
from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.landmarks import JAW_LEFT, JAW_RIGHT, STABLE
from talkinghead.render.contours import OPENINGS
from talkinghead.render.control import FaceMesh
from talkinghead.render.eyelids import held
from talkinghead.render.steady import rounded, steadied
from talkinghead.render.unfold import Unfolded
from talkinghead.types import Array

# Radians a head is turned, in the picture and since: from the one on the mesh is unfolded a
# little, from the other on entirely.
_FRONT, _SIDE = np.deg2rad([15.0, 25.0])


@dataclass(frozen=True)
class Moved:
    """One frame's mesh."""

    still: Array  # (n, 2) mesh points moved with the head alone
    points: Array  # (n, 2) and with all
    offsets: Array  # (68, 3) the landmarks' ways on a head that stands still
    drawn: Array  # (68, 3) those of them that skin follows
    landmarks: Array  # (68, 3) landmarks of the frame as the mesh could follow them


class Movement:
    """The head follows the rigid part of the motion, fading out around it; the face the rest."""

    def __init__(self, landmarks: Array, base: Array, face: FaceMesh) -> None:
        """Take landmarks (68, 3) of a picture, the same as the mesh has them, and the mesh."""
        self._source, self._base, self._face = landmarks, base, face
        self._unfolded = Unfolded(face.points, face.triangles[~face.holes], face.ring)
        aside = landmarks[JAW_RIGHT] - landmarks[JAW_LEFT]
        self._aside = abs(float(np.arctan2(aside[2], np.hypot(*aside[:2]))))
        self._near = {name: self._neighbours(name) for name in OPENINGS}

    def __call__(self, points: Array) -> Moved:
        """The mesh for landmarks (68, 3) in pixels of the picture."""
        face = self._face
        target = points.astype(np.float64)
        scale, turn, shift = steadied(self._source[STABLE], target[STABLE], face.unit)
        local = (target - shift) @ turn / scale  # head motion taken out
        offsets = rounded(uncross(self._base + local - self._source) - self._base)
        drawn = held(self._base, offsets)
        spread = face.weights @ drawn
        follow = face.follow[:, None]
        tilt = float(np.hypot(*turn[:2, 2]))
        depth = face.relief.at(tilt)
        solid = np.column_stack([face.points, depth])
        turned = scale * turn[:2]
        still = face.points + follow * (solid @ turned.T + shift[:2] - face.points)
        pushed = still + (1 - follow) * spread[:, :2] + follow * (spread @ turned.T)
        # Lips of a face seen from the front may be pressed to nothing, and stretched at will.
        turned_by = self._aside + float(np.arcsin(min(tilt, 1.0)))
        share = smoothstep((turned_by - _FRONT) / (_SIDE - _FRONT))
        moved = pushed if share == 0 else pushed + share * (self._unfolded(pushed) - pushed)
        lift = (depth - face.relief.at(0))[face.landmarks]
        landmarks = target.copy()
        landmarks[:, :2] += (moved - pushed)[face.landmarks] + lift[:, None] * turned[:, 2]
        return Moved(still, moved, offsets, drawn, landmarks)

    def lids(self, name: str, offsets: Array) -> tuple[Array, Array]:
        """Edges of the upper and the lower lid (n, 2), moved but for the head's motion."""
        chains = (self._face.chains[chain] for chain in OPENINGS[name])
        upper, lower = (
            self._face.points[chain] + (self._face.weights[chain] @ offsets)[:, :2]
            for chain in chains
        )
        return upper, lower

    def fixed(self, name: str, still: Array) -> Array:
        """(2, 3) picture to frame for what is fixed to the head around one opening."""
        near, solver = self._near[name]
        return np.asarray((solver @ still[near]).T)

    def _neighbours(self, name: str) -> tuple[Array, Array]:
        """Mesh points around an opening, and the (3, n) solver of the affine that moves them."""
        points, around = self._face.points, self._face.opening(name)
        centre = points[around].mean(axis=0)
        reach = 0.6 * np.ptp(points[around], axis=0).max() + 0.08 * self._face.unit
        near = np.flatnonzero(np.linalg.norm(points - centre, axis=1) < reach)
        design = np.column_stack([points[near], np.ones(len(near))])
        return near, np.linalg.pinv(design)
