"""Takes the inside of the mouth from frames of the same video that show it about as wide open.

A few frames of each shot, from narrow to wide, stand for all: what is between their lips is warped
between the new ones. So teeth and tongue are those of the person, in the light of the video.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from talkinghead.dub.mouth_warp import WarpedMesh
from talkinghead.dub.tracked_face import UNIT, TrackedFace
from talkinghead.geometry.masks import box_around, smoothstep
from talkinghead.geometry.mesh import Roi
from talkinghead.geometry.mouth import face_width, lip_gaps
from talkinghead.rotation import matrix_to_euler
from talkinghead.types import Array

Weighted = list[tuple[int, float]]  # numbers of frames and their shares, which sum to 1

_COUNT: Final = 6  # frames that stand for a shot
_LEAST_GAP: Final = 0.02  # face widths between lips from which a frame shows the inside
_LEAST_SHARE: Final = 0.99  # of a frame that may be used: not turned, not covered
_TINY: Final = 0.01  # face widths added to gaps that are compared by their ratio
_RATIO: Final = 0.35  # deviation of that ratio's logarithm that counts as much as _TURN
_TURN: Final = 12.0  # degrees of yaw
_SWITCH: Final = 0.6  # cost of going from one frame to another
_MIXED: Final = 3  # frames over which two of them are mixed at a change
_STRETCH: Final = (1.5, 2.4)  # ratios of openings from which, and beyond which, it is not stretched
_INSET: Final = 0.05  # share of the opening's height along each lip that is left out
_MARGIN: Final = 0.03  # face widths of picture around the lips


@dataclass(frozen=True)
class ReferenceInterior:
    """The inside of a mouth in one frame."""

    image: Array  # (h, w, 3) uint8
    upper: Array  # (n, 2) pixels along the inner upper lip, from corner to corner
    lower: Array  # (n, 2) the same along the lower lip
    skin: Array  # (3,) mean colour of the skin around the mouth

    @classmethod
    def from_frame(
        cls, image: Array, mesh: WarpedMesh, chains: tuple[Array, Array], skin: Array
    ) -> "ReferenceInterior":
        """Cut the mouth out of a picture (h, w, 3) uint8.

        `chains` are the indices of the inner lips in `mesh`, whose pixels are those of the picture.
        """
        upper, lower = (mesh.filmed[chain] for chain in chains)
        unit = float(face_width(mesh.filmed_landmarks[:, :2]))
        size = (image.shape[1], image.shape[0])
        box = box_around(np.concatenate([upper, lower]), _MARGIN * unit + 2, size)
        x, y, width, height = box or (0, 0, *size)
        part = image[y : y + height, x : x + width].copy()
        return cls(part, upper - (x, y), lower - (x, y), skin)

    def stretch(self, upper: Array, lower: Array, unit: float) -> float:
        """Opacity in [0, 1] of this inside between other lips: 0 if it were stretched too far."""
        here, there = (
            float(np.linalg.norm(b - a, axis=1).max())
            for a, b in ((self.upper, self.lower), (upper, lower))
        )
        tiny = _TINY * unit
        low, high = np.log(_STRETCH)
        ratio = np.log((there + tiny) / (here * self._scale(upper) + tiny))
        return float(1 - smoothstep((ratio - low) / (high - low)))

    def _scale(self, upper: Array) -> float:
        """Pixels there per pixel here, by the width of the mouth."""
        there, here = (float(np.linalg.norm(c[-1] - c[0])) for c in (upper, self.upper))
        return there / max(here, 1e-6)

    def draw(self, upper: Array, lower: Array, box: Roi) -> Array:
        """(h, w, 3) float32: this inside between other lips, in a box of another picture."""
        x, y, width, height = box
        there, here = _Opening(upper, lower), _Opening(self.upper, self.lower)
        columns, rows = np.meshgrid(np.arange(width) + x, np.arange(height) + y)
        along, across = there.coordinates(np.stack([columns, rows], axis=-1).astype(np.float64))
        maps = here.points(along, across.clip(_INSET, 1 - _INSET)).astype(np.float32)
        drawn = cv2.remap(self.image, maps, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(drawn, dtype=np.float32)


class _Opening:
    """Coordinates in an open mouth: along it from corner to corner, across from lip to lip."""

    def __init__(self, upper: Array, lower: Array) -> None:
        self._origin = (upper[0] + lower[0]) / 2
        axis = (upper[-1] + lower[-1]) / 2 - self._origin
        self._length = max(float(np.linalg.norm(axis)), 1e-6)
        x, y = axis / self._length
        self._axes = np.array([[x, y], [-y, x]])
        self._upper, self._lower = (
            (chain - self._origin) @ self._axes.T for chain in (upper, lower)
        )

    def _edges(self, along: Array) -> tuple[Array, Array]:
        return tuple(  # type: ignore[return-value]
            np.interp(along, np.maximum.accumulate(chain[:, 0]), chain[:, 1])
            for chain in (self._upper, self._lower)
        )

    def coordinates(self, points: Array) -> tuple[Array, Array]:
        """(h, w) both coordinates of points (h, w, 2), in [0, 1] between the lips."""
        local = (points - self._origin) @ self._axes.T
        upper, lower = self._edges(local[..., 0])
        return local[..., 0] / self._length, (local[..., 1] - upper) / np.maximum(
            lower - upper, 1e-3
        )

    def points(self, along: Array, across: Array) -> Array:
        """(h, w, 2) points of coordinates (h, w)."""
        x = along * self._length
        upper, lower = self._edges(x)
        local = np.stack([x, upper + across * (lower - upper)], axis=-1)
        return np.asarray(local @ self._axes + self._origin)


class InteriorChoice:
    """Which frames of a video show the inside of one person's mouth."""

    def __init__(self, tracked: TrackedFace, shots: Array, teeth: Array) -> None:
        """Take the shot (t,) and the visible teeth (t,) of each frame of the video."""
        self._shots, self._teeth = shots, teeth
        self._tracked = tracked
        self._gaps = lip_gaps(tracked.local).max(axis=1) / UNIT
        self._yaw = np.array(
            [
                0.0 if pose is None else matrix_to_euler(pose.rotation[None])[0][0]
                for pose in tracked.poses
            ]
        )

    def candidates(self, shot: int) -> Array:
        """(k,) numbers of the frames that stand for a shot, by their opening; none if none is."""
        good = (self._tracked.share >= _LEAST_SHARE) & (self._gaps > _LEAST_GAP)
        here = good & (self._shots == shot)
        frames = np.flatnonzero(here if here.any() else good)
        if not len(frames):
            return frames
        gaps = np.log(self._gaps[frames])
        edges = np.linspace(gaps.min(), gaps.max() + 1e-9, _COUNT + 1)
        bins = np.clip(np.searchsorted(edges, gaps, side="right") - 1, 0, _COUNT - 1)
        return np.array(
            [
                part[np.argmax(self._teeth[part])]
                for part in (frames[bins == number] for number in range(_COUNT))
                if len(part)
            ]
        )

    def choose(self, indices: Array, offsets: Array) -> list[Weighted]:
        """The frames for each frame of a timeline (n,), with lips at `offsets` (n, 68, 3)."""
        rotation, scale = self._tracked.frame.rotation, self._tracked.frame.scale
        spoken = self._tracked.silent[indices] + offsets @ rotation.T * scale
        gaps = np.maximum(lip_gaps(spoken).max(axis=1) / UNIT, 0)
        out: list[Weighted] = [[] for _ in indices]
        shots = self._shots[indices]
        bounds = [0, *(np.flatnonzero(np.diff(shots)) + 1).tolist(), len(indices)]
        for start, stop in pairwise(bounds):
            frames = self.candidates(int(shots[start]))
            if not len(frames):
                continue
            part = slice(start, stop)
            ratio = np.log((gaps[part, None] + _TINY) / (self._gaps[frames] + _TINY)) / _RATIO
            turn = (self._yaw[indices[part], None] - self._yaw[frames]) / _TURN
            path = cheapest_path(ratio**2 + turn**2, _SWITCH)
            kernel = np.ones(_MIXED) / _MIXED
            for number, frame in enumerate(frames):
                chosen = np.pad((path == number).astype(float), _MIXED // 2, mode="edge")
                for at in np.flatnonzero(share := np.convolve(chosen, kernel, "valid")):
                    out[start + at].append((int(frame), float(share[at])))
        return out


def cheapest_path(cost: Array, switch: float) -> Array:
    """(n,) which of k states to be in, where `cost` (n, k) and `switch` per change add up least."""
    total, back = cost[0].copy(), np.zeros(cost.shape, int)
    for step in range(1, len(cost)):
        best = int(total.argmin())
        stay = total <= total[best] + switch
        back[step] = np.where(stay, np.arange(len(total)), best)
        total = np.where(stay, total, total[best] + switch) + cost[step]
    path = np.zeros(len(cost), int)
    path[-1] = int(total.argmin())
    for step in range(len(cost) - 1, 0, -1):
        path[step - 1] = back[step, path[step]]
    return path
