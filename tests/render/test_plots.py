"""Plots are written as pictures and leave no figure in memory."""

import sys
from pathlib import Path

import numpy as np
import pytest

from talkinghead.errors import OutputError
from talkinghead.geometry.align import mean_face
from talkinghead.media.image import read_image
from talkinghead.render.plots import plot_landmarks, plot_track
from talkinghead.types import FaceTrack, Waveform


def moving(frames: int, fps: float = 25.0) -> FaceTrack:
    rng = np.random.default_rng(1)
    points = np.repeat(mean_face()[None], frames, axis=0)
    points[:, 66, 1] += rng.uniform(0, 0.1, frames)
    return FaceTrack(points, rng.normal(size=(frames, 6)), fps)


def tone(seconds: float) -> Waveform:
    samples = np.sin(np.arange(round(16_000 * seconds)) / 20).astype(np.float32)
    return Waveform(samples, 16_000)


def test_a_track_can_be_plotted_with_and_without_audio_and_truth(tmp_path: Path):
    plot_track(moving(30), tone(1.2), tmp_path / "full.png", "a track", truth=moving(25))
    plot_track(moving(30), None, tmp_path / "bare.png", "")
    full, bare = read_image(tmp_path / "full.png"), read_image(tmp_path / "bare.png")
    assert full.shape[0] > bare.shape[0] > 300
    assert full.std() > 5


def test_one_frame_and_one_sample_can_be_plotted(tmp_path: Path):
    plot_track(moving(1), Waveform(np.zeros(1, np.float32), 16_000), tmp_path / "one.png", "one")
    assert (tmp_path / "one.png").exists()


def test_landmarks_are_drawn_over_the_picture(tmp_path: Path):
    image = np.full((120, 160, 3), 100, np.uint8)
    face = mean_face() * 60 + [80, 50, 0]
    plot_landmarks(image, face, tmp_path / "face.png")
    drawn = read_image(tmp_path / "face.png")
    assert (np.abs(drawn.astype(int) - 100) > 60).any()
    assert np.median(drawn) == 100


def test_no_figure_is_kept_by_pyplot(tmp_path: Path):
    plot_track(moving(5), None, tmp_path / "one.png", "")
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or not pyplot.get_fignums()


def test_an_unwritable_path_is_an_output_error(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="cannot"):
        plot_track(moving(5), None, tmp_path / "file" / "one.png", "")
