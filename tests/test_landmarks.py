"""Landmark indices are consistent with each other and with the mean face."""

import numpy as np
from numpy.testing import assert_array_equal

from talkinghead import landmarks
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import CONTOURS, COUNT, MIRROR


def test_mirroring_twice_is_the_identity():
    assert_array_equal(np.array(MIRROR)[MIRROR], np.arange(COUNT))


def test_contours_contain_every_landmark_once():
    assert sorted(i for points, _ in CONTOURS.values() for i in points) == list(range(COUNT))


def test_upper_points_lie_above_their_opposite_points():
    face = mean_face()
    pairs = [
        (landmarks.UPPER_LID, landmarks.LOWER_LID),
        (landmarks.OUTER_UPPER, landmarks.OUTER_LOWER),
        (landmarks.INNER_UPPER, landmarks.INNER_LOWER),
    ]
    for upper, lower in pairs:
        assert (face[upper, 1] <= face[lower, 1]).all()
        assert (np.abs(face[upper, 0] - face[lower, 0]) < 0.05).all()


def test_rims_run_from_left_to_right():
    face = mean_face()
    rims = (
        landmarks.OUTER_RIMS, landmarks.INNER_RIMS,
        landmarks.LEFT_EYE_RIMS, landmarks.RIGHT_EYE_RIMS,
    )  # fmt: skip
    for upper, lower in rims:
        for rim in (upper, lower):
            assert (np.diff(face[rim, 0]) > 0).all()
