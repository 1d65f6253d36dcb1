"""Keeps a moving mesh from folding over: no triangle is pressed flat or turned inside out."""

from typing import Final

import numpy as np
from scipy.sparse import csc_matrix, identity
from scipy.sparse.linalg import splu

from talkinghead.render.relief import gradients
from talkinghead.types import Array

_ROUNDS: Final = 8  # always as many, or frames would differ by a round
_LEAST: Final = 0.25  # of its breadth is left to a triangle that is pressed together
_MOST: Final = 4.0  # and no more than so many breadths given to one that is pulled
_BEYOND: Final = 1.7  # how far each round goes towards what it wants; 1 is slow, 2 too far
_HOLD: Final = 0.02  # how much the places given count, beside the shapes of triangles
_WEIGHT: Final = 0.2  # of the mean triangle's: a sliver counts as if it had this area


class Unfolded:
    """Moved points of one mesh, put right where triangles would fold.

    Where the far cheek of a turned head meets its profile, lips and chin press skin into less
    than no room. Each triangle's affine is brought back to the nearest that leaves it
    breadth, and the points are set to suit those affines best, in turn: the local and the
    global step of Liu et al. 2008 with bounded distortion. Points of a mesh that is
    nowhere pressed stay exactly where they are, and others follow without jumps.
    """

    def __init__(self, points: Array, triangles: Array, fixed: Array) -> None:
        """Take points at rest (n, 2), triangles (m, 3) and which points never move."""
        slope, area = gradients(points, triangles)
        self._slope, self._count, self._broad = slope, len(triangles), area > 0
        weight = np.where(area > 0, np.maximum(area, _WEIGHT * area.mean()), 0)
        self._pull = csc_matrix(slope.T.multiply(np.concatenate([weight, weight])))
        stiff = csc_matrix(self._pull @ slope + _HOLD * identity(len(points)))
        self._free = np.setdiff1d(np.arange(len(points)), fixed)
        self._coupled = stiff[self._free][:, fixed]
        self._fixed = fixed
        self._solver = splu(csc_matrix(stiff[self._free][:, self._free]))

    def __call__(self, moved: Array) -> Array:
        """(n, 2) places near those given at which no triangle is folded."""
        out = moved
        for _ in range(_ROUNDS):
            slopes = self._slope @ out
            wanted, fine = self._shaped(slopes)
            if out is moved and fine:
                break
            pulled = self._pull @ (slopes + _BEYOND * (wanted - slopes)) + _HOLD * moved
            right = pulled[self._free] - self._coupled @ moved[self._fixed]
            out = np.array(moved)
            out[self._free] = self._solver.solve(right)
        return out

    def _shaped(self, slopes: Array) -> tuple[Array, bool]:
        """Affines (2m, 2) with breadth, and whether they had it before.

        A 2 x 2 matrix is a turn times q and a reflection times r, and its singular values are
        q + r and q - r, negative where it turns the triangle inside out.
        """
        (a, b), (c, d) = slopes[: self._count].T, slopes[self._count :].T
        turn = np.stack([a + d, b - c]) / 2
        flip = np.stack([a - d, b + c]) / 2
        q, r = np.hypot(*turn), np.hypot(*flip)
        broad, narrow = np.clip(q + r, _LEAST, _MOST), np.clip(q - r, _LEAST, _MOST)
        fine = not (self._broad & ((q - r < _LEAST) | (q + r > _MOST))).any()
        turn *= (broad + narrow) / 2 / np.maximum(q, 1e-9)
        flip *= (broad - narrow) / 2 / np.maximum(r, 1e-9)
        # (a, b), (c, d) are rows along x and y, columns are the places' x and y
        xs = np.stack([turn[0] + flip[0], turn[1] + flip[1]], axis=1)
        ys = np.stack([flip[1] - turn[1], turn[0] - flip[0]], axis=1)
        return np.concatenate([xs, ys]), fine
