"""The mesh lies on the filmed face, and moves with the new lips."""

import numpy as np
import pytest

from talkinghead.dub.mouth_warp import MouthWarp, join_closed_lips
from talkinghead.geometry.mouth import face_width, lip_gaps
from talkinghead.landmarks import INNER_LOWER
from tests.dub.test_mouth_painter import REST, opened


@pytest.fixture(scope="module")
def warp(face):
    return MouthWarp(face)


def test_the_mesh_lies_on_the_filmed_face(track, warp):
    mesh = warp.place(4, REST, 0.0)
    where = warp.face.landmarks
    upper = np.r_[17:48]
    assert np.abs(mesh.filmed[where] - track.points[4, :, :2])[upper].max() < 1.0
    new = warp.place(4, opened(0.1), 1.0)
    np.testing.assert_allclose(new.spoken[where], new.landmarks[:, :2], atol=1e-6)
    ends = [0, 16]
    np.testing.assert_array_equal(new.landmarks[ends], mesh.landmarks[ends])
    np.testing.assert_array_equal(new.landmarks[upper], mesh.landmarks[upper])


def test_what_is_beside_the_face_stays(warp):
    mesh = warp.place(0, opened(0.15), 1.0)
    moved = np.abs(mesh.spoken - mesh.filmed).max(axis=1) > 0.04
    unit = float(face_width(mesh.landmarks[:, :2]))
    left, right = mesh.landmarks[[0, 16], 0]
    assert moved.any()
    assert mesh.filmed[moved, 0].min() > left - 0.25 * unit
    assert mesh.filmed[moved, 0].max() < right + 0.25 * unit


def test_a_smaller_share_is_nearer_to_the_video(warp):
    shapes = [warp.place(0, opened(0.15), share).landmarks for share in (0.0, 0.5, 1.0)]
    np.testing.assert_allclose(shapes[1], (shapes[0] + shapes[2]) / 2, atol=0.5)


def test_nearly_closed_lips_join_without_a_jump(face):
    gaps = []
    for opening in np.linspace(0, 0.04, 41):
        points = face.neutral.copy()
        points[INNER_LOWER, 1] += 200 * opening
        gaps.append(lip_gaps(join_closed_lips(points)).max() / 200)
    assert gaps[0] == pytest.approx(0, abs=1e-6)
    assert gaps[-1] == pytest.approx(0.04, abs=1e-6)
    assert np.diff(gaps).min() >= 0
    assert np.diff(gaps).max() < 0.004
