"""Mouth crops of clips with speech, at the motion frame rate and with their audio."""

from types import SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.errors import InputError
from talkinghead.geometry.align import mean_face
from talkinghead.sample_rates import FRAME_SAMPLES, RATE
from talkinghead.train.data import mouth_crops as module
from talkinghead.train.data.mouth_crops import (
    FRAMES_PER_SPEAKER,
    MARGIN,
    SIDE,
    build_mouth_clip,
    preprocess_mouth_crops,
    read_mouth_clips,
    save_mouth_clip,
)
from talkinghead.types import Video, Waveform
from tests.train.examples import mouth_clip


def test_a_clip_comes_back_as_it_was_saved(tmp_path):
    saved = mouth_clip()
    save_mouth_clip(saved, tmp_path / "clip.npz")
    (loaded,) = read_mouth_clips(tmp_path)
    assert_array_equal(loaded.crops, saved.crops)
    assert_array_equal(loaded.lips, saved.lips)
    assert_allclose(loaded.samples, saved.samples, atol=1e-4)
    assert (loaded.speaker, loaded.source) == (saved.speaker, saved.source)


def test_a_folder_without_crops_says_how_to_make_them(tmp_path):
    with pytest.raises(InputError, match="preprocess mouth-crops"):
        list(read_mouth_clips(tmp_path))


class Detector:
    """Finds the same face in all frames."""

    def track(self, frames):
        points = np.array(mean_face()) * 60 + [60, 50, 0]
        return np.repeat(points[None], len(frames), 0).astype(np.float32)


def test_a_clip_of_any_rate_is_resampled_to_the_motion_frame_rate(rng, monkeypatch, tmp_path):
    frames = rng.integers(60, 200, size=(60, 120, 120, 3), dtype=np.uint8)
    wave = Waveform(rng.normal(0, 0.1, 2 * RATE).astype(np.float32), RATE)
    monkeypatch.setattr(module, "read_video", lambda path: Video(frames, 30.0, wave))
    clip = build_mouth_clip(tmp_path / "a.mp4", Detector(), "someone", "a.mp4")
    assert len(clip) == 50
    assert clip.crops.shape == (50, SIDE + 2 * MARGIN, SIDE + 2 * MARGIN)
    assert clip.samples.size == 50 * FRAME_SAMPLES


@pytest.mark.parametrize("audio", [None, Waveform(np.zeros(RATE, np.float32), RATE)])
def test_a_silent_clip_is_refused(rng, monkeypatch, tmp_path, audio):
    frames = rng.integers(60, 200, size=(60, 120, 120, 3), dtype=np.uint8)
    monkeypatch.setattr(module, "read_video", lambda path: Video(frames, 30.0, audio))
    with pytest.raises(InputError, match="no audio"):
        build_mouth_clip(tmp_path / "a.mp4", Detector(), "someone", "a.mp4")


def test_test_speakers_and_clips_without_speech_are_left_out(tmp_path, monkeypatch):
    rows = [("a.mp4", "hd_02", "speech"), ("b.mp4", "me", "music"), ("c.mp4", "me", "speech")]
    for name, _, _ in rows:
        (tmp_path / name).touch()
    lines = ["path,identity,sound", *(",".join(row) for row in rows)]
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    names = []
    monkeypatch.setattr(module, "_select_clips", lambda paths: paths)
    monkeypatch.setattr(module, "run_jobs", lambda jobs, *_: names.extend(j.name for j in jobs))
    preprocess_mouth_crops(tmp_path, tmp_path / "out")
    assert names == ["c.mp4"]


def test_a_speaker_of_many_clips_gives_a_number_of_frames_spread_over_them(tmp_path, monkeypatch):
    paths = [tmp_path / f"{i:04}.mp4" for i in range(1000)]
    monkeypatch.setattr(module, "probe_video", lambda path: SimpleNamespace(seconds=3.0))
    selected = module._select_clips(paths)
    assert abs(75 * len(selected) - FRAMES_PER_SPEAKER) < 0.1 * FRAMES_PER_SPEAKER
    assert paths.index(selected[-1]) > 980
    assert module._select_clips(paths[:20]) == paths[:20]
