"""Motion of a face mesh: nothing folds, and a face that does not move is unchanged."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mesh import signed_areas
from talkinghead.geometry.mouth import snap_closed_lips
from talkinghead.landmarks import CHIN, JAW, MOUTH, NOSE_BASE, NOSE_TIP, STABLE
from talkinghead.render.face_mesh import FaceMesh
from talkinghead.render.head_motion import HeadMotion, smooth_jaw, stabilised_pose
from talkinghead.rotation import euler_to_matrix

SIZE = (400, 400)
UNIT = 200.0


def face(*degrees):
    """A face of 80 pixels' width, turned by yaw, pitch and roll."""
    return mean_face() @ euler_to_matrix(np.array([degrees]))[0].T * 80 + [200, 180, 0]


def mesh_and_motion(landmarks):
    base = snap_closed_lips(landmarks)
    mesh = FaceMesh(base, SIZE)
    return mesh, HeadMotion(landmarks, base, mesh)


@pytest.mark.parametrize("yaw", [-40, 0, 40])
@pytest.mark.parametrize("further", [-15, 15])
def test_a_turned_face_that_turns_further_does_not_fold(yaw, further):
    mesh, motion = mesh_and_motion(face(yaw, 0, 0))
    skin = mesh.triangles[~mesh.in_opening]
    large = signed_areas(mesh.points, skin) > 0.002 * mesh.unit**2
    areas = signed_areas(motion.move_mesh(face(yaw + further, 0, 0)).points, skin)
    assert (areas[large] > 0).all()


def test_the_lips_of_a_frontal_face_follow_the_landmarks_exactly():
    landmarks = face(0, 0, 0)
    _, motion = mesh_and_motion(landmarks)
    pursed = landmarks.copy()
    pursed[MOUTH, 0] = 200 + 0.3 * (pursed[MOUTH, 0] - 200)
    assert_allclose(motion.move_mesh(pursed).landmarks, pursed, atol=1e-6)


def test_the_portraits_own_landmarks_move_nothing():
    landmarks = face(35, 5, -10)
    mesh, motion = mesh_and_motion(landmarks)
    moved = motion.move_mesh(landmarks)
    assert_allclose(moved.points, mesh.points, atol=1e-6)
    assert_allclose(moved.landmarks, landmarks, atol=1e-6)


@pytest.fixture
def head():
    return np.array(mean_face()) * UNIT + [300, 200, 0]


def hair(head):
    return head.mean(axis=0) + np.array([[-0.7, -1.0, 0], [0.7, -1.0, 0], [0, -1.3, 0]]) * UNIT


def move(pose, points):
    scale, rotation, shift = pose
    return scale * points @ rotation.T + shift


def test_a_wrinkled_nose_does_not_move_the_hair(head):
    speaking = head.copy()
    speaking[[NOSE_TIP, NOSE_BASE], 1] -= 0.004 * UNIT
    pose = stabilised_pose(head[STABLE], speaking[STABLE], UNIT)
    assert np.abs(move(pose, hair(head)) - hair(head)).max() < 0.001 * UNIT


@pytest.mark.parametrize("degrees", [(5, 0, 0), (0, -4, 0), (0, 0, 6), (8, 3, -3)])
def test_a_turning_head_is_followed(head, degrees):
    rotation = euler_to_matrix(np.array([degrees], dtype=float))[0]
    target = (head - head.mean(axis=0)) @ rotation.T + head.mean(axis=0) + [4, -3, 0]
    pose = stabilised_pose(head[STABLE], target[STABLE], UNIT)
    assert_allclose(move(pose, head), target, atol=0.005 * UNIT)


def test_the_stabilised_motion_grows_monotonically_and_without_jumps(head):
    moved = [
        move(stabilised_pose(head[STABLE], head[STABLE] + [x, 0, 0], UNIT), head)[0, 0]
        for x in np.linspace(0, 0.04 * UNIT, 41)
    ]
    steps = np.diff(moved)
    assert steps.min() >= 0
    assert steps.max() < 2 * 0.001 * UNIT


def test_the_pose_of_a_head_that_does_not_move_is_the_identity(head):
    scale, rotation, shift = stabilised_pose(head[STABLE], head[STABLE], UNIT)
    assert_allclose(scale, 1)
    assert_allclose(rotation, np.eye(3), atol=1e-9)
    assert_allclose(shift, 0, atol=1e-9)


def test_a_lowered_chin_moves_the_jaw_beside_it():
    offsets = np.zeros((68, 3))
    offsets[CHIN, 1] = 10.0
    jaw = smooth_jaw(offsets)[JAW, 1]
    assert 3 < jaw[8] < 8
    assert jaw[7] == jaw[9] > 1
    assert_allclose(jaw.sum(), 10.0)


def test_a_jaw_that_moves_evenly_and_all_other_points_are_unchanged():
    offsets = np.zeros((68, 3))
    offsets[JAW] = [1.5, -2.0, 0.5]
    offsets[60:68, 1] = np.arange(8)
    assert_allclose(smooth_jaw(offsets), offsets)
