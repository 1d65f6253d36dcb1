"""Constrain the lips of each frame: amplify, offset, close, open, seal, hold in silence, thin.

Points are (t, 68, 3) in face widths, y down. Frames are independent of one another, so a
recording and a stream get the same result.
"""

from typing import Final

import numpy as np

from talkinghead.geometry.masks import smoothstep
from talkinghead.geometry.mouth import mouth_opening, mouth_width
from talkinghead.landmarks import (
    INNER_LOWER,
    INNER_UPPER,
    JAW,
    MOUTH,
    MOUTH_LEFT,
    MOUTH_RIGHT,
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
# Thickness of a lip relative to the closed mouth: 1 - a * opening - b * (relative width - 1), with
# the opening in face widths. Fitted to 1,809 frames of 26 filmed people (train split), residual
# standard deviation 0.13: lips get thinner as they open and spread, and thicker as they round.
UPPER_THINNING: Final = (0.9, 0.8)
LOWER_THINNING: Final = (0.5, 0.5)
THICKNESS_SLACK: Final = 0.08  # how far the thickness may depart from that
# For f and v the lower lip rises to the edge of the upper teeth and rolls inwards, and the upper
# lip uncovers them. In face widths from the line of the closed lips, and relative thickness. Filmed
# lips are hardly wider apart for f and v than for b, m and p; with less no teeth are seen.
LABIODENTAL_LOWER, LABIODENTAL_UPPER = 0.009, 0.012
LABIODENTAL_THICKNESS = 0.85
DENTAL_GAP = 0.048  # face widths: least gap in which the tongue is seen between the teeth
_OUTER_SHARE: Final = np.array([0.5, 1, 1, 1, 0.5], np.float32)  # less next to the corners


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


def tuck_lower_lip(points: Array, neutral: Array, share: Array) -> Array:
    """Bring the lower lip to the upper teeth by (t,) `share`, as for f and v.

    The line of the closed lips is that of `neutral` (68, 3), moved with the mouth's corners.
    """
    moved = points.copy()
    corners = [MOUTH_LEFT, MOUTH_RIGHT]
    shift = (points[:, corners, 1] - neutral[corners, 1]).mean(axis=1, keepdims=True)
    line = (neutral[INNER_UPPER, 1] + neutral[INNER_LOWER, 1]) / 2 + shift
    share = share.astype(points.dtype)[:, None]
    for inner, outer, offset, thickness in (
        (INNER_UPPER, OUTER_UPPER, -LABIODENTAL_UPPER, 1.0),
        (INNER_LOWER, OUTER_LOWER, LABIODENTAL_LOWER, LABIODENTAL_THICKNESS),
    ):
        target = line + offset * OPENING_PROFILE
        rest = thickness * (neutral[outer, 1] - neutral[inner, 1][NEAREST_INNER])
        moved[:, inner, 1] += share * (target - points[:, inner, 1])
        edge = target[:, NEAREST_INNER] + rest
        moved[:, outer, 1] += share * _OUTER_SHARE * (edge - points[:, outer, 1])
    return moved


def show_tongue(points: Array, share: Array) -> Array:
    """Part the lips by at least (t,) `share` of DENTAL_GAP, as for th."""
    gap = points[:, INNER_LOWER, 1] - points[:, INNER_UPPER, 1]
    least = DENTAL_GAP * OPENING_PROFILE * share.astype(points.dtype)[:, None]
    return move_lips_apart(points, np.clip(least - gap, 0, None))


def blend_to_neutral(points: Array, neutral: Array, share: Array) -> Array:
    """Scale the displacement of mouth and jaw from `neutral` (68, 3) by (t,) `share`, 0 to 1."""
    moved, share = points.copy(), share.astype(points.dtype)[:, None, None]
    for part in (JAW, MOUTH):
        moved[:, part] = neutral[part] + share * (points[:, part] - neutral[part])
    return moved


def keep_lip_thickness(points: Array, neutral: Array) -> Array:
    """Move the outer lips so that the lips are about as thick as people's in such a mouth.

    Relative to the closed mouth `neutral` (68, 3), the thickness follows UPPER_THINNING and
    LOWER_THINNING to within THICKNESS_SLACK. The inner lips and the corners stay.
    """
    moved = points.copy()
    opening = mouth_opening(points) - mouth_opening(neutral)
    spread = mouth_width(points) / max(float(mouth_width(neutral)), 1e-6) - 1
    for inner, outer, down, (by_opening, by_spread) in (
        (INNER_UPPER, OUTER_UPPER, -1, UPPER_THINNING),
        (INNER_LOWER, OUTER_LOWER, 1, LOWER_THINNING),
    ):
        thickness = down * (points[:, outer[1:-1], 1] - points[:, inner, 1])
        rest = np.maximum(down * (neutral[outer[1:-1], 1] - neutral[inner, 1]), 1e-6)
        usual = (1 - by_opening * opening - by_spread * spread)[:, None]
        excess = thickness / rest - usual
        change = rest * (THICKNESS_SLACK * np.tanh(excess / THICKNESS_SLACK) - excess)
        moved[:, outer, 1] += down * change[:, NEAREST_INNER] * _OUTER_SHARE
    return moved
