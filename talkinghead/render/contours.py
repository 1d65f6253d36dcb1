"""Contours of a face as chains of mesh points: splines through the landmarks, and strips."""

from typing import Final

import numpy as np
from scipy.interpolate import CubicSpline

from talkinghead.landmarks import (
    CONTOURS,
    COUNT,
    INNER_RIMS,
    LEFT_EYE_RIMS,
    OUTER_RIMS,
    RIGHT_EYE_RIMS,
)
from talkinghead.types import Array

# Each chain of landmarks and how many mesh points stand in for one step along it. Lips and
# lids are pairs of equal length, so that opposite points have the same number.
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
OPENINGS: Final = {
    "mouth": ("upper_inner", "lower_inner"),
    "left_eye": ("left_upper_lid", "left_lower_lid"),
    "right_eye": ("right_upper_lid", "right_lower_lid"),
}


def contours() -> tuple[dict[str, Array], Array]:
    """Mesh points of each chain, and their (n, 68) weights: cubic splines through the landmarks."""
    chains: dict[str, Array] = {}
    rows: list[Array] = []
    known: dict[int, int] = {}
    for name, (landmarks, step) in CHAINS.items():
        members = []
        for i, row in enumerate(_spline(name)):
            landmark = landmarks[i // step] if i % step == 0 else -1
            if landmark in known:
                members.append(known[landmark])
                continue
            known.update({landmark: len(rows)} if landmark >= 0 else {})
            members.append(len(rows))
            rows.append(row)
        chains[name] = np.array(members)
    return chains, np.stack(rows)


def strip(upper: Array, lower: Array) -> Array:
    """(m, 3) triangles between two chains of the same length; they may share their ends."""
    a, b, c, d = upper[:-1], upper[1:], lower[1:], lower[:-1]
    both = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    flat = (both == np.roll(both, 1, axis=1)).any(axis=1)
    return both[~flat]


def _spline(name: str) -> Array:
    """(k, 68) weights of the landmarks along one chain, both ends included.

    An open mouth is round at its corners: half of its shape is that of a closed loop.
    """
    landmarks, step = CHAINS[name]
    count = len(landmarks)
    at = np.arange((count - 1) * step + 1) / step
    out = np.zeros((len(at), COUNT))
    out[:, landmarks] = CubicSpline(np.arange(count), np.eye(count), bc_type="natural")(at)
    if name in OPENINGS["mouth"]:
        upper, lower = (CHAINS[chain][0] for chain in OPENINGS["mouth"])
        back = lower if landmarks == upper else upper
        loop = landmarks + back[-2::-1]
        turns = np.zeros((len(loop), COUNT))
        turns[np.arange(len(loop)), loop] = 1
        out = (out + CubicSpline(np.arange(len(loop)), turns, bc_type="periodic")(at)) / 2
    return out
