"""Foldover correction: keep the triangles of a moving mesh from collapsing or flipping."""

from typing import Final

import numpy as np
from scipy.sparse import csc_matrix, identity
from scipy.sparse.linalg import splu

from talkinghead.geometry.mesh_operators import gradient_operator
from talkinghead.types import Array

_ITERATIONS: Final = 8  # a fixed number: a varying one would make frames jump
_MIN_STRETCH: Final = 0.25  # smallest singular value of the affine of a triangle
_MAX_STRETCH: Final = 4.0  # and the largest
_OVERSHOOT: Final = 1.7  # of the step towards the limited affines; 1 is slow, 2 diverges
_ANCHOR: Final = 0.02  # weight of the input positions relative to the shapes of the triangles
_MIN_AREA: Final = 0.2  # of the mean area; smaller triangles are weighted as this large


class FoldoverCorrection:
    """Moves the points of one mesh so that no triangle folds over.

    Lips and chin can fold the skin of the far cheek of a turned head. Two steps alternate: each
    triangle's affine is projected to the nearest one with bounded singular values, and the points
    that fit these affines best are solved for; the local and the global step of Liu et al. 2008,
    with bounded distortion. A mesh whose triangles are all within the bounds is returned
    unchanged, and the result depends continuously on the input.
    """

    def __init__(self, points: Array, triangles: Array, fixed: Array) -> None:
        """Take undeformed points (n, 2), triangles (m, 3) and the indices of fixed points."""
        gradient, area = gradient_operator(points, triangles)
        self._gradient, self._count, self._has_area = gradient, len(triangles), area > 0
        weight = np.where(area > 0, np.maximum(area, _MIN_AREA * area.mean()), 0)
        self._divergence = csc_matrix(gradient.T.multiply(np.concatenate([weight, weight])))
        system = csc_matrix(self._divergence @ gradient + _ANCHOR * identity(len(points)))
        self._free = np.setdiff1d(np.arange(len(points)), fixed)
        self._coupling = system[self._free][:, fixed]
        self._fixed = fixed
        self._solver = splu(csc_matrix(system[self._free][:, self._free]))

    def correct(self, moved: Array) -> Array:
        """(n, 2) positions close to `moved` (n, 2) in which no triangle is folded."""
        out = moved
        for _ in range(_ITERATIONS):
            affines = self._gradient @ out
            limited, within_bounds = self._limit_stretch(affines)
            if out is moved and within_bounds:
                break
            target = affines + _OVERSHOOT * (limited - affines)
            right = (self._divergence @ target + _ANCHOR * moved)[self._free]
            right = right - self._coupling @ moved[self._fixed]
            out = np.array(moved)
            out[self._free] = self._solver.solve(right)
        return out

    def _limit_stretch(self, affines: Array) -> tuple[Array, bool]:
        """Affines (2m, 2) with clipped singular values, and whether all were within the bounds.

        A 2 x 2 matrix is a rotation times q plus a reflection times r; its singular values are
        q + r and q - r, the latter negative where it flips the triangle.
        """
        (a, b), (c, d) = affines[: self._count].T, affines[self._count :].T
        rotation = np.stack([a + d, b - c]) / 2
        reflection = np.stack([a - d, b + c]) / 2
        q, r = np.hypot(*rotation), np.hypot(*reflection)
        large = np.clip(q + r, _MIN_STRETCH, _MAX_STRETCH)
        small = np.clip(q - r, _MIN_STRETCH, _MAX_STRETCH)
        beyond = (q - r < _MIN_STRETCH) | (q + r > _MAX_STRETCH)
        rotation *= (large + small) / 2 / np.maximum(q, 1e-9)
        reflection *= (large - small) / 2 / np.maximum(r, 1e-9)
        # (a, b) is the row of slopes along x, (c, d) that along y; columns are output x and y.
        xs = np.stack([rotation[0] + reflection[0], rotation[1] + reflection[1]], axis=1)
        ys = np.stack([reflection[1] - rotation[1], rotation[0] - reflection[0]], axis=1)
        return np.concatenate([xs, ys]), not (self._has_area & beyond).any()
