"""Depth as a flat picture bears it: no slope so steep that a turning face folds over."""

from typing import Final

import numpy as np
from scipy.sparse import csc_matrix, identity
from scipy.sparse.linalg import splu

from talkinghead.geometry.mesh import signed_areas
from talkinghead.types import Array

_BORNE: Final = 0.55  # a turn may press a part of a face together, or stretch it, by this share
_LIMITS: Final = (8.0, 5.0, 3.5, 2.5, 1.8, 1.2, 0.8)  # slopes of the reliefs at hand
_ROUNDS: Final = 12
_HOLD: Final = 1e-3  # how much the depth given counts, beside its slopes


def gradients(points: Array, triangles: Array) -> tuple[csc_matrix, Array]:
    """(2m, n) matrix from values at points to their slopes along x, then y, in each triangle.

    And the triangles' areas (m,). Triangles without area count for nothing: their rows are 0.
    """
    corners = points[triangles]
    twice = signed_areas(points, triangles)
    share = np.where(np.abs(twice) > 1e-6, 1 / np.where(twice == 0, 1, twice), 0)
    count = len(triangles)
    rows, columns, values = [], [], []
    for k in range(3):
        opposite = corners[:, (k + 2) % 3] - corners[:, (k + 1) % 3]
        for axis, slope in enumerate((-opposite[:, 1] * share, opposite[:, 0] * share)):
            rows.append(np.arange(count) + axis * count)
            columns.append(triangles[:, k])
            values.append(slope)
    found = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return csc_matrix(found, shape=(2 * count, len(points))), np.abs(twice) / 2


def eased(points: Array, triangles: Array, depth: Array, steepest: float) -> Array:
    """(n,) depths like those given, with slopes of about `steepest` at most.

    A turn by an angle a moves what lies at depth z by z sin(a): where z changes by more than
    1 / sin(a) a pixel, the picture folds. So the slopes are cut and the relief is built again
    from them, a Poisson equation as in bas-relief (Weyrich et al. 2007). A face seen from the
    front has hardly a slope to cut; on one seen from the side the far cheek comes forward.
    """
    slope, area = gradients(points, triangles)
    count = len(triangles)
    weight = np.concatenate([area, area])
    system = csc_matrix(slope.T.multiply(weight) @ slope + _HOLD * identity(len(points)))
    solver = splu(system)
    out = np.array(depth)
    for _ in range(_ROUNDS):
        steep = slope @ out
        length = np.hypot(steep[:count], steep[count:])
        if length.max(initial=0) <= steepest:
            break
        cut = np.minimum(1, steepest / np.maximum(length, 1e-9))
        wanted = np.concatenate([cut, cut]) * steep
        out = solver.solve(slope.T @ (weight * wanted) + _HOLD * depth)
    return out


class Relief:
    """Depth of a mesh's points, flatter the further a head turns."""

    def __init__(self, points: Array, triangles: Array, depth: Array) -> None:
        """Take points (n, 2), triangles (m, 3) and the points' true depth (n,) in pixels."""
        self._at = np.array([0.0, *(_BORNE / limit for limit in _LIMITS)])
        self._depths = [depth]
        for limit in _LIMITS:
            self._depths.append(eased(points, triangles, self._depths[-1], limit))

    def at(self, tilt: float) -> Array:
        """(n,) depth for a turn out of the picture by an angle of this sine."""
        place = float(np.interp(tilt, self._at, np.arange(len(self._at))))
        low = min(int(place), len(self._at) - 2)
        share = place - low
        return np.asarray((1 - share) * self._depths[low] + share * self._depths[low + 1])
