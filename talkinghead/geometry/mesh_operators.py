"""Linear finite-element operators of a triangle mesh: gradient, cotangent Laplacian, mass."""

import numpy as np
from scipy.sparse import csc_matrix

from talkinghead.geometry.mesh import signed_areas
from talkinghead.types import Array


def gradient_operator(points: Array, triangles: Array) -> tuple[csc_matrix, Array]:
    """(2m, n) matrix from values at the points to their gradient in each triangle, and areas (m,).

    Takes points (n, 2) and triangles (m, 3). The first m rows are derivatives along x, the others
    along y. Rows of triangles without area are 0.
    """
    corners = points[triangles]
    twice_area = signed_areas(points, triangles)
    has_area = np.abs(twice_area) > 1e-6
    inverse = np.where(has_area, 1 / np.where(twice_area == 0, 1, twice_area), 0)
    count = len(triangles)
    rows, columns, values = [], [], []
    for k in range(3):
        opposite = corners[:, (k + 2) % 3] - corners[:, (k + 1) % 3]
        for axis, slope in enumerate((-opposite[:, 1] * inverse, opposite[:, 0] * inverse)):
            rows.append(np.arange(count) + axis * count)
            columns.append(triangles[:, k])
            values.append(slope)
    entries = (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns)))
    return csc_matrix(entries, shape=(2 * count, len(points))), np.abs(twice_area) / 2


def cotangent_laplacian(points: Array, triangles: Array) -> tuple[csc_matrix, Array]:
    """(n, n) stiffness matrix and (n,) lumped masses of linear elements.

    Takes points (n, 2) and triangles (m, 3). The weights are the cotangents of Pinkall and
    Polthier 1993, clipped to [0.02, 20] so that slivers do not dominate.
    """
    count = len(points)
    corners = points[triangles]
    area = np.maximum(np.abs(signed_areas(points, triangles)), 1e-9) / 2
    stiffness = csc_matrix((count, count))
    for k in range(3):
        i, j = triangles[:, (k + 1) % 3], triangles[:, (k + 2) % 3]
        a, b = (corners[:, (k + n) % 3] - corners[:, k] for n in (1, 2))
        weight = np.clip((a * b).sum(axis=1) / (4 * area), 0.02, 20)
        values = np.concatenate([-weight, -weight, weight, weight])
        places = (np.concatenate([i, j, i, j]), np.concatenate([j, i, i, j]))
        stiffness = stiffness + csc_matrix((values, places), shape=(count, count))
    mass = np.bincount(triangles.ravel(), np.repeat(area / 3, 3), minlength=count)
    return stiffness, mass
