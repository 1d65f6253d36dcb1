"""A mesh warp follows its points, leaves no holes, and is the identity outside the mesh."""

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.errors import FaceError, InputError
from talkinghead.geometry.mesh import (
    Mesh,
    _Grid,
    _min_heights,
    delaunay,
    orient_triangles,
    signed_areas,
)

WIDTH, HEIGHT = 90, 70


def scattered(count=30, seed=0):
    """(n, 2) random points inside the picture and even ones on its border."""
    rng = np.random.default_rng(seed)
    inner = rng.uniform([5, 5], [WIDTH - 6, HEIGHT - 6], size=(count, 2))
    across, down = np.linspace(-0.5, WIDTH - 0.5, 5), np.linspace(-0.5, HEIGHT - 0.5, 5)
    rim = [(x, y) for x in across for y in down if x in across[[0, -1]] or y in down[[0, -1]]]
    return np.concatenate([inner, rim])


def identity(width=WIDTH, height=HEIGHT, x=0, y=0):
    return np.meshgrid(np.arange(x, x + width), np.arange(y, y + height))


@pytest.mark.parametrize("cell", [1, 3, 4])
def test_points_that_do_not_move_give_the_identity(cell):
    points = scattered()
    mesh = Mesh(points, delaunay(points), (WIDTH, HEIGHT), cell)
    for actual, expected in zip(mesh.backward_map(points), identity(), strict=True):
        assert actual.dtype == np.float32
        assert_allclose(actual, expected, atol=0.01)


@pytest.mark.parametrize("cell", [1, 4])
@pytest.mark.parametrize("roi", [None, (20, 10, 41, 37)])
def test_an_affine_motion_of_all_points_warps_by_that_affine(cell, roi):
    # Larger than the picture, so that it stays covered when the mesh moves.
    points = (scattered() - [WIDTH / 2, HEIGHT / 2]) * 1.5 + [WIDTH / 2, HEIGHT / 2]
    matrix, shift = np.array([[1.05, 0.1], [-0.08, 0.95]]), np.array([2.3, -1.7])
    mesh = Mesh(points, delaunay(points), (WIDTH, HEIGHT), cell, roi)
    actual = np.stack(mesh.backward_map(points @ matrix.T + shift), axis=-1)
    x, y, width, height = roi or (0, 0, WIDTH, HEIGHT)
    pixels = np.stack(identity(width, height, x, y), axis=-1)
    assert_allclose(actual, (pixels - shift) @ np.linalg.inv(matrix).T, atol=0.01)


def test_pixels_outside_the_mesh_do_not_move():
    square = np.array([[30.0, 20], [60, 20], [60, 50], [30, 50], [45, 35]])
    moved = square.copy()
    moved[4] += (6, 4)
    maps = Mesh(square, delaunay(square), (WIDTH, HEIGHT), cell=2).backward_map(moved)
    for values, expected in zip(maps, identity(), strict=True):
        outside = np.ones((HEIGHT, WIDTH), dtype=bool)
        outside[17:54, 27:64] = False
        assert_allclose(values[outside], expected[outside], atol=1e-4)
    assert np.abs(maps[0] - identity()[0]).max() > 4


def test_a_moved_point_samples_its_source_pixel():
    points = scattered(count=6, seed=3)
    moved = points.copy()
    moved[0] = np.round(points[0])
    moved[0] += (2, 1)
    map_x, map_y = Mesh(points, delaunay(points), (WIDTH, HEIGHT), cell=1).backward_map(moved)
    column, row = moved[0].astype(int)
    assert_allclose([map_x[row, column], map_y[row, column]], points[0], atol=0.3)


def test_folded_triangles_leave_no_hole():
    points = scattered()
    moved = points.copy()
    moved[:30] += np.random.default_rng(5).normal(scale=12, size=(30, 2))
    moved[:30] = np.clip(moved[:30], 1, [WIDTH - 2, HEIGHT - 2])
    triangles = delaunay(points)
    assert (signed_areas(moved, triangles) < 0).any()
    grid = _Grid((0, 0, WIDTH, HEIGHT), cell=1)
    drawn = grid.draw(moved[triangles], _min_heights(moved, triangles))
    assert (drawn[1:-1, 1:-1] > 0).all()


def test_details_agree_with_the_coarse_map():
    points = scattered()
    moved = points + np.random.default_rng(2).normal(scale=0.5, size=points.shape)
    triangles = delaunay(points)
    plain = Mesh(points, triangles, (WIDTH, HEIGHT), cell=4).backward_map(moved)
    box = (20, 16, 32, 24)
    fine = Mesh(points, triangles, (WIDTH, HEIGHT), 4, details=(box,)).backward_map(moved)
    for a, b in zip(plain, fine, strict=True):
        assert np.abs(a - b).mean() < 0.1
        inside = np.zeros(a.shape, dtype=bool)
        inside[16:40, 20:52] = True
        assert_allclose(a[~inside], b[~inside])


def test_the_map_moves_a_picture_by_whole_pixels_exactly():
    picture = np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH), dtype=np.uint8)
    points = (scattered() - 40) * 2 + 40
    shift = np.array([3, 2])
    maps = Mesh(points, delaunay(points), (WIDTH, HEIGHT)).backward_map(points + shift)
    moved = cv2.remap(picture, *maps, cv2.INTER_LINEAR)
    assert_allclose(moved[2:, 3:], picture[:-2, :-3])


def test_oriented_triangles_are_all_clockwise():
    points = scattered()
    triangles = delaunay(points)
    mixed = triangles.copy()
    mixed[::2] = mixed[::2, ::-1]
    assert (signed_areas(points, mixed) < 0).any()
    assert (signed_areas(points, orient_triangles(points, mixed)) > 0).all()


def test_points_on_one_line_are_refused():
    with pytest.raises(FaceError, match="lie on a line"):
        delaunay(np.stack([np.arange(5.0), np.arange(5.0)], axis=1))


def test_wrong_point_counts_are_refused():
    points = scattered()
    with pytest.raises(InputError, match="mesh points"):
        Mesh(points, delaunay(points), (WIDTH, HEIGHT)).backward_map(points[:-1])
