"""Where and how well face and sound of a clip agree: SyncNet's offset and confidence. Pure."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from talkinghead.errors import InputError
from talkinghead.types import Array

REACH: Final = 15  # frames by which the sound is moved to and fro
LEAST: Final = 16  # vectors of a clip: with fewer, every moved sound would hardly be heard


@dataclass(frozen=True)
class Agreement:
    """The figures of one clip (Chung and Zisserman 2016; LSE of Prajwal et al. 2020)."""

    offset: int  # frames at 25 a second; positive: the picture comes later than its sound
    confidence: float  # LSE-C: median of the curve minus its minimum
    distance: float  # LSE-D: the minimum
    curve: Array  # (2 * REACH + 1,) mean distance at each offset, in [0, 2]


def curve_of(faces: Array, sounds: Array, reach: int = REACH) -> Array:
    """(2 * reach + 1,) mean distance of unit vectors (n, d) and (n, d), at offsets from -reach.

    At offset k the face of frame i meets the sound of frame i - k. Each sound counts by how much
    nearer than to other frames it is there: a pause fits every closed mouth, and says nothing of
    when. A frame that meets no sound counts as if it fitted as all do: else the ends, which few
    frames reach, would be decided by chance.
    """
    apart = np.sqrt(np.maximum(2 - 2 * faces @ sounds.T, 0))
    shift = np.arange(len(faces))[:, None] - np.arange(len(sounds))
    near = np.abs(shift) <= reach
    usual = (apart * near).sum(axis=0) / near.sum(axis=0)
    nearer = np.bincount(
        shift[near] + reach, weights=(apart - usual)[near], minlength=2 * reach + 1
    )
    return np.asarray(usual.mean() + nearer / len(faces))


def agreement(faces: Array, sounds: Array) -> Agreement:
    """The figures of unit vectors (n, d) of faces and of sounds, one a frame.

    Raises InputError for fewer than LEAST.
    """
    if min(len(faces), len(sounds)) < LEAST:
        raise InputError(f"{len(faces)} stretches with sound; {LEAST} or more can be measured")
    curve = curve_of(faces, sounds)
    best = int(curve.argmin())
    lowest = float(curve[best])
    return Agreement(best - REACH, float(np.median(curve)) - lowest, lowest, curve)
