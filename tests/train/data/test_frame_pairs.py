"""Frame pairs of clips: different frames, and runs of consecutive ones with their log-mel."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.errors import InputError
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LOWER, OUTER_LOWER
from talkinghead.models.mel import MEL_BANDS
from talkinghead.models.syncnet import MEL_WINDOW
from talkinghead.train.data import frame_pairs as module
from talkinghead.train.data.frame_pairs import (
    RUN_FRAMES,
    RUNS_PER_CLIP,
    pair_clip_frames,
    read_frame_pairs,
    save_frame_pairs,
)
from talkinghead.types import Video, Waveform
from tests.train.examples import frame_pairs


class Detector:
    """Finds a mouth that opens with each frame."""

    def track(self, frames):
        points = np.array(mean_face()) * 60 + [60, 50, 0]
        track = np.repeat(points[None], len(frames), 0)
        track[:, [*INNER_LOWER, *OUTER_LOWER], 1] += np.arange(len(frames))[:, None]
        return track.astype(np.float32)


def test_pairs_come_back_as_they_were_saved(rng, tmp_path):
    saved = frame_pairs(rng)
    save_frame_pairs(saved, tmp_path / "clip.npz")
    (loaded,) = read_frame_pairs(tmp_path)
    for name, value in vars(saved).items():
        assert_array_equal(getattr(loaded, name), value)


def test_a_folder_without_pairs_says_how_to_make_them(tmp_path):
    with pytest.raises(InputError, match="preprocess frame-pairs"):
        list(read_frame_pairs(tmp_path))


def test_pairs_of_another_version_are_refused_by_name(rng, tmp_path):
    arrays = {f"old_{name}": value for name, value in vars(frame_pairs(rng)).items()}
    np.savez(tmp_path / "clip.npz", **arrays, speaker="someone")
    with pytest.raises(InputError, match=r"clip\.npz: is damaged, or made by another"):
        list(read_frame_pairs(tmp_path))


def test_the_pairs_of_a_clip_are_of_different_frames(rng, monkeypatch, tmp_path):
    frames = rng.integers(60, 200, size=(20, 120, 120, 3), dtype=np.uint8)
    video = Video(frames, 25.0, None)
    monkeypatch.setattr(module, "read_video", lambda path, max_frames: video)
    pairs = pair_clip_frames(tmp_path / "a.mp4", Detector(), "someone", 12, 32)
    assert len(pairs) == 16 + pairs.runs.size
    assert pairs.portraits.shape[1:] == pairs.targets.shape[1:]
    assert pairs.warped.shape == pairs.targets.shape
    openings = pairs.target_landmarks[:, 66, 1] - pairs.target_landmarks[:, 62, 1]
    assert np.ptp(openings) > 3
    portraits = pairs.portrait_landmarks[pairs.portrait_index]
    assert (pairs.target_landmarks != portraits).any(axis=(1, 2)).all()


def test_the_frames_of_a_run_are_consecutive_and_of_one_portrait(rng, monkeypatch, tmp_path):
    frames = rng.integers(60, 200, size=(40, 120, 120, 3), dtype=np.uint8)
    wave = Waveform(0.1 * rng.normal(size=25_600).astype(np.float32), 16_000)
    video = Video(frames, 25.0, wave)
    monkeypatch.setattr(module, "read_video", lambda path, max_frames: video)
    for has_speech in (True, False):
        pairs = pair_clip_frames(tmp_path / "a.mp4", Detector(), "someone", 2, 32, has_speech)
        assert pairs.runs.shape == (RUNS_PER_CLIP, RUN_FRAMES)
        assert pairs.mel.shape == (RUNS_PER_CLIP, MEL_WINDOW, MEL_BANDS)
        assert np.isfinite(pairs.mel).all() == has_speech
        for run in pairs.runs:
            landmarks = pairs.target_landmarks[run]
            openings = landmarks[:, 66, 1] - landmarks[:, 62, 1]
            assert np.ptp(np.diff(openings)) < 1e-3  # the Detector's mouth opens steadily
            assert len(set(pairs.portrait_index[run])) == 1
