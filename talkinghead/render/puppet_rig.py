"""The rig of a puppet: how landmarks drive head mesh, jaw, tusks and eyelids. No pixels."""

from dataclasses import dataclass

import numpy as np

from talkinghead.geometry.align import apply_affine, compose_affine, fit_similarity, translation
from talkinghead.geometry.mesh import delaunay, orient_triangles
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

_SUBDIVISIONS = 3  # mesh edges per step of a lip's contour: with one, curved lips look broken
_BORDER_POINTS = 28  # around the face
_BORDER_RADIUS = 1.3  # their distance from its centre, relative to the farthest landmark


@dataclass(frozen=True)
class PuppetPose:
    """The pose of a puppet in one frame. Matrices (2, 3) map neutral pixels to frame pixels."""

    head: Array  # of everything fixed to the head
    vertices: Array  # (n, 2) mesh vertices in the frame
    lips: Array  # (m, 2) outline of the mouth's opening in the frame
    gap: float  # mean height of the mouth's opening in pixels
    jaw: Array  # of lower teeth and tongue
    tusks: tuple[Array, Array]  # of what stands on the lower lip, left and right half
    lids: tuple[float, float]  # openness of the eyes: 1 as drawn, 0 closed
    eyes: tuple[Array, Array]  # of the two eyes


class PuppetRig:
    """The head mesh of a puppet at one size of its canvas, driven by landmarks."""

    def __init__(self, puppet: Puppet, scale: float = 1.0) -> None:
        """Take a puppet, and the size of the frames relative to its canvas."""
        self.neutral = puppet.closed * scale
        opened = puppet.opened * scale
        source_points = opened if puppet.meta.get("drawn", "closed") == "open" else self.neutral
        self._has_eyelids = "eyelids" in puppet.layers
        height, width = (v * scale for v in puppet.layers["head"].image.shape[:2])
        border = puppet.meta.get("border")
        if border is None:
            border = _border_points(np.concatenate([self.neutral, opened]))
        else:
            border = np.asarray(border) * scale
        # Far outside the canvas, so that the mesh covers all of a moved head.
        corners = np.array([[-1, -1], [2, -1], [2, 2], [-1, 2]]) * (width, height)
        self._fixed = np.concatenate([border, corners])
        triangles = puppet.triangles
        rims = (*INNER_RIMS, *OUTER_RIMS) if triangles is None else ()
        self._weights = np.concatenate([np.eye(COUNT), *[curve_weights(rim) for rim in rims]])
        self.source = self._vertices(source_points)
        # Triangulated with an open mouth: a closed one has no area between the lips.
        opened_mesh = self._vertices(_open_lips(opened))
        self.triangles = (
            delaunay(opened_mesh) if triangles is None else orient_triangles(opened_mesh, triangles)
        )
        upper, lower = (curve_weights(rim, ends=True) for rim in INNER_RIMS)
        self._opening_weights = np.concatenate([upper, lower[-2:0:-1]])

    def _vertices(self, points: Array) -> Array:
        """(n, 2) mesh vertices for landmarks (68, 2)."""
        return np.concatenate([self._weights @ points, self._fixed])

    def pose(self, points: Array) -> PuppetPose:
        """The pose in which the landmarks are at (68, 2 or 3) pixels of the frame."""
        xy = points[:, :2].astype(np.float64)
        scale, rotation, shift = fit_similarity(self.neutral[STABLE], xy[STABLE])
        scale = float(np.clip(scale, 0.8, 1.25))
        shift = xy[STABLE].mean(axis=0) - scale * rotation @ self.neutral[STABLE].mean(axis=0)
        head = np.column_stack([scale * rotation, shift])
        local = (xy - shift) @ rotation / scale  # without head motion
        lids = self._lid_openness(local)
        offsets = local - self.neutral
        # Eye corners only: a blink moves the lids, not the eye.
        eyes = [offsets[[eye.start, eye.start + 3]].mean(axis=0) for eye in (LEFT_EYE, RIGHT_EYE)]
        if self._has_eyelids:  # the lid is drawn over an eye that keeps its shape
            for eye, offset in zip((LEFT_EYE, RIGHT_EYE), eyes, strict=True):
                local[eye] = self.neutral[eye] + offset
        lower = local[INNER_LOWER] - self.neutral[INNER_LOWER]
        gaps = np.maximum(local[INNER_LOWER, 1] - local[INNER_UPPER, 1], 0)
        left_eye, right_eye = (compose_affine(head, translation(offset)) for offset in eyes)
        left_tusk, right_tusk = (compose_affine(head, translation(lower[i])) for i in (0, 2))
        return PuppetPose(
            head=head,
            vertices=apply_affine(head, self._vertices(local)),
            lips=apply_affine(head, self._opening_weights @ local),
            gap=float(gaps.mean() * scale),
            jaw=compose_affine(head, self._jaw_affine(local)),
            tusks=(left_tusk, right_tusk),
            lids=lids,
            eyes=(left_eye, right_eye),
        )

    def _lid_openness(self, local: Array) -> tuple[float, float]:
        """Openness of the left and the right eye in [0, 1]."""
        gap = np.linalg.norm(local[LOWER_LID] - local[UPPER_LID], axis=1)
        neutral_gap = np.linalg.norm(self.neutral[LOWER_LID] - self.neutral[UPPER_LID], axis=1)
        # The landmarks of real lids never quite meet, and are rarely fully open.
        ratio = np.clip((gap / np.maximum(neutral_gap, 1e-6) - 0.12) / 0.78, 0, 1)
        return float(ratio[:2].mean()), float(ratio[2:].mean())

    def _jaw_affine(self, local: Array) -> Array:
        """(2, 3) motion of the jaw: it follows the lower lip, slightly narrower if rounded."""
        neutral, lip = self.neutral[INNER_LOWER], local[INNER_LOWER]
        width = float(np.linalg.norm(neutral[2] - neutral[0]))
        ratio = np.clip(np.linalg.norm(lip[2] - lip[0]) / max(width, 1e-6), 0.85, 1.1)
        linear = np.diag([float(ratio), 1.0])
        return np.column_stack([linear, lip.mean(axis=0) - linear @ neutral.mean(axis=0)])


def curve_weights(row: list[int], steps: int = _SUBDIVISIONS, ends: bool = False) -> Array:
    """(n, 68) weights of points on the Catmull-Rom spline through a row of landmarks.

    Each interval between landmarks has `steps` subdivisions. Without `ends` only the points
    between landmarks are returned.
    """
    weights = []
    last = len(row) - 1
    for i in range(last):
        p, a, b, q = (row[min(max(k, 0), last)] for k in (i - 1, i, i + 1, i + 2))
        for step in range(0 if ends else 1, steps):
            t = step / steps
            weight = np.zeros(COUNT)
            for index, value in (
                (p, -t + 2 * t**2 - t**3),
                (a, 2 - 5 * t**2 + 3 * t**3),
                (b, t + 4 * t**2 - 3 * t**3),
                (q, -(t**2) + t**3),
            ):
                weight[index] += value / 2
            weights.append(weight)
    if ends:
        weights.append(np.eye(COUNT)[row[-1]])
    return np.array(weights)


def _border_points(points: Array) -> Array:
    """(28, 2) points outside the hull of (n, 2) points in every direction."""
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    angles = np.arange(_BORDER_POINTS) * 2 * np.pi / _BORDER_POINTS
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    radii = ((points - centre) @ directions.T).max(axis=0)
    border: Array = centre + directions * radii[:, None] * _BORDER_RADIUS
    return border


def _open_lips(points: Array) -> Array:
    """(68, 2) points with open lips, also for a puppet that defines no open mouth."""
    gap = (points[INNER_LOWER, 1] - points[INNER_UPPER, 1]).min()
    width = np.linalg.norm(points[MOUTH_RIGHT] - points[MOUTH_LEFT])
    if gap > 0.05 * width:
        return points
    opened = points.copy()
    opened[[*INNER_LOWER, *OUTER_LOWER], 1] += 0.3 * width
    opened[JAW, 1] += 0.3 * width * np.sin(np.linspace(0, np.pi, 17)) ** 3
    return opened
