"""Depth of a face mesh, flattened so that head rotation does not fold the picture."""

from typing import Final

import numpy as np
from scipy.sparse import csc_matrix, identity
from scipy.sparse.linalg import splu

from talkinghead.geometry.mesh_operators import gradient_operator
from talkinghead.types import Array

_MAX_STRAIN: Final = 0.55  # by which rotation may compress or stretch a part of a face
_MAX_SLOPES: Final = (8.0, 5.0, 3.5, 2.5, 1.8, 1.2, 0.8)  # of the depth maps computed in advance
_ITERATIONS: Final = 12
_ANCHOR: Final = 1e-3  # weight of the given depth against that of its slopes


def limit_slopes(points: Array, triangles: Array, depth: Array, max_slope: float) -> Array:
    """(n,) depths close to `depth` with slopes of about `max_slope` at most.

    Takes points (n, 2), triangles (m, 3) and depths (n,), all in pixels. Rotation by an angle a
    moves a point at depth z by z sin(a): where z changes by more than 1 / sin(a) per pixel, the
    picture folds over. The slopes are therefore clipped and the depth is reconstructed from them,
    a Poisson equation as for bas-reliefs (Weyrich et al. 2007). A frontal face has hardly any
    slope to clip; in a profile the far cheek comes forward.
    """
    gradient, area = gradient_operator(points, triangles)
    count = len(triangles)
    weight = np.concatenate([area, area])
    system = csc_matrix(gradient.T.multiply(weight) @ gradient + _ANCHOR * identity(len(points)))
    solver = splu(system)
    out = np.array(depth)
    for _ in range(_ITERATIONS):
        slopes = gradient @ out
        length = np.hypot(slopes[:count], slopes[count:])
        if length.max(initial=0) <= max_slope:
            break
        factor = np.minimum(1, max_slope / np.maximum(length, 1e-9))
        target = np.concatenate([factor, factor]) * slopes
        out = solver.solve(gradient.T @ (weight * target) + _ANCHOR * depth)
    return out


class MeshDepth:
    """Depth of the points of a mesh, flatter for larger head rotation."""

    def __init__(self, points: Array, triangles: Array, depth: Array) -> None:
        """Take points (n, 2), triangles (m, 3) and the true depths (n,), in pixels."""
        self._tilts = np.array([0.0, *(_MAX_STRAIN / slope for slope in _MAX_SLOPES)])
        self._depths = [depth]
        for slope in _MAX_SLOPES:
            self._depths.append(limit_slopes(points, triangles, self._depths[-1], slope))

    def at_tilt(self, tilt: float) -> Array:
        """(n,) depths for rotation out of the image plane by an angle whose sine is `tilt`."""
        position = float(np.interp(tilt, self._tilts, np.arange(len(self._tilts))))
        low = min(int(position), len(self._tilts) - 2)
        share = position - low
        return np.asarray((1 - share) * self._depths[low] + share * self._depths[low + 1])
