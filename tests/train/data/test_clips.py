"""Examples come back as they were saved, and a folder without any says what to do."""

from pathlib import Path
from typing import cast

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.face.detectors.base import Detector
from talkinghead.sample_rates import RATE
from talkinghead.train.data import clips
from talkinghead.train.data.clips import load_example, read_examples, save_example
from talkinghead.train.data.splits import ClipInfo
from talkinghead.types import FaceTrack, Video, Waveform
from tests.train.examples import example


def test_an_example_comes_back_as_it_was_saved(tmp_path):
    save_example(example(), tmp_path / "sub" / "one.npz")
    loaded = load_example(tmp_path / "sub" / "one.npz")
    np.testing.assert_array_equal(loaded.points, example().points)
    np.testing.assert_allclose(loaded.samples, example().samples, atol=1 / 32767)
    assert [e.speaker for e in read_examples(tmp_path)] == ["a"]


def test_a_folder_without_examples_says_how_to_make_them(tmp_path):
    with pytest.raises(InputError, match="preprocess clips"):
        list(read_examples(tmp_path))


@pytest.mark.parametrize("delay", [0.2, -0.2])
def test_audio_of_a_known_delay_is_moved_to_its_picture(monkeypatch, delay):
    samples = np.zeros(2 * RATE, np.float32)
    samples[RATE + int(delay * RATE)] = 1.0  # what is seen at one second
    video = Video(np.zeros((50, 8, 8, 3), np.uint8), 25.0, Waveform(samples, RATE))
    monkeypatch.setattr(clips, "read_video", lambda path: video)
    track = FaceTrack(np.zeros((50, 68, 3), np.float32), np.zeros((50, 6), np.float32))
    monkeypatch.setattr(clips, "track_face", lambda frames, fps, detector: track)
    info = ClipInfo("ann", audio_delay=delay)
    built = clips.build_example(Path("a.mp4"), cast(Detector, None), info, "a.mp4")
    assert built.samples.size == 2 * RATE
    assert np.flatnonzero(built.samples).tolist() == [RATE]


def test_clips_of_faces_turned_away_are_left_out(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.mp4").touch()
    (tmp_path / "data" / "manifest.csv").write_text("path,identity,frontal\na.mp4,ann,0\n")
    (reason,) = clips.preprocess_clips(tmp_path / "data", tmp_path / "out", engine=1)
    assert "turned away" in reason
