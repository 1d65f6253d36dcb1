"""Lips: sealed where they nearly touch, and moved no further than they are told."""

import numpy as np
import pytest

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, opening
from talkinghead.motion.lip_shapes import closed, lowered, sealed

FACE = close_mouth(mean_face()).astype(np.float32)


def test_inner_lips_never_cross_and_near_ones_touch():
    points = np.repeat(FACE[None], 3, axis=0)
    points[0, [65, 66, 67], 1] -= 0.05  # crossed
    points[1, [65, 66, 67], 1] += 0.004  # nearly closed
    points[2, [65, 66, 67], 1] += 0.1  # open
    gap = opening(sealed(points))
    assert gap[0] == pytest.approx(0, abs=1e-6)
    assert 0 <= gap[1] < 0.001
    assert gap[2] == pytest.approx(opening(points)[2])


def test_lips_come_together_by_the_share_they_are_told():
    points = np.repeat(FACE[None], 3, axis=0)
    points[:, [65, 66, 67], 1] += 0.1
    gap = opening(closed(points, np.array([0.0, 0.5, 1.0])))
    assert gap / opening(points) == pytest.approx([1, 0.5, 0], abs=1e-4)


def test_a_floor_is_taken_off_the_opening():
    points = np.repeat(FACE[None], 2, axis=0)
    points[:, [65, 66, 67], 1] += 0.1
    assert opening(points) - opening(lowered(points, np.array([0.0, 0.03]))) == pytest.approx(
        [0, 0.03], abs=1e-5
    )
