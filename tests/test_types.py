"""Types refuse invalid content, and a face frame maps to pixels and back."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.errors import AudioError, FaceError, ImageError, InputError
from talkinghead.rotation import euler_to_matrix
from talkinghead.types import FaceFrame, FaceTrack, Portrait, Waveform


def frame() -> FaceFrame:
    turn = euler_to_matrix(np.array([[12.0, -7.0, 5.0]]))[0]
    return FaceFrame(turn, 55.0, np.array([120.0, 90.0, 3.0]))


def test_to_face_inverts_to_pixels():
    points = np.random.default_rng(0).normal(size=(4, 68, 3))
    assert_allclose(frame().to_face(frame().to_pixels(points)), points, atol=1e-12)


def test_a_track_without_head_motion_is_placed_where_its_points_are():
    points = np.random.default_rng(0).normal(size=(3, 68, 3))
    placed = frame().place(FaceTrack(points, np.zeros((3, 6))))
    assert_allclose(placed.points, frame().to_pixels(points), rtol=1e-5)


@pytest.mark.parametrize(
    ("samples", "rate"),
    [
        (np.zeros((5, 2), np.float32), 16_000),
        (np.zeros(0, np.float32), 16_000),
        (np.array([0.0, np.nan]), 16_000),
        (np.zeros(5, np.int16), 16_000),
        (np.zeros(5, np.float32), 0),
    ],
)
def test_invalid_waveforms_are_refused(samples, rate):
    with pytest.raises(AudioError):
        Waveform(samples, rate)


def test_invalid_faces_and_pictures_are_refused():
    with pytest.raises(FaceError, match="68"):
        FaceTrack(np.zeros((3, 67, 3)), np.zeros((3, 6)))
    with pytest.raises(FaceError, match="NaN"):
        FaceTrack(np.full((3, 68, 3), np.nan), np.zeros((3, 6)))
    with pytest.raises(InputError, match="frame rate"):
        FaceTrack(np.zeros((3, 68, 3)), np.zeros((3, 6)), fps=0)
    with pytest.raises(ImageError, match="uint8"):
        Portrait(np.zeros((9, 9, 3)), np.zeros((68, 3)))
    with pytest.raises(FaceError, match="pixels wide"):
        Portrait(np.zeros((9, 9, 3), np.uint8), np.zeros((68, 3)))
