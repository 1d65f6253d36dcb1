"""How a puppet's points move its head: a finer mesh, the head's motion, mouth and lids. Pure."""

from dataclasses import dataclass

import numpy as np

from talkinghead.geometry.affine import after, placed, shifted
from talkinghead.geometry.align import similarity
from talkinghead.geometry.mesh import delaunay, oriented
from talkinghead.landmarks import (
    COUNT,
    INNER_LOWER,
    INNER_RIMS,
    INNER_UPPER,
    JAW,
    LEFT_EYE,
    LOWER_LID,
    MOUTH_LEFT,
    MOUTH_RIGHT,
    OUTER_LOWER,
    OUTER_RIMS,
    RIGHT_EYE,
    STABLE,
    UPPER_LID,
)
from talkinghead.types import Array, Puppet

STEPS = 3  # pieces into which each side of a contour is cut: straight lips look broken
RING = 28  # border points around the face
REACH = 1.3  # how far out they stand, in face radii


def curve(row: list[int], steps: int = STEPS, ends: bool = False) -> Array:
    """(n, 68) weights of the points on the Catmull-Rom curve through a row of landmarks.

    Without `ends` only the points between landmarks are given.
    """
    weights = []
    last = len(row) - 1
    for i in range(last):
        p, a, b, q = (row[min(max(k, 0), last)] for k in (i - 1, i, i + 1, i + 2))
        for step in range(0 if ends else 1, steps):
            t = step / steps
            line = np.zeros(COUNT)
            for index, value in (
                (p, -t + 2 * t**2 - t**3),
                (a, 2 - 5 * t**2 + 3 * t**3),
                (b, t + 4 * t**2 - 3 * t**3),
                (q, -(t**2) + t**3),
            ):
                line[index] += value / 2
            weights.append(line)
    if ends:
        weights.append(np.eye(COUNT)[row[-1]])
    return np.array(weights)


def ring(points: Array) -> Array:
    """(28, 2) border points: outside the hull of (n, 2) points in every direction."""
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    angles = np.arange(RING) * 2 * np.pi / RING
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    radii = ((points - centre) @ directions.T).max(axis=0)
    placed: Array = centre + directions * radii[:, None] * REACH
    return placed


def _parted(points: Array) -> Array:
    """The points with the lips apart, for a puppet whose open mouth is not stated."""
    gap = (points[INNER_LOWER, 1] - points[INNER_UPPER, 1]).min()
    width = np.linalg.norm(points[MOUTH_RIGHT] - points[MOUTH_LEFT])
    if gap > 0.05 * width:
        return points
    parted = points.copy()
    parted[[*INNER_LOWER, *OUTER_LOWER], 1] += 0.3 * width
    parted[JAW, 1] += 0.3 * width * np.sin(np.linspace(0, np.pi, 17)) ** 3
    return parted


@dataclass(frozen=True)
class Pose:
    """One frame of a puppet. Matrices are 2x3, from rest pixels to the frame's."""

    head: Array  # of everything that belongs to the head
    vertices: Array  # (n, 2) of the mesh, in the frame
    lips: Array  # (m, 2) outline of the open mouth, in the frame
    gap: float  # mean height of the mouth's opening, pixels
    jaw: Array  # of lower teeth and tongue
    tusks: tuple[Array, Array]  # of what stands on the lower lip, left and right half
    lids: tuple[float, float]  # 1 open as drawn, 0 shut
    eyes: tuple[Array, Array]  # of the two eyes


class Rig:
    """The bones of a puppet at one size of its canvas."""

    def __init__(self, puppet: Puppet, scale: float = 1.0) -> None:
        self.rest = puppet.closed * scale
        opened = puppet.opened * scale
        drawn = opened if puppet.meta.get("drawn", "closed") == "open" else self.rest
        self.drawn_lids = "eyelids" in puppet.layers
        height, width = (v * scale for v in puppet.layers["head"].image.shape[:2])
        both = np.concatenate([self.rest, opened])
        border = puppet.meta.get("border")
        around = ring(both) if border is None else np.asarray(border) * scale
        # Far outside the canvas, so that a moved head still has a mesh under all of it.
        far = np.array([[-1, -1], [2, -1], [2, 2], [-1, 2]]) * (width, height)
        self._fixed = np.concatenate([around, far])
        given = puppet.triangles
        extra = [] if given is not None else [curve(row) for row in (*INNER_RIMS, *OUTER_RIMS)]
        self._finer = np.concatenate([np.eye(COUNT), *extra])
        self.source = self._vertices(drawn)
        # The open mouth has area everywhere; the shut one would give no triangles between lips.
        ready = self._vertices(_parted(opened))
        self.triangles = delaunay(ready) if given is None else oriented(ready, given)
        upper, lower = (curve(row, ends=True) for row in INNER_RIMS)
        self._outline = np.concatenate([upper, lower[-2:0:-1]])

    def _vertices(self, points: Array) -> Array:
        return np.concatenate([self._finer @ points, self._fixed])

    def pose(self, points: Array) -> Pose:
        """The frame in which the landmarks are at (68, 2 or more) pixels."""
        xy = points[:, :2].astype(np.float64)
        scale, turn, shift = similarity(self.rest[STABLE], xy[STABLE])
        scale = float(np.clip(scale, 0.8, 1.25))
        shift = xy[STABLE].mean(axis=0) - scale * turn @ self.rest[STABLE].mean(axis=0)
        head = np.column_stack([scale * turn, shift])
        local = (xy - shift) @ turn / scale  # the head's motion taken out
        lids = self._lids(local)
        moves = local - self.rest
        # Corners only: the lids' points move when they blink, the eye does not.
        eyes = [moves[[eye.start, eye.start + 3]].mean(axis=0) for eye in (LEFT_EYE, RIGHT_EYE)]
        if self.drawn_lids:  # the eye itself keeps its shape: the lid is painted over it
            for eye, move in zip((LEFT_EYE, RIGHT_EYE), eyes, strict=True):
                local[eye] = self.rest[eye] + move
        lower = local[INNER_LOWER] - self.rest[INNER_LOWER]
        upper = local[INNER_UPPER, 1]
        return Pose(
            head=head,
            vertices=placed(head, self._vertices(local)),
            lips=placed(head, self._outline @ local),
            gap=float(np.maximum(local[INNER_LOWER, 1] - upper, 0).mean() * scale),
            jaw=after(head, self._jaw(local)),
            tusks=(after(head, shifted(lower[0])), after(head, shifted(lower[2]))),
            lids=lids,
            eyes=(after(head, shifted(eyes[0])), after(head, shifted(eyes[1]))),
        )

    def _lids(self, local: Array) -> tuple[float, float]:
        now = np.linalg.norm(local[LOWER_LID] - local[UPPER_LID], axis=1)
        rest = np.linalg.norm(self.rest[LOWER_LID] - self.rest[UPPER_LID], axis=1)
        # People's lids meet before their landmarks do, and are never quite at rest.
        ratio = np.clip((now / np.maximum(rest, 1e-6) - 0.12) / 0.78, 0, 1)
        return float(ratio[:2].mean()), float(ratio[2:].mean())

    def _jaw(self, local: Array) -> Array:
        """The lower jaw rides on the lower lip; a rounded mouth shows it only a little narrower."""
        rest, now = self.rest[INNER_LOWER], local[INNER_LOWER]
        width = float(np.linalg.norm(rest[2] - rest[0]))
        narrow = np.clip(np.linalg.norm(now[2] - now[0]) / max(width, 1e-6), 0.85, 1.1)
        linear = np.diag([float(narrow), 1.0])
        return np.column_stack([linear, now.mean(axis=0) - linear @ rest.mean(axis=0)])
