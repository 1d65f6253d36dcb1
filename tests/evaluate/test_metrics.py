"""Laws of the figures of motion."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.evaluate import metrics
from talkinghead.evaluate.ground import Grounded, mean_face, on_ground, resampled
from talkinghead.evaluate.loudness import level, silent_frames
from talkinghead.evaluate.motion import motion_figures
from talkinghead.geometry.mouth import opening
from talkinghead.rotation import rotations
from talkinghead.types import Waveform

from .actor import RATE, babble, nodding, noise, speaking

FRAMES = 100
SILENT = np.arange(FRAMES) < 20


def grounded(points):
    return Grounded(points, np.zeros((len(points), 3)))


@pytest.fixture
def true():
    return grounded(speaking(babble(FRAMES)))


def test_a_perfect_prediction_scores_perfectly(true):
    figures = motion_figures(true, true, SILENT)
    wanted = {
        "r_open": 1, "lag": 0, "amp": 1, "m_lmd": 0, "d_ll": 0, "d_vl": 0, "d_a": 0,
        "closures": 1, "jitter": 1,
    }  # fmt: skip
    assert_allclose([figures[name] for name in wanted], list(wanted.values()), atol=1e-9)


def test_a_face_that_does_not_move_scores_nothing(true):
    figures = motion_figures(grounded(speaking(np.zeros(FRAMES))), true, SILENT)
    for name in ("r_open", "r_width", "amp", "closures", "jitter"):
        assert figures[name] == 0
    assert np.isnan(figures["lag"])
    assert np.isnan(figures["silence"])
    assert figures["m_lmd"] > 0


@pytest.mark.parametrize("late", [-3, -1, 0, 2, 5])
def test_lag_is_positive_for_a_late_prediction(late):
    long = babble(FRAMES + 20)
    true, predicted = long[10 : 10 + FRAMES], long[10 - late : 10 - late + FRAMES]
    assert metrics.lag(predicted, true) == late


def test_half_the_motion_has_half_the_amplitude_and_is_as_well_correlated():
    curve = babble(FRAMES)
    assert_allclose(metrics.amplitude(curve / 2, curve), 0.5)
    assert_allclose(metrics.correlation(curve / 2, curve), 1)


def test_an_opposite_prediction_correlates_negatively():
    curve = babble(FRAMES)
    assert_allclose(metrics.correlation(-curve, curve), -1)


def test_distances_are_percent_of_the_unit(true):
    moved = true.points + np.array([0.0, 0.03, 0.0])
    assert_allclose(metrics.landmark_distance(moved, true.points), 3)
    assert_allclose(metrics.mouth_distance(moved, true.points), 3)
    assert_allclose(metrics.velocity_distance(moved, true.points), 0, atol=1e-9)


def test_displacements_do_not_see_how_the_face_is_built(true):
    other = grounded(true.points + np.linspace(0, 0.1, 68)[:, None])
    assert_allclose(metrics.mouth_distance(other.displacement, true.displacement), 0, atol=1e-9)


def test_open_area_of_a_rectangle_is_its_sides_product():
    face = np.zeros((1, 68, 3))
    face[0, 60:68, :2] = [[0, 0], [1, 0], [2, 0], [3, 0], [4, 0], [4, 2], [2, 2], [0, 2]]
    assert_allclose(metrics.open_area(face), [8])


def test_area_distance_of_a_shut_mouth_is_the_mean_area_over_the_largest():
    true = speaking(babble(FRAMES))
    areas = metrics.open_area(true)
    shut = true.copy()
    shut[:, 60:68, 1] = 0
    assert_allclose(metrics.area_distance(shut, true), 100 * areas.mean() / areas.max())


def test_closures_are_kept_within_one_frame_and_lost_beyond():
    true = np.ones(60)
    true[[10, 30, 50]] = 0
    assert metrics.closure_frames(true).tolist() == [10, 30, 50]
    assert metrics.closures(np.roll(true, 1), true) == 1
    assert metrics.closures(np.roll(true, 2), true) == 0


def test_a_mouth_held_shut_through_a_closure_closes():
    true = np.ones(60)
    true[30] = 0
    predicted = np.ones(60)
    predicted[20:40] = 0  # a third of the clip is level with the 25th percentile
    assert metrics.closures(predicted, true) == 1


def test_silence_compares_motion_in_pauses_with_motion_elsewhere():
    curve = babble(FRAMES)
    quiet = np.where(SILENT, curve / 10, curve)
    same = metrics.silence(np.tile(curve[:20], 5), SILENT)
    assert_allclose(same, 1)
    assert metrics.silence(quiet, SILENT) < 0.3
    assert np.isnan(metrics.silence(curve, np.zeros(FRAMES, bool)))


def test_jitter_grows_with_the_shaking(true, rng):
    rough = true.points + rng.normal(scale=0.01, size=true.points.shape)
    assert metrics.jitter(rough, true.points) > 2
    assert_allclose(metrics.jitter(true.points / 2, true.points), 0.5)


def test_only_pauses_longer_than_asked_remain():
    mask = np.array([1] * 7 + [0] + [1] * 8 + [0] + [1] * 3, dtype=bool)
    assert_allclose(metrics.stretches(mask, 0.3).nonzero()[0], np.arange(8, 16))


def test_silence_is_found_where_the_sound_pauses():
    samples = noise(4).samples.copy()
    samples[RATE : 2 * RATE] *= 0.01  # 40 dB down
    samples[3 * RATE : 3 * RATE + RATE // 5] = 0  # too short for a pause
    silent = silent_frames(Waveform(samples, RATE), 100)
    assert silent.nonzero()[0].tolist() == list(range(25, 50))


def test_past_the_end_of_the_sound_is_silence():
    assert silent_frames(noise(2), 75)[50:].all()


def test_level_does_not_depend_on_the_volume():
    wave = noise(2)
    half = Waveform(wave.samples / 2, wave.rate)
    assert_allclose(level(wave, 50), level(half, 50), atol=1e-4)


def test_registration_takes_head_motion_out_and_keeps_the_mouth():
    points = speaking(babble(FRAMES))
    pixels = nodding(points)
    ground = on_ground(pixels, 25, mean_face(pixels))
    still = on_ground(points, 25, mean_face(points))
    assert_allclose(ground.points.std(axis=0)[:17].max(), 0, atol=1e-9)  # the jaw holds still
    correlation = np.corrcoef(opening(ground.points), opening(still.points))[0, 1]
    assert correlation > 0.9999
    assert ground.pose[:, 0].std() > 5


def test_the_mean_face_has_width_one_and_level_eyes():
    tilted = nodding(speaking(babble(FRAMES))) @ rotations(np.array([[0, 0, 20.0]]))[0].T
    face = mean_face(tilted)
    assert_allclose(np.linalg.norm(face[16] - face[0]), 1)
    assert_allclose(face[45, 1], face[36, 1], atol=1e-9)


def test_a_track_on_ground_does_not_depend_on_its_unit():
    pixels = nodding(speaking(babble(FRAMES)))
    small, large = (on_ground(p, 25, mean_face(p)).points for p in (pixels, 3 * pixels + 7))
    assert_allclose(small, large, atol=1e-9)


def test_neutral_is_the_mean_of_the_most_closed_fifth():
    track = grounded(speaking(np.linspace(0, 1, 11)[1:]))
    assert_allclose(opening(track.neutral[None]) - opening(speaking(np.zeros(1))), [0.15])


@pytest.mark.parametrize("fps", [12.5, 25, 29.97, 50])
def test_resampling_keeps_times(fps):
    times = np.arange(40) / fps
    resampled_times = resampled(times, fps)
    assert_allclose(resampled_times, np.arange(len(resampled_times)) / 25, atol=1e-12)
    assert resampled_times[-1] <= times[-1] + 1e-12


@pytest.mark.parametrize("offset", [-4, 0, 3])
def test_a_picture_that_comes_later_or_earlier_is_brought_into_step(offset):
    film = babble(80)
    sound = film[8 + offset : 68 + offset]  # what is seen `offset` frames later
    assert metrics.in_step(sound, film[8:68], offset) == pytest.approx(1)
    assert offset == 0 or metrics.in_step(sound, film[8:68], 0) < 0.9


def test_where_no_offset_is_known_nothing_is_in_step():
    assert np.isnan(metrics.in_step(babble(40), babble(40), float("nan")))
