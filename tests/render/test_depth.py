"""The depth of a face mesh becomes flatter the further the head turns."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.geometry.mesh import delaunay
from talkinghead.geometry.mesh_operators import gradient_operator
from talkinghead.render.depth import MeshDepth, limit_slopes


@pytest.fixture(scope="module")
def grid():
    axis = np.arange(0, 101, 10)
    points = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2) + 0.1
    return points, delaunay(points)


def max_slope(grid, depth):
    gradient, _ = gradient_operator(*grid)
    return np.hypot(*np.split(gradient @ depth, 2)).max()


def test_small_turns_use_the_true_depth_and_large_ones_a_flat_one(grid):
    points, triangles = grid
    cliff = 60.0 * (points[:, 0] > 45)
    depth = MeshDepth(points, triangles, cliff)
    assert_array_equal(depth.at_tilt(0), cliff)
    tilts = np.linspace(0, 0.6, 61)
    for tilt in tilts[5:]:
        assert tilt * max_slope(grid, depth.at_tilt(tilt)) < 0.8
    steps = np.diff([tilt * depth.at_tilt(tilt) for tilt in tilts], axis=0)
    assert np.abs(steps).max() < 2


def test_gentle_slopes_are_kept_and_steep_ones_limited(grid):
    points, triangles = grid
    gentle = 0.5 * points[:, 0] - points[:, 1]
    assert_array_equal(limit_slopes(points, triangles, gentle, 1.5), gentle)
    cliff = 60.0 * (points[:, 0] > 45)
    assert max_slope(grid, cliff) > 5
    assert max_slope(grid, limit_slopes(points, triangles, cliff, 1.5)) < 2
