"""The shape of human teeth: crowns along an upper and a lower dental arch, in face widths.

An arch is half an ellipse seen from the front: x runs across the face, z away from the viewer.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from talkinghead.types import Array

MILLIMETRE: Final = 1 / 140  # face widths: the distance between the ends of the jaw line
_ARC_STEPS: Final = 2000


@dataclass(frozen=True)
class Crown:
    """One crown, in millimetres."""

    width: float  # from contact to contact
    length: float  # from the free edge to the gum
    short: float = 0.0  # distance of its free edge from that of the longest tooth
    corners: tuple[float, float] = (0.5, 0.9)  # rounding of the free edge, mesial and distal
    cusp: float = 0.0  # height of its point above its shoulders
    warmth: float = 0.0  # 0 the colour of a central incisor, 1 clearly yellower and darker


# Crowns from the midline backwards: central and lateral incisor, canine, premolars, first molar.
# Widths and lengths: Ash and Nelson 2003, Wheeler's Dental Anatomy, table 1-1.
UPPER_CROWNS: Final = (
    Crown(8.5, 10.5, 0.0, (0.45, 0.9)),
    Crown(6.5, 9.0, 0.8, (0.6, 1.2)),
    Crown(7.5, 10.0, 0.2, (0.5, 0.8), cusp=1.5, warmth=0.7),
    Crown(7.0, 8.5, 0.9, (0.4, 0.5), cusp=1.2, warmth=0.5),
    Crown(7.0, 8.5, 1.2, (0.4, 0.5), cusp=0.9, warmth=0.5),
    Crown(10.0, 7.5, 1.6, (0.5, 0.5), cusp=0.7, warmth=0.6),
)
LOWER_CROWNS: Final = (
    Crown(5.0, 9.0, 0.0, (0.25, 0.3)),
    Crown(5.5, 9.5, 0.0, (0.25, 0.5)),
    Crown(7.0, 11.0, -0.2, (0.4, 0.7), cusp=1.3, warmth=0.7),
    Crown(7.0, 8.5, 0.5, (0.4, 0.5), cusp=1.1, warmth=0.5),
    Crown(7.0, 8.0, 0.7, (0.4, 0.5), cusp=0.8, warmth=0.5),
    Crown(11.0, 7.5, 0.9, (0.5, 0.5), cusp=0.6, warmth=0.6),
)


@dataclass(frozen=True)
class Arch:
    """A row of teeth. Lengths in face widths."""

    crowns: tuple[Crown, ...]
    half_width: float
    half_depth: float
    front: float  # distance of the central incisors behind the lips
    edge: float  # height of the longest free edge below the line of the closed lips
    direction: int  # where the gum lies: -1 above, 1 below
    middle: float = 0.0  # of the row, to the right of the face's midline
    breadth: float = 1.0  # factor of the widths of the crowns

    @property
    def reach(self) -> float:
        """Distance from the midline to which the teeth extend in front view."""
        return 0.995 * self.half_width

    def depth(self, x: Array) -> Array:
        """Distance behind the lips at the distance `x` from the midline."""
        bent = 1 - np.clip(np.abs(x - self.middle) / self.half_width, 0, 1) ** 2
        return np.asarray(self.front + self.half_depth * (1 - np.sqrt(bent)))

    def turn(self, x: Array) -> Array:
        """Angle in radians between the outward normal and the viewer; negative left."""
        ratio = np.clip((x - self.middle) / self.half_width, -0.999, 0.999)
        slope = self.half_depth / self.half_width * ratio / np.sqrt(1 - ratio**2)
        return np.asarray(np.arctan(slope))

    def crown_coordinates(self, x: Array) -> tuple[Array, Array]:
        """Index of the crown at each `x`, and the position across it: -1 mesial, 1 distal.

        The index is that of the last crown beyond the end of the row, where the position exceeds 1.
        """
        grid = np.linspace(0, 0.9995 * self.half_width, _ARC_STEPS)
        arc = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(grid), np.diff(self.depth(grid))))])
        along = np.interp(np.abs(x - self.middle), grid, arc)
        ends = self.breadth * MILLIMETRE * np.cumsum([crown.width for crown in self.crowns])
        index = np.minimum(np.searchsorted(ends, along, side="right"), len(self.crowns) - 1)
        starts = np.concatenate([[0.0], ends[:-1]])
        across = 2 * (along - starts[index]) / (ends - starts)[index] - 1
        return index, np.asarray(across)

    def contacts(self) -> Array:
        """(n,) positions across the face where two neighbouring teeth touch."""
        x = self.middle + np.linspace(0, self.reach, 800)
        index, _ = self.crown_coordinates(x)
        right = x[np.flatnonzero(np.diff(index)) + 1] - self.middle
        return np.asarray(self.middle + np.concatenate([-right[::-1], [0.0], right]))


# The half axes put the tips of the upper canines 35 mm and the lower ones 26 mm apart.
# Free edges: where the upper edge was found in 652 stills and in 562 frames of filmed speech (of
# all speakers, not of the training split alone), it lies 0.027 and 0.030 below the line of the
# closed lips (10 to 90 % of the frames: 0.010 to 0.045). Edges that the lip covers are missing
# from these figures, so the row is a little higher. The lower edge overlaps it by the overbite.
UPPER_ARCH: Final = Arch(UPPER_CROWNS, 27 * MILLIMETRE, 35 * MILLIMETRE, 6 * MILLIMETRE, 0.023, -1)
LOWER_ARCH: Final = Arch(LOWER_CROWNS, 24.5 * MILLIMETRE, 33 * MILLIMETRE, 9 * MILLIMETRE, 0.005, 1)
