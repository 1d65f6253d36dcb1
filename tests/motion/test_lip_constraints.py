"""Lips that nearly touch are sealed, close by the given share, and keep their thickness."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.appearance.dentition import UPPER_ARCH
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, mouth_opening
from talkinghead.landmarks import INNER_LOWER, INNER_UPPER, JAW, MOUTH
from talkinghead.motion.lip_constraints import (
    close_lips,
    keep_lip_thickness,
    reduce_opening,
    seal_lips,
    show_tongue,
    tuck_lower_lip,
)

FACE = close_mouth(mean_face()).astype(np.float32)


def test_inner_lips_never_cross_and_touch_if_nearly_closed():
    points = np.repeat(FACE[None], 3, axis=0)
    points[0, [65, 66, 67], 1] -= 0.05  # crossed
    points[1, [65, 66, 67], 1] += 0.004  # nearly closed
    points[2, [65, 66, 67], 1] += 0.1  # open
    gap = mouth_opening(seal_lips(points))
    assert gap[0] == pytest.approx(0, abs=1e-6)
    assert 0 <= gap[1] < 0.001
    assert gap[2] == pytest.approx(mouth_opening(points)[2])


def test_lips_close_by_the_given_share():
    points = np.repeat(FACE[None], 3, axis=0)
    points[:, [65, 66, 67], 1] += 0.1
    gap = mouth_opening(close_lips(points, np.array([0.0, 0.5, 1.0])))
    assert gap / mouth_opening(points) == pytest.approx([1, 0.5, 0], abs=1e-4)


def test_the_opening_is_reduced_by_the_given_amount():
    points = np.repeat(FACE[None], 2, axis=0)
    points[:, [65, 66, 67], 1] += 0.1
    assert mouth_opening(points) - mouth_opening(
        reduce_opening(points, np.array([0.0, 0.03]))
    ) == pytest.approx([0, 0.03], abs=1e-5)


def lower_thickness(points):
    return points[:, 57, 1] - points[:, 66, 1]


def test_lips_thin_as_the_mouth_opens_and_spreads_and_thicken_as_it_rounds():
    opened, spread, rounded = points = np.repeat(FACE[None], 3, axis=0)
    opened[[65, 66, 67], 1] += 0.12
    opened[[55, 56, 57, 58, 59], 1] += 0.12
    center = FACE[MOUTH, 0].mean()
    for face, factor in ((spread, 1.2), (rounded, 0.7)):
        face[MOUTH, 0] = center + factor * (FACE[MOUTH, 0] - center)
    kept = keep_lip_thickness(points, FACE)
    rest = FACE[57, 1] - FACE[66, 1]
    thin, thinner, thicker = lower_thickness(kept) / rest
    assert max(thin, thinner) < 0.995
    assert thicker > 1.05
    inner = [48, 54, *range(60, 68)]
    assert_array_equal(kept[:, inner], points[:, inner])


def test_a_lower_lip_that_swells_is_brought_back_and_a_face_at_rest_stays():
    points = np.repeat(FACE[None], 2, axis=0)
    points[1, [55, 56, 57, 58, 59], 1] += 0.5 * (FACE[57, 1] - FACE[66, 1])
    kept = keep_lip_thickness(points, FACE)
    assert_allclose(kept[0], FACE, atol=1e-7)
    assert lower_thickness(kept)[1] / lower_thickness(kept)[0] < 1.09


@pytest.mark.parametrize("opening", [0.0, 0.12])
def test_the_lower_lip_is_at_the_upper_teeth_for_f_however_wide_the_mouth_was(opening):
    points = np.repeat(FACE[None], 2, axis=0)
    points[:, [55, 56, 57, 58, 59, 65, 66, 67], 1] += opening
    unchanged, tucked = tuck_lower_lip(points, FACE, np.array([0.0, 1.0]))
    assert_array_equal(unchanged, points[0])
    below = tucked[INNER_LOWER, 1] - FACE[INNER_LOWER, 1]
    assert 0 < below.min() < below.max() < UPPER_ARCH.edge  # the teeth reach over it
    assert (tucked[INNER_UPPER, 1] < FACE[INNER_UPPER, 1]).all()
    assert lower_thickness(tucked[None])[0] < lower_thickness(FACE[None])[0]
    assert_array_equal(tucked[JAW], points[1, JAW])


def test_a_mouth_opens_far_enough_to_show_the_tongue_and_a_wide_one_stays():
    points = np.repeat(FACE[None], 3, axis=0)
    points[2, [65, 66, 67], 1] += 0.1
    shown = show_tongue(points, np.array([0.0, 1.0, 1.0]))
    assert_array_equal(shown[0], points[0])
    assert mouth_opening(shown)[1] > UPPER_ARCH.edge
    assert_array_equal(shown[2], points[2])
