"""The face mesh covers the face once, and its falloff is linear between two ellipses."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.spatial import ConvexHull

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mesh import signed_areas
from talkinghead.geometry.mouth import snap_closed_lips
from talkinghead.landmarks import INNER_LOWER, MOUTH, MOUTH_RIGHT, OUTER_LIP, OUTER_LOWER
from talkinghead.render.face_mesh import FaceMesh, ellipse_falloff, ellipse_points
from talkinghead.rotation import euler_to_matrix


@pytest.mark.parametrize("yaw", [-45, -30, 0, 30, 45])
@pytest.mark.parametrize("gap", [0, 12])
def test_the_mesh_covers_a_turned_face_exactly_once(yaw, gap):
    """Even if the outline of the far side crosses the mouth."""
    turn = euler_to_matrix(np.array([[yaw, 0, 0]]))[0]
    landmarks = mean_face() @ turn.T * 80 + [200, 180, 0]
    landmarks[INNER_LOWER, 1] += gap
    landmarks[OUTER_LOWER, 1] += gap * np.array([0.5, 1, 1, 1, 0.5])
    mesh = FaceMesh(snap_closed_lips(landmarks), (400, 400))
    covered = signed_areas(mesh.points, mesh.triangles).sum() / 2
    assert covered == pytest.approx(ConvexHull(mesh.points).volume, abs=1)


def test_the_falloff_runs_from_0_on_the_inner_ellipse_to_1_on_the_outer():
    inner, outer = (0.5, 0.6, 0.7), (1.0, 1.2, 1.4)
    assert_allclose(ellipse_falloff(ellipse_points(inner), inner, outer), 0, atol=1e-9)
    assert_allclose(ellipse_falloff(1.5 * ellipse_points(inner), inner, outer), 0.5)
    assert_allclose(ellipse_falloff(ellipse_points(outer), inner, outer), 1)


def test_skin_beside_a_mouth_corner_follows_it_as_in_videos_of_people():
    """More than half as far at half the distance to the jaw, which stays."""
    landmarks = mean_face() * 200 + [300, 280, 0]
    mesh = FaceMesh(snap_closed_lips(landmarks), (600, 600))
    wider = np.zeros_like(landmarks)
    wider[MOUTH, 0] = 0.15 * (landmarks[MOUTH, 0] - landmarks[OUTER_LIP, 0].mean())
    share = (mesh.weights @ wider)[:, 0] / wider[MOUTH_RIGHT, 0]
    right, down = (mesh.points - landmarks[MOUTH_RIGHT, :2]).T / mesh.unit
    beside = (right > 0.05) & (right < 0.12) & (np.abs(down) < 0.07)
    assert beside.sum() > 1
    assert share[beside].min() > 0.5
    assert share.max() < 1.05
    assert np.abs(share[mesh.chains["jaw"]]).max() < 1e-9
