"""Speaking style: statistics do not depend on clip length, and ranks distinguish speakers."""

from types import SimpleNamespace

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.evaluate.speaking_style import (
    MAX_CLIPS,
    RANGES,
    STATISTICS,
    WINDOW,
    StyleClip,
    brow_range,
    compare_styles,
    motion_ranges,
    style_clips,
    style_statistics,
    swap_speakers,
)
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import BROWS
from talkinghead.sample_rates import FPS
from talkinghead.types import FaceShape, FaceTrack, SpeechFeatures, Waveform

FACE = FaceShape(np.zeros((68, 3), dtype=np.float32))
FRAMES = 112
WAVE = Waveform(np.ones(100, dtype=np.float32), 16_000)


def track(swing: float, frames: int = 56) -> FaceTrack:
    """A head that swings once in 28 frames, and a mouth with it."""
    wave = swing * np.sin(2 * np.pi * np.arange(frames) / 28)
    points = np.zeros((frames, 68, 3), dtype=np.float32)
    points[:, 66, 1] = 0.01 * (wave + swing)
    return FaceTrack(points, np.repeat(wave[:, None], 6, axis=1).astype(np.float32))


CLIPS = [StyleClip(f"speaker {swing}", WAVE, FACE, track(swing)) for swing in (1, 2, 3, 4, 5)]
EMBEDDINGS = {clip.speaker: np.array([float(clip.speaker[-1])]) for clip in CLIPS}


def predict_from_embedding(wave, face, embedding):
    return track(2.0 if embedding is None else float(embedding[0]))


def test_a_long_clip_has_the_style_of_a_short_one():
    np.testing.assert_allclose(
        style_statistics(track(2, 28 * 9)), style_statistics(track(2, 28)), rtol=0.1
    )


def test_twice_the_swing_is_twice_the_style():
    np.testing.assert_allclose(
        style_statistics(track(2)), 2 * style_statistics(track(1)), rtol=1e-5
    )


def test_the_truth_ranks_perfectly_and_has_ratio_one():
    swings = iter((1, 2, 3, 4, 5))
    results = compare_styles(CLIPS, lambda wave, face, embedding: track(next(swings)))
    assert results.rank_correlations() == pytest.approx(dict.fromkeys(STATISTICS, 1.0))
    assert results.range_ratios() == pytest.approx(dict.fromkeys(STATISTICS, 1.0))


def test_the_same_style_for_all_speakers_has_rank_correlation_0():
    assert set(compare_styles(CLIPS, predict_from_embedding).rank_correlations().values()) == {0.0}


def test_a_predictor_that_follows_the_embedding_scores_1_and_one_that_ignores_it_0():
    rng = np.random.default_rng(0)
    swapped = swap_speakers(CLIPS, predict_from_embedding, EMBEDDINGS, rng, 20)
    constant = swap_speakers(CLIPS, lambda *_: track(2), EMBEDDINGS, rng, 20)
    assert set(swapped.values()) == {1.0}
    assert set(constant.values()) == {0.0}


def test_tracks_and_sets_that_cannot_be_measured_are_refused():
    with pytest.raises(InputError, match="28 or more"):
        style_statistics(track(1, 20))
    with pytest.raises(InputError, match=f"at {FPS} frames"):
        style_statistics(FaceTrack(track(1).points, track(1).pose, fps=30))
    with pytest.raises(InputError, match="ranks need"):
        compare_styles(CLIPS[:2], predict_from_embedding).rank_correlations()


def swinging(degrees: float, brows: float = 0.0) -> FaceTrack:
    wave = np.sin(2 * np.pi * np.arange(FRAMES) / 28).astype(np.float32)
    points = np.repeat(mean_face()[None].astype(np.float32), FRAMES, axis=0)
    points[:, BROWS, 1] += brows * wave[:, None]
    pose = np.zeros((FRAMES, 6), np.float32)
    pose[:, 0] = degrees * wave
    return FaceTrack(points, pose, FPS)


def test_brows_count_in_percent_of_the_face_and_heads_do_not_move_them():
    assert brow_range(swinging(10)) == pytest.approx(0, abs=1e-4)
    assert brow_range(swinging(0, brows=0.01)) == pytest.approx(1 / np.sqrt(2), rel=0.01)


def test_ranges_are_means_over_recordings_and_seeds():
    quiet = SpeechFeatures(
        np.zeros((2 * FRAMES, 4), np.float32),
        np.ones(FRAMES, bool),
        np.zeros(256, np.float32),
        np.zeros((2 * FRAMES, 4), np.float32),
    )
    seeds = []

    def move(features, embedding, seed):
        seeds.append(seed)
        return swinging(embedding[0] * (1 + seed))

    embedding = np.eye(256, dtype=np.float32)[0]
    results = motion_ranges(embedding, [quiet, quiet], move, takes=3)
    assert sorted(seeds) == [0, 0, 1, 1, 2, 2]
    assert set(results) == set(RANGES)
    once = motion_ranges(embedding, [quiet], lambda *_: swinging(2.0), takes=1)
    assert results["yaw"] == pytest.approx(once["yaw"], rel=1e-5)
    assert results["pitch"] == 0


def test_style_clips_are_long_spoken_ones_of_selected_speakers_and_limited_in_number():
    def clip(speaker: str, frames: int = WINDOW, samples: int = 100) -> SimpleNamespace:
        points, pose = track(1, frames).points, track(1, frames).pose
        return SimpleNamespace(
            speaker=speaker, points=points, pose=pose, samples=np.ones(samples, np.float32)
        )

    clips = [clip("a")] * (MAX_CLIPS + 2) + [clip("b", WINDOW - 1), clip("b", samples=0), clip("c")]
    selected = list(style_clips(clips, lambda speaker: speaker != "c"))
    assert [item.speaker for item in selected] == ["a"] * MAX_CLIPS
    lowest = selected[0].face.points[66, 1]  # of a mouth that opens downwards
    assert lowest == pytest.approx(selected[0].track.points[:, 66, 1].min(), abs=2e-3)
