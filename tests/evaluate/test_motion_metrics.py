"""Motion metrics and registration on synthetic curves and faces."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.evaluate import motion_metrics
from talkinghead.evaluate.motion import compute_motion_metrics
from talkinghead.evaluate.motion_metrics import energy_db, silent_frames
from talkinghead.evaluate.registration import (
    RegisteredTrack,
)
from talkinghead.types import Waveform

from .synthetic_clips import RATE, babble, noise, speaking

FRAMES = 100
SILENT = np.arange(FRAMES) < 20


def registered(points):
    return RegisteredTrack(points, np.zeros((len(points), 3)))


@pytest.fixture
def true():
    return registered(speaking(babble(FRAMES)))


def test_a_perfect_prediction_scores_perfectly(true):
    metrics = compute_motion_metrics(true, true, SILENT)
    expected = {
        "r_open": 1, "lag": 0, "amp": 1, "m_lmd": 0, "d_ll": 0, "d_vl": 0, "d_a": 0,
        "closures": 1, "jitter": 1,
    }  # fmt: skip
    assert_allclose([metrics[name] for name in expected], list(expected.values()), atol=1e-9)


def test_a_face_that_does_not_move_scores_nothing(true):
    metrics = compute_motion_metrics(registered(speaking(np.zeros(FRAMES))), true, SILENT)
    for name in ("r_open", "r_width", "amp", "closures", "jitter"):
        assert metrics[name] == 0
    assert np.isnan(metrics["lag"])
    assert np.isnan(metrics["silence"])
    assert metrics["m_lmd"] > 0


@pytest.mark.parametrize("late", [-3, -1, 0, 2, 5])
def test_lag_is_positive_for_a_late_prediction(late):
    long = babble(FRAMES + 20)
    true, predicted = long[10 : 10 + FRAMES], long[10 - late : 10 - late + FRAMES]
    assert motion_metrics.lag(predicted, true) == late


def test_half_the_motion_has_half_the_amplitude_and_is_as_well_correlated():
    curve = babble(FRAMES)
    assert_allclose(motion_metrics.amplitude(curve / 2, curve), 0.5)
    assert_allclose(motion_metrics.correlation(curve / 2, curve), 1)


def test_an_opposite_prediction_correlates_negatively():
    curve = babble(FRAMES)
    assert_allclose(motion_metrics.correlation(-curve, curve), -1)


def test_distances_are_percent_of_the_unit(true):
    moved = true.points + np.array([0.0, 0.03, 0.0])
    assert_allclose(motion_metrics.landmark_distance(moved, true.points), 3)
    assert_allclose(motion_metrics.mouth_distance(moved, true.points), 3)
    assert_allclose(motion_metrics.velocity_distance(moved, true.points), 0, atol=1e-9)


def test_displacements_do_not_depend_on_the_shape_of_the_face(true):
    other = registered(true.points + np.linspace(0, 0.1, 68)[:, None])
    assert_allclose(
        motion_metrics.mouth_distance(other.displacement, true.displacement), 0, atol=1e-9
    )


def test_open_area_of_a_rectangle_is_its_sides_product():
    face = np.zeros((1, 68, 3))
    face[0, 60:68, :2] = [[0, 0], [1, 0], [2, 0], [3, 0], [4, 0], [4, 2], [2, 2], [0, 2]]
    assert_allclose(motion_metrics.open_area(face), [8])


def test_area_distance_of_a_shut_mouth_is_the_mean_area_over_the_largest():
    true = speaking(babble(FRAMES))
    areas = motion_metrics.open_area(true)
    shut = true.copy()
    shut[:, 60:68, 1] = 0
    assert_allclose(motion_metrics.area_distance(shut, true), 100 * areas.mean() / areas.max())


def test_closures_count_within_one_frame_only():
    true = np.ones(60)
    true[[10, 30, 50]] = 0
    assert motion_metrics.closure_frames(true).tolist() == [10, 30, 50]
    assert motion_metrics.closures(np.roll(true, 1), true) == 1
    assert motion_metrics.closures(np.roll(true, 2), true) == 0


def test_a_mouth_held_shut_through_a_closure_closes():
    true = np.ones(60)
    true[30] = 0
    predicted = np.ones(60)
    predicted[20:40] = 0  # a third of the clip is level with the 25th percentile
    assert motion_metrics.closures(predicted, true) == 1


def test_silence_compares_motion_in_pauses_with_motion_elsewhere():
    curve = babble(FRAMES)
    quiet = np.where(SILENT, curve / 10, curve)
    same = motion_metrics.silence(np.tile(curve[:20], 5), SILENT)
    assert_allclose(same, 1)
    assert motion_metrics.silence(quiet, SILENT) < 0.3
    assert np.isnan(motion_metrics.silence(curve, np.zeros(FRAMES, bool)))


def test_jitter_grows_with_the_shaking(true, rng):
    rough = true.points + rng.normal(scale=0.01, size=true.points.shape)
    assert motion_metrics.jitter(rough, true.points) > 2
    assert_allclose(motion_metrics.jitter(true.points / 2, true.points), 0.5)


def test_denoised_jitter_does_not_count_the_noise_of_the_detector(true, rng):
    first, second = (true.points + rng.normal(scale=0.003, size=true.points.shape) for _ in "ab")
    assert motion_metrics.jitter(true.points, first) < 0.7
    assert_allclose(motion_metrics.denoised_jitter(true.points, first, second), 1, atol=0.2)
    still = np.repeat(true.points[:1], len(true.points), axis=0)
    assert np.isnan(motion_metrics.denoised_jitter(true.points, still, still))


def test_only_pauses_longer_than_the_minimum_remain():
    mask = np.array([1] * 7 + [0] + [1] * 8 + [0] + [1] * 3, dtype=bool)
    assert_allclose(motion_metrics.drop_short_runs(mask, 0.3).nonzero()[0], np.arange(8, 16))


def test_silence_is_detected_in_pauses():
    samples = noise(4).samples.copy()
    samples[RATE : 2 * RATE] *= 0.01  # 40 dB down
    samples[3 * RATE : 3 * RATE + RATE // 5] = 0  # too short for a pause
    silent = silent_frames(Waveform(samples, RATE), 100)
    assert silent.nonzero()[0].tolist() == list(range(25, 50))


def test_there_is_silence_after_the_end_of_the_audio():
    assert silent_frames(noise(2), 75)[50:].all()


def test_level_does_not_depend_on_the_volume():
    wave = noise(2)
    half = Waveform(wave.samples / 2, wave.rate)
    assert_allclose(energy_db(wave, 50), energy_db(half, 50), atol=1e-4)


@pytest.mark.parametrize("offset", [-4, 0, 3])
def test_a_delay_of_the_picture_is_corrected(offset):
    picture = babble(80)
    audio = picture[8 + offset : 68 + offset]  # what is seen `offset` frames later
    assert motion_metrics.aligned_correlation(audio, picture[8:68], offset) == pytest.approx(1)
    assert offset == 0 or motion_metrics.aligned_correlation(audio, picture[8:68], 0) < 0.9


def test_without_a_known_offset_the_aligned_correlation_is_undefined():
    assert np.isnan(motion_metrics.aligned_correlation(babble(40), babble(40), float("nan")))
