"""Head rotation: yaw, pitch and roll in degrees to rotation matrices, and back.

scipy's Rotation rounds differently, and the matrices must stay bit-identical: the motion that the
weights were trained on was made with these.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def euler_to_matrix(degrees: NDArray[Any]) -> NDArray[Any]:
    """(t, 3, 3) rotation matrices of (t, 3) yaw, pitch and roll in degrees; roll is applied first.

    The axes are the picture's: x right, y down, z away from the viewer. Positive yaw turns the
    nose to the viewer's right, positive pitch lowers it, positive roll tilts the head clockwise
    in the picture.
    """
    yaw, pitch, roll = np.deg2rad(np.asarray(degrees, dtype=np.float64)).T
    zero, one = np.zeros_like(yaw), np.ones_like(yaw)

    def stack(*rows: NDArray[Any]) -> NDArray[Any]:
        return np.stack(rows, axis=-1).reshape(-1, 3, 3)

    cy, sy = np.cos(yaw), np.sin(yaw)
    cp, sp = np.cos(pitch), np.sin(pitch)
    cr, sr = np.cos(roll), np.sin(roll)
    about_y = stack(cy, zero, -sy, zero, one, zero, sy, zero, cy)
    about_x = stack(one, zero, zero, zero, cp, -sp, zero, sp, cp)
    about_z = stack(cr, -sr, zero, sr, cr, zero, zero, zero, one)
    return about_y @ about_x @ about_z


def matrix_to_euler(rotation: NDArray[Any]) -> NDArray[Any]:
    """(..., 3) yaw, pitch and roll in degrees of (..., 3, 3); the inverse of `euler_to_matrix`."""
    pitch = np.arcsin(np.clip(-rotation[..., 1, 2], -1, 1))
    yaw = np.arctan2(-rotation[..., 0, 2], rotation[..., 2, 2])
    roll = np.arctan2(rotation[..., 1, 0], rotation[..., 1, 1])
    return np.rad2deg(np.stack([yaw, pitch, roll], axis=-1))
