"""Contours of a face as chains of mesh points on splines, and triangle strips between them."""

from typing import Final

import numpy as np

from talkinghead.landmarks import (
    CONTOURS,
    COUNT,
    INNER_RIMS,
    LEFT_EYE_RIMS,
    OUTER_RIMS,
    RIGHT_EYE_RIMS,
)
from talkinghead.types import Array

# The landmarks of each chain, and the number of mesh points per landmark. Lips and eyelids come
# in pairs of equal length, so that opposite points have the same index.
CHAINS: Final[dict[str, tuple[list[int], int]]] = {
    "upper_lip": (OUTER_RIMS[0], 2),
    "lower_lip": (OUTER_RIMS[1], 2),
    "upper_inner": (INNER_RIMS[0], 3),
    "lower_inner": (INNER_RIMS[1], 3),
    "left_upper_lid": (LEFT_EYE_RIMS[0], 3),
    "left_lower_lid": (LEFT_EYE_RIMS[1], 3),
    "right_upper_lid": (RIGHT_EYE_RIMS[0], 3),
    "right_lower_lid": (RIGHT_EYE_RIMS[1], 3),
    **{
        name: (CONTOURS[name][0], 1)
        for name in ("jaw", "left_brow", "right_brow", "nose_bridge", "nostrils")
    },
}
# Upper and lower chain of the mouth and of each eye.
OPENINGS: Final = {
    "mouth": ("upper_inner", "lower_inner"),
    "left_eye": ("left_upper_lid", "left_lower_lid"),
    "right_eye": ("right_upper_lid", "right_lower_lid"),
}


def contour_chains() -> tuple[dict[str, Array], Array]:
    """Indices of the mesh points along each chain, and their interpolation weights (n, 68).

    Mesh points (n, d) are weights @ landmarks (68, d). Chains that share a landmark share its
    mesh point.
    """
    chains: dict[str, Array] = {}
    rows: list[Array] = []
    index_of: dict[int, int] = {}
    for name, (landmarks, step) in CHAINS.items():
        members = []
        for i, row in enumerate(_spline_weights(name)):
            landmark = landmarks[i // step] if i % step == 0 else -1
            if landmark in index_of:
                members.append(index_of[landmark])
                continue
            index_of.update({landmark: len(rows)} if landmark >= 0 else {})
            members.append(len(rows))
            rows.append(row)
        chains[name] = np.array(members)
    return chains, np.stack(rows)


def triangle_strip(upper: Array, lower: Array) -> Array:
    """(m, 3) triangles between two chains (n,) of point indices, which may share end points."""
    a, b, c, d = upper[:-1], upper[1:], lower[1:], lower[:-1]
    triangles = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    degenerate = (triangles == np.roll(triangles, 1, axis=1)).any(axis=1)
    return triangles[~degenerate]


def _spline_weights(name: str) -> Array:
    """(k, 68) weights of the landmarks at the points along one chain, both ends included.

    The corners of an open mouth are round, those of a closed mouth are not: the inner lips use
    the mean of a natural spline along the chain and a periodic spline around the mouth.
    """
    from scipy.interpolate import CubicSpline  # slow to import: puppets do not need it

    landmarks, step = CHAINS[name]
    count = len(landmarks)
    positions = np.arange((count - 1) * step + 1) / step
    out = np.zeros((len(positions), COUNT))
    natural = CubicSpline(np.arange(count), np.eye(count), bc_type="natural")
    out[:, landmarks] = natural(positions)
    if name in OPENINGS["mouth"]:
        upper, lower = (CHAINS[chain][0] for chain in OPENINGS["mouth"])
        opposite = lower if landmarks == upper else upper
        loop = landmarks + opposite[-2::-1]
        weights = np.zeros((len(loop), COUNT))
        weights[np.arange(len(loop)), loop] = 1
        periodic = CubicSpline(np.arange(len(loop)), weights, bc_type="periodic")
        out = (out + periodic(positions)) / 2
    return out
