"""Laws of how a face's mesh moves: nothing folds, what need not change does not."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial import ConvexHull

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mesh import delaunay, signed_areas
from talkinghead.landmarks import INNER_LOWER, MOUTH, OUTER_LOWER
from talkinghead.render.control import FaceMesh
from talkinghead.render.movement import Movement
from talkinghead.render.relief import Relief, eased, gradients
from talkinghead.render.skin import snapped
from talkinghead.render.unfold import Unfolded
from talkinghead.rotation import rotations

SIZE = (400, 400)


def face(*degrees):
    """A face of 80 pixels' width, turned by yaw, pitch and roll."""
    return mean_face() @ rotations(np.array([degrees]))[0].T * 80 + [200, 180, 0]


def movement(landmarks):
    base = snapped(landmarks)
    mesh = FaceMesh(base, SIZE)
    return mesh, Movement(landmarks, base, mesh)


@pytest.fixture(scope="module")
def grid(rng):
    points = np.stack(np.meshgrid(np.arange(0, 101, 10), np.arange(0, 101, 10)), -1).reshape(-1, 2)
    return points + 0.1, delaunay(points + 0.1)


@pytest.fixture(scope="module")
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize("yaw", [-45, -30, 0, 30, 45])
@pytest.mark.parametrize("parted", [0, 12])
def test_a_mesh_covers_a_face_once_though_its_outline_runs_through_the_mouth(yaw, parted):
    landmarks = face(yaw, 0, 0)
    landmarks[INNER_LOWER, 1] += parted
    landmarks[OUTER_LOWER, 1] += parted * np.array([0.5, 1, 1, 1, 0.5])
    mesh = FaceMesh(snapped(landmarks), SIZE)
    covered = signed_areas(mesh.points, mesh.triangles).sum() / 2
    assert covered == pytest.approx(ConvexHull(mesh.points).volume, abs=1)


@pytest.mark.parametrize("yaw", [-40, 0, 40])
@pytest.mark.parametrize("further", [-15, 15])
def test_a_turned_face_that_turns_further_does_not_fold(yaw, further):
    mesh, move = movement(face(yaw, 0, 0))
    skin = mesh.triangles[~mesh.holes]
    sound = signed_areas(mesh.points, skin) > 0.002 * mesh.unit**2
    areas = signed_areas(move(face(yaw + further, 0, 0)).points, skin)
    assert (areas[sound] > 0).all()


def test_little_turns_see_the_whole_relief_and_great_ones_a_flat_one(grid):
    points, triangles = grid
    cliff = 60.0 * (points[:, 0] > 45)
    relief = Relief(points, triangles, cliff)
    assert_array_equal(relief.at(0), cliff)
    slope, _ = gradients(points, triangles)
    tilts = np.linspace(0, 0.6, 61)
    for tilt in tilts[5:]:
        assert tilt * np.hypot(*np.split(slope @ relief.at(tilt), 2)).max() < 0.8
    steps = np.diff([tilt * relief.at(tilt) for tilt in tilts], axis=0)
    assert np.abs(steps).max() < 2


def test_lips_of_a_face_seen_from_the_front_go_where_they_are_sent():
    landmarks = face(0, 0, 0)
    _, move = movement(landmarks)
    pursed = landmarks.copy()
    pursed[MOUTH, 0] = 200 + 0.3 * (pursed[MOUTH, 0] - 200)
    assert_allclose(move(pursed).landmarks, pursed, atol=1e-6)


def test_at_rest_nothing_moves():
    landmarks = face(35, 5, -10)
    mesh, move = movement(landmarks)
    now = move(landmarks)
    assert_allclose(now.points, mesh.points, atol=1e-6)
    assert_allclose(now.landmarks, landmarks, atol=1e-6)


def test_a_gentle_relief_is_left_alone_and_a_steep_one_eased(grid):
    points, triangles = grid
    gentle = 0.5 * points[:, 0] - points[:, 1]
    assert_array_equal(eased(points, triangles, gentle, 1.5), gentle)
    cliff = 60.0 * (points[:, 0] > 45)
    slope, _ = gradients(points, triangles)
    before, after = (
        np.hypot(*np.split(slope @ each, 2)).max()
        for each in (cliff, eased(points, triangles, cliff, 1.5))
    )
    assert before > 5
    assert after < 2


def test_slopes_of_a_plane_are_its_own(grid):
    points, triangles = grid
    slope, area = gradients(points, triangles)
    along_x, along_y = np.split(slope @ (3 * points[:, 0] - 2 * points[:, 1] + 7), 2)
    assert_allclose(along_x, 3, atol=1e-9)
    assert_allclose(along_y, -2, atol=1e-9)
    assert area.sum() == pytest.approx(100**2)


def pressed(points, far):
    """A block in the middle pushed to the right, over what lies there."""
    out = points.copy()
    inside = (np.abs(points - 45) < 12).all(axis=1)
    out[inside, 0] += far
    return out


def test_what_is_pressed_over_is_unfolded_within_a_border_that_holds_still(grid):
    points, triangles = grid
    fixed = np.arange(16)
    unfolded = Unfolded(points, triangles, fixed)
    folded = pressed(points, 14)
    assert (signed_areas(folded, triangles) < 0).any()
    out = unfolded(folded)
    assert (signed_areas(out, triangles) > 0).all()
    assert_array_equal(out[fixed], points[fixed])


def test_what_does_not_fold_is_not_touched(grid):
    points, triangles = grid
    moved = pressed(points, 4)
    assert_array_equal(Unfolded(points, triangles, np.arange(16))(moved), moved)


def test_unfolding_makes_no_jump(grid):
    points, triangles = grid
    unfolded = Unfolded(points, triangles, np.arange(16))
    places = np.stack([unfolded(pressed(points, far)) for far in np.arange(4, 14, 0.1)])
    assert np.abs(np.diff(places, axis=0)).max() < 0.4
