"""Contours pass through all landmarks, move with the face and join at their ends."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.contours import CHAINS, OPENINGS, contour_chains, triangle_strip
from talkinghead.landmarks import COUNT


def test_contours_pass_through_their_landmarks_and_include_every_landmark():
    chains, weights = contour_chains()
    points = weights @ mean_face()
    for name, (landmarks, step) in CHAINS.items():
        assert_allclose(points[chains[name][::step]], mean_face()[landmarks], atol=1e-9)
    assert (weights > 1 - 1e-9).any(axis=0).sum() == COUNT


def test_weights_sum_to_one_so_that_contours_move_with_the_face():
    _, weights = contour_chains()
    assert_allclose(weights.sum(axis=1), 1)


@pytest.mark.parametrize("name", list(OPENINGS))
def test_the_edges_of_an_opening_meet_at_its_corners_and_have_the_same_length(name):
    chains, _ = contour_chains()
    upper, lower = (chains[chain] for chain in OPENINGS[name])
    assert len(upper) == len(lower)
    assert (upper[0], upper[-1]) == (lower[0], lower[-1])


def test_a_strip_between_chains_that_share_their_ends_has_no_degenerate_triangle():
    triangles = triangle_strip(np.array([0, 1, 2, 3]), np.array([0, 4, 5, 3]))
    assert len(triangles) == 4
    assert all(len(set(triangle)) == 3 for triangle in triangles.tolist())
    assert set(triangles.ravel().tolist()) == set(range(6))
