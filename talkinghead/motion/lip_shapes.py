"""The shapes of lips: shut, parted, sealed. Pure; each frame on its own."""

import numpy as np

from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.landmarks import (
    INNER_BESIDE,
    INNER_LOWER,
    INNER_UPPER,
    OUTER_LOWER,
    OUTER_UPPER,
)
from talkinghead.types import Array

SEAL = 0.012  # face widths: lips nearer than this touch; also what a camera cannot resolve
VOWEL = 0.025  # face widths that lips are apart at least for a spread vowel
LENS = np.array([0.8, 1.0, 0.8], dtype=np.float32)  # of a gap, over the three pairs of lips
UPPER_SHARE = 0.3  # of a closing gap is travelled by the upper lip, the rest by the lower


def lowered(points: Array, floor: Array) -> Array:
    """The lips nearer to each other by (t,) `floor`."""
    return part_lips(points, np.repeat(-floor[:, None], 3, axis=1))


def closed(points: Array, share: Array) -> Array:
    """Open inner lips brought together by (t,) `share`: 0 leaves them, 1 shuts them."""
    gap = points[:, INNER_LOWER, 1] - points[:, INNER_UPPER, 1]
    return part_lips(points, -np.clip(gap, 0, None) * share[:, None])


def parted(points: Array, share: Array) -> Array:
    """Inner lips nearer than VOWEL moved apart by (t,) `share` of what is missing."""
    gap = points[:, INNER_LOWER, 1] - points[:, INNER_UPPER, 1]
    return part_lips(points, np.clip(VOWEL * LENS - gap, 0, None) * share[:, None])


def part_lips(points: Array, by: Array) -> Array:
    """Move the three inner pairs of lips (t, 3) face widths further apart, or nearer.

    The outer lip follows by half: a pressed lip is a thinner lip.
    """
    moved = points.copy()
    moved[:, INNER_UPPER, 1] -= UPPER_SHARE * by
    moved[:, INNER_LOWER, 1] += (1 - UPPER_SHARE) * by
    beside = by[:, INNER_BESIDE]
    moved[:, OUTER_UPPER, 1] -= 0.5 * UPPER_SHARE * beside
    moved[:, OUTER_LOWER, 1] += 0.5 * (1 - UPPER_SHARE) * beside
    return moved


def sealed(points: Array) -> Array:
    """Inner lips nearer than SEAL brought together, crossed ones to their middle."""
    gap = points[:, INNER_LOWER, 1] - points[:, INNER_UPPER, 1]  # (t, 3), y down
    # Smooth at both ends: zero and flat at no gap, itself from twice SEAL on.
    wanted = np.clip(gap, 0, None) * smoothstep(gap / (2 * SEAL))
    return part_lips(points, wanted - gap)
