"""Constrain the lips of each frame: amplify, offset, close, open, seal, and hold in silence.

Points are (t, 68, 3) in face widths, y down. Frames are independent of one another, so a
recording and a stream get the same result.
"""

import numpy as np

from talkinghead.geometry.masks import smoothstep
from talkinghead.landmarks import (
    INNER_LOWER,
    INNER_UPPER,
    JAW,
    MOUTH,
    NEAREST_INNER,
    OUTER_LOWER,
    OUTER_UPPER,
)
from talkinghead.types import Array

SEAL_GAP = 0.012  # face widths: lips nearer than this touch; a camera resolves no less
VOWEL_GAP = 0.025  # face widths: minimum gap between the lips in a spread vowel
OPENING_PROFILE = np.array([0.8, 1.0, 0.8], dtype=np.float32)  # at the three inner lip pairs
UPPER_LIP_SHARE = 0.3  # of a change of the opening is the upper lip's, the rest the lower lip's
SILENT_MOTION_SHARE = 0.15  # of the predicted lip motion that remains in silence near speech


def amplify_lips(points: Array, neutral: Array, gain: Array) -> Array:
    """Scale the displacement from `neutral` (68, 3) by `gain` (3,), that of the jaw in y only."""
    moved = points.copy()
    moved[:, MOUTH] = neutral[MOUTH] + gain * (points[:, MOUTH] - neutral[MOUTH])
    moved[:, JAW, 1] = neutral[JAW, 1] + gain[1] * (points[:, JAW, 1] - neutral[JAW, 1])
    return moved


def reduce_opening(points: Array, amount: Array) -> Array:
    """Move the lips towards each other by (t,) face widths; negative values move them apart."""
    return move_lips_apart(points, np.repeat(-amount[:, None], 3, axis=1))


def close_lips(points: Array, share: Array) -> Array:
    """Reduce the opening of the inner lips by (t,) `share`: 0 changes nothing, 1 closes them."""
    gap = points[:, INNER_LOWER, 1] - points[:, INNER_UPPER, 1]
    return move_lips_apart(points, -np.clip(gap, 0, None) * share[:, None])


def open_lips(points: Array, share: Array) -> Array:
    """Widen an opening below VOWEL_GAP by (t,) `share` of the difference."""
    gap = points[:, INNER_LOWER, 1] - points[:, INNER_UPPER, 1]
    return move_lips_apart(
        points, np.clip(VOWEL_GAP * OPENING_PROFILE - gap, 0, None) * share[:, None]
    )


def move_lips_apart(points: Array, amount: Array) -> Array:
    """Move the three inner lip pairs apart by (t, 3) face widths; negative values close them.

    The outer lips follow by half, because a pressed lip is thinner.
    """
    moved = points.copy()
    moved[:, INNER_UPPER, 1] -= UPPER_LIP_SHARE * amount
    moved[:, INNER_LOWER, 1] += (1 - UPPER_LIP_SHARE) * amount
    outer = amount[:, NEAREST_INNER]
    moved[:, OUTER_UPPER, 1] -= 0.5 * UPPER_LIP_SHARE * outer
    moved[:, OUTER_LOWER, 1] += 0.5 * (1 - UPPER_LIP_SHARE) * outer
    return moved


def seal_lips(points: Array) -> Array:
    """Close inner lips nearer than SEAL_GAP, and move crossed ones to their middle."""
    gap = points[:, INNER_LOWER, 1] - points[:, INNER_UPPER, 1]  # (t, 3), y down
    # Smooth at both ends: zero and flat at no gap, the gap itself from twice SEAL_GAP on.
    target = np.clip(gap, 0, None) * smoothstep(gap / (2 * SEAL_GAP))
    return move_lips_apart(points, target - gap)


def hold_lips_in_silence(points: Array, neutral: Array, speech: Array, near_speech: Array) -> Array:
    """Blend lips and jaw to `neutral` (68, 3) in silence.

    `speech` and `near_speech` are the (t,) gates of `postprocess.speech_gates`. Near speech
    SILENT_MOTION_SHARE of the motion remains, because people's lips move ahead of a word, but
    without a visible gap.
    """
    moved = blend_to_neutral(points, neutral, np.maximum(speech, SILENT_MOTION_SHARE * near_speech))
    gap = (moved - neutral)[:, INNER_LOWER, 1] - (moved - neutral)[:, INNER_UPPER, 1]
    return move_lips_apart(moved, -np.clip(gap - SEAL_GAP, 0, None) * (1 - speech)[:, None])


def blend_to_neutral(points: Array, neutral: Array, share: Array) -> Array:
    """Scale the displacement of mouth and jaw from `neutral` (68, 3) by (t,) `share`, 0 to 1."""
    moved, share = points.copy(), share.astype(points.dtype)[:, None, None]
    for part in (JAW, MOUTH):
        moved[:, part] = neutral[part] + share * (points[:, part] - neutral[part])
    return moved
