"""Contours of a face as chains of mesh points: splines through the landmarks, and strips."""

from typing import Final

import numpy as np
from scipy.interpolate import CubicSpline

from talkinghead.landmarks import COUNT
from talkinghead.types import Array

# Each chain of landmarks and how many mesh points stand in for one step along it. Lips and
# lids are pairs of equal length, so that opposite points have the same number.
CHAINS: Final[dict[str, tuple[list[int], int]]] = {
    "upper_lip": ([48, 49, 50, 51, 52, 53, 54], 2),
    "lower_lip": ([48, 59, 58, 57, 56, 55, 54], 2),
    "upper_inner": ([60, 61, 62, 63, 64], 3),
    "lower_inner": ([60, 67, 66, 65, 64], 3),
    "left_upper_lid": ([36, 37, 38, 39], 3),
    "left_lower_lid": ([36, 41, 40, 39], 3),
    "right_upper_lid": ([42, 43, 44, 45], 3),
    "right_lower_lid": ([42, 47, 46, 45], 3),
    "jaw": (list(range(17)), 1),
    "left_brow": ([17, 18, 19, 20, 21], 1),
    "right_brow": ([22, 23, 24, 25, 26], 1),
    "nose_bridge": ([27, 28, 29, 30], 1),
    "nostrils": ([31, 32, 33, 34, 35], 1),
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
