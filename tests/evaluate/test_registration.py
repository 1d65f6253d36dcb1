"""Registration removes head motion, unit and frame rate, and keeps the motion of the mouth."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.evaluate.registration import (
    RegisteredTrack,
    mean_face,
    neutral_face,
    register_track,
    resample_linear,
)
from talkinghead.geometry.mouth import mouth_opening
from talkinghead.rotation import euler_to_matrix

from .synthetic_clips import babble, nodding, speaking

FRAMES = 100


def test_registration_removes_head_motion_and_keeps_mouth_motion():
    points = speaking(babble(FRAMES))
    pixels = nodding(points)
    registered_track = register_track(pixels, 25, mean_face(pixels))
    still = register_track(points, 25, mean_face(points))
    assert_allclose(
        registered_track.points.std(axis=0)[:17].max(), 0, atol=1e-9
    )  # the jaw holds still
    correlation = np.corrcoef(mouth_opening(registered_track.points), mouth_opening(still.points))[
        0, 1
    ]
    assert correlation > 0.9999
    assert registered_track.pose[:, 0].std() > 5


def test_the_mean_face_has_width_one_and_level_eyes():
    tilted = nodding(speaking(babble(FRAMES))) @ euler_to_matrix(np.array([[0, 0, 20.0]]))[0].T
    face = mean_face(tilted)
    assert_allclose(np.linalg.norm(face[16] - face[0]), 1)
    assert_allclose(face[45, 1], face[36, 1], atol=1e-9)


def test_a_registered_track_does_not_depend_on_its_unit():
    pixels = nodding(speaking(babble(FRAMES)))
    small, large = (register_track(p, 25, mean_face(p)).points for p in (pixels, 3 * pixels + 7))
    assert_allclose(small, large, atol=1e-9)


def test_neutral_is_the_mean_of_the_most_closed_fifth():
    track = RegisteredTrack(speaking(np.linspace(0, 1, 11)[1:]), np.zeros((10, 3)))
    assert_allclose(
        mouth_opening(track.neutral[None]) - mouth_opening(speaking(np.zeros(1))), [0.15]
    )


@pytest.mark.parametrize("fps", [12.5, 25, 29.97, 50])
def test_resampling_keeps_times(fps):
    times = np.arange(40) / fps
    resampled_times = resample_linear(times, fps)
    assert_allclose(resampled_times, np.arange(len(resampled_times)) / 25, atol=1e-12)
    assert resampled_times[-1] <= times[-1] + 1e-12


def test_frames_with_equal_openings_count_in_their_order():
    points = np.repeat(speaking(np.zeros(1)), 10, axis=0)
    points[:, 0, 0] = np.arange(10)  # the jaw, on which the opening does not depend
    assert neutral_face(points)[0, 0] == 0.5  # of the first two frames
