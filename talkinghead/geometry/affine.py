"""Affine maps of the plane as (2, 3) matrices."""

import numpy as np

from talkinghead.types import Array


def after(second: Array, first: Array) -> Array:
    """The map that moves by `first`, then by `second`."""
    shift = second[:, :2] @ first[:, 2] + second[:, 2]
    return np.column_stack([second[:, :2] @ first[:, :2], shift])


def placed(matrix: Array, points: Array) -> Array:
    """(n, 2) points moved by a map."""
    moved: Array = points @ matrix[:, :2].T + matrix[:, 2]
    return moved


def scale_of(matrix: Array) -> float:
    """How many times as long a map makes things: the root of what it does to areas."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))


def shifted(move: Array) -> Array:
    """The map that moves all by (2,)."""
    return np.column_stack([np.eye(2), move])
