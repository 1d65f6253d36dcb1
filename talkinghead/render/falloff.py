"""How motion fades: ellipses around a head, and a soap film between points that move."""

from typing import Final

import numpy as np
from scipy.sparse import csc_matrix

from talkinghead.geometry.mesh import signed_areas
from talkinghead.types import Array

Ellipse = tuple[float, float, float]  # half width, reach up, reach down

# In face widths around the nose's top, upright. The head moves as one inside HEAD; motion is
# gone at STILL, which leaves the picture beyond it untouched.
HEAD: Final[Ellipse] = (0.63, 0.96, 0.96)
STILL: Final[Ellipse] = (1.12, 1.45, 1.60)
FACE: Final[Ellipse] = (0.56, 0.55, 0.95)


def outline(ellipse: Ellipse) -> Array:
    """(40, 2) points on an ellipse of different reach above and below."""
    x, up, below = ellipse
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    points = np.stack([np.cos(angle) * x, np.sin(angle)], axis=1)
    points[:, 1] *= np.where(points[:, 1] < 0, up, below)
    return points


def radius(local: Array, ellipse: Ellipse) -> Array:
    """1 on an ellipse of different reach above and below, less inside."""
    x, up, below = ellipse
    reach = np.where(local[:, 1] < 0, up, below)
    return np.asarray(np.hypot(local[:, 0] / x, local[:, 1] / reach))


def between(local: Array, inner: Ellipse, outer: Ellipse) -> Array:
    """0 inside the inner ellipse, 1 outside the outer one, linear along rays between them."""
    near = 1 / np.maximum(radius(local, inner), 1e-9)
    far = 1 / np.maximum(radius(local, outer), 1e-9)
    return np.asarray(np.clip((1 - near) / np.maximum(far - near, 1e-9), 0, 1))


def film(points: Array, triangles: Array, count: int) -> tuple[csc_matrix, Array]:
    """Stiffness matrix and mass of linear elements (cotangent Laplacian)."""
    corners = points[triangles]
    area = np.maximum(np.abs(signed_areas(points, triangles)), 1e-9) / 2
    total = csc_matrix((count, count))
    for k in range(3):
        i, j = triangles[:, (k + 1) % 3], triangles[:, (k + 2) % 3]
        a, b = (corners[:, (k + n) % 3] - corners[:, k] for n in (1, 2))
        weight = np.clip((a * b).sum(axis=1) / (4 * area), 0.02, 20)
        values = np.concatenate([-weight, -weight, weight, weight])
        where = (np.concatenate([i, j, i, j]), np.concatenate([j, i, i, j]))
        total = total + csc_matrix((values, where), shape=(count, count))
    mass = np.bincount(triangles.ravel(), np.repeat(area / 3, 3), minlength=count)
    return total, mass
