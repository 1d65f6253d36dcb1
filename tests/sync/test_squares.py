"""Laws of what the sync expert is shown."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter

from talkinghead.clock import FPS, FRAME, RATE
from talkinghead.geometry.align import mean_face
from talkinghead.sync.net import BEFORE, HEARD, SEEN, SyncExpert, SyncSize, mel_frames
from talkinghead.sync.squares import heard, mel_of, mouths, shown_at
from talkinghead.sync.vectors import face_vectors, sound_vectors
from talkinghead.types import Waveform


def test_frames_of_the_clock_are_those_shown_at_the_time():
    assert_array_equal(shown_at(9, FPS), np.arange(9))
    assert_array_equal(shown_at(10, 2 * FPS), [1, 3, 5, 7, 9])
    assert_array_equal(shown_at(3, FPS / 2), [0, 0, 1, 1, 2, 2])
    assert_allclose(np.bincount(shown_at(300, 30.0)), 1, atol=1)


def test_a_mouth_stays_in_its_square_wherever_the_head_goes(rng):
    points = np.array(mean_face()) * 60 + [60, 50, 0]
    picture = gaussian_filter(rng.uniform(0, 255, size=(120, 140, 3)), (3, 3, 0)).astype(np.uint8)
    moves = [(0, 0), (4, 1), (-3, 6)]
    frames = [np.roll(picture, move, axis=(1, 0)) for move in moves]
    track = np.stack([points + np.array([*move, 0]) for move in moves])
    squares, inside = mouths(frames, track, 16, 2)
    assert squares.shape == (3, 20, 20)
    assert np.abs(squares.astype(int) - squares[0]).max() <= 1
    assert_allclose(inside - inside[0], 0, atol=1e-3)
    lips = inside[0, 48:68]
    assert (lips > 0).all()
    assert (lips < 20).all()


def test_what_is_heard_begins_before_what_is_seen_and_ends_after():
    mel = np.arange(400, dtype=np.float32)[:, None].repeat(80, axis=1)
    part = heard(mel, 30, SEEN)
    assert len(part) == HEARD == mel_frames(SEEN)
    assert_array_equal(part[:, 0], np.arange(120 - BEFORE, 120 - BEFORE + HEARD))
    seconds = np.array([part[0, 0], part[-1, 0]]) / 100
    assert seconds[0] < 30 / FPS
    assert seconds[1] > (30 + SEEN) / FPS


def test_beyond_a_recording_there_is_silence():
    loud = mel_of(Waveform(np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32), RATE))
    quiet = mel_of(Waveform(np.zeros(RATE, np.float32), RATE))
    assert_allclose(heard(loud, -40, SEEN), quiet[:HEARD], atol=1e-5)
    assert_allclose(heard(loud, 60, SEEN), quiet[:HEARD], atol=1e-5)
    part = heard(loud, 0, SEEN)
    assert_array_equal(part[BEFORE:], loud[: HEARD - BEFORE])
    assert len(loud) * 160 == RATE // FRAME * FRAME


def test_a_long_clip_is_worth_as_many_vectors_as_its_parts(rng, monkeypatch):
    torch.manual_seed(0)
    expert = SyncExpert(SyncSize(side=16, face=2, sound=2, vector=8)).eval()
    squares = rng.integers(0, 256, size=(30, 16, 16), dtype=np.uint8)
    mel = rng.normal(size=(120, 80)).astype(np.float32)
    whole = sound_vectors(expert, mel, 30)
    later = sound_vectors(expert, mel, 30, -3)
    monkeypatch.setattr("talkinghead.sync.vectors._BLOCK", 7)
    assert_allclose(sound_vectors(expert, mel, 30), whole, atol=1e-5)
    assert face_vectors(expert, squares).shape == whole.shape == (26, 8)
    assert_allclose(later[6:], whole[3:-3], atol=1e-5)


@pytest.mark.parametrize("rate", [24.0, 30.0, 60.0])
def test_never_a_frame_that_is_not_there(rate):
    which = shown_at(50, rate)
    assert which.min() >= 0
    assert which.max() <= 49
    assert abs(len(which) - 50 * FPS / rate) <= 0.5
