"""Foldover correction: no triangle folds, and a mesh without folds is unchanged."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.geometry.mesh import delaunay, signed_areas
from talkinghead.render.foldover_correction import FoldoverCorrection

BORDER = np.arange(16)


@pytest.fixture(scope="module")
def grid():
    axis = np.arange(0, 101, 10)
    points = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2) + 0.1
    return points, delaunay(points)


def push_centre(points, distance):
    """The block in the middle moved to the right, over the points beside it."""
    out = points.copy()
    inside = (np.abs(points - 45) < 12).all(axis=1)
    out[inside, 0] += distance
    return out


def test_folded_triangles_are_unfolded_and_the_border_stays(grid):
    points, triangles = grid
    folded = push_centre(points, 14)
    assert (signed_areas(folded, triangles) < 0).any()
    corrected = FoldoverCorrection(points, triangles, BORDER).correct(folded)
    assert (signed_areas(corrected, triangles) > 0).all()
    assert_array_equal(corrected[BORDER], points[BORDER])


def test_a_mesh_without_folds_is_returned_unchanged(grid):
    points, triangles = grid
    moved = push_centre(points, 4)
    assert_array_equal(FoldoverCorrection(points, triangles, BORDER).correct(moved), moved)


def test_the_correction_depends_continuously_on_the_motion(grid):
    points, triangles = grid
    correction = FoldoverCorrection(points, triangles, BORDER)
    distances = np.arange(4, 14, 0.1)
    places = np.stack([correction.correct(push_centre(points, d)) for d in distances])
    assert np.abs(np.diff(places, axis=0)).max() < 0.4
