"""What moves as bone does: a head that stands still while its face speaks, a jaw in one piece."""

from typing import Final

import numpy as np

from talkinghead.geometry.align import similarity
from talkinghead.landmarks import JAW
from talkinghead.types import Array

_STILL: Final = 0.004  # of the face's width: a head that moved this far half moves

_BONE: Final = np.array([0.1, 0.2, 0.4, 0.2, 0.1])  # a point of the jaw goes with those beside it


def steadied(source: Array, target: Array, unit: float) -> tuple[float, Array, Array]:
    """Scale, rotation (3, 3) and shift (3,) that bring `source` (n, 3) close to `target`.

    Speech wrinkles the nose and tugs at the eyes by hundredths of their distance. Taken for
    motion of the head it would let hair and collar shiver in time with the words, so motion
    that is small beside `unit`, the face's width in pixels, fades to none with its square.
    """
    scale, turn, shift = similarity(source, target)
    # What far ends of a head do: hair is about twice as far from the middle as these points.
    middle = source.mean(axis=0)
    around = middle + 2 * (source - middle)
    way = scale * around @ turn.T + shift - around
    moved = float(np.sqrt((way**2).sum(axis=1).mean())) / unit
    share = moved**2 / (moved**2 + _STILL**2)
    if share > 0.999:
        return scale, turn, shift
    linear = np.eye(3) + share * (scale * turn - np.eye(3))
    there = middle + share * (scale * turn @ middle + shift - middle)
    # Between the identity and a small turn the mean of both is all but a turn again.
    u, d, vt = np.linalg.svd(linear)
    return float(d.mean()), u @ vt, there - float(d.mean()) * (u @ vt) @ middle


def rounded(offsets: Array) -> Array:
    """Offsets (68, 3) of landmarks with a jaw that moves in one piece: no chin falls alone."""
    out = np.array(offsets)
    jaw = offsets[JAW]
    padded = np.pad(jaw, ((2, 2), (0, 0)), mode="edge")
    out[JAW] = sum(w * padded[i : i + len(jaw)] for i, w in enumerate(_BONE))
    return out
