"""Finite-element operators are exact for linear functions, and areas and masses add up."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.geometry.mesh import delaunay
from talkinghead.geometry.mesh_operators import cotangent_laplacian, gradient_operator


@pytest.fixture
def grid():
    axis = np.arange(0, 101, 10)
    points = np.stack(np.meshgrid(axis, axis), -1).reshape(-1, 2) + 0.1
    return points, delaunay(points)


def test_the_gradient_of_a_plane_is_its_slope_and_areas_add_up(grid):
    points, triangles = grid
    gradient, area = gradient_operator(points, triangles)
    along_x, along_y = np.split(gradient @ (3 * points[:, 0] - 2 * points[:, 1] + 7), 2)
    assert_allclose(along_x, 3, atol=1e-9)
    assert_allclose(along_y, -2, atol=1e-9)
    assert area.sum() == pytest.approx(100**2)


def test_the_laplacian_of_a_plane_is_zero_inside_and_masses_add_up(grid):
    points, triangles = grid
    stiffness, mass = cotangent_laplacian(points, triangles)
    residual = stiffness @ (3 * points[:, 0] - 2 * points[:, 1] + 7)
    inside = ((points > 5) & (points < 95)).all(axis=1)
    # Right angles have a cotangent of 0, which is raised to 0.02.
    assert np.abs(residual[inside]).max() < 0.1 * np.abs(residual).max()
    assert_allclose(stiffness @ np.ones(len(points)), 0, atol=1e-12)
    assert mass.sum() == pytest.approx(100**2)
