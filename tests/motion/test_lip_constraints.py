"""Lips that nearly touch are sealed, and lips close by the given share."""

import numpy as np
import pytest

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, mouth_opening
from talkinghead.motion.lip_constraints import close_lips, reduce_opening, seal_lips

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
