"""Ranges say how far a voice moves a head, whatever is said and however chance falls."""

import numpy as np
import pytest

from talkinghead.clock import FPS
from talkinghead.evaluate.ranges import RANGES, brow_range, ranges
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import BROWS
from talkinghead.types import FaceTrack, SpeechFeatures

FRAMES = 112


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


def test_ranges_are_means_over_what_is_spoken_and_over_takes():
    quiet = SpeechFeatures(
        np.zeros((2 * FRAMES, 4), np.float32),
        np.ones(FRAMES, bool),
        np.zeros(256, np.float32),
        np.zeros((2 * FRAMES, 4), np.float32),
    )
    seen = []

    def move(features, voice, seed):
        seen.append(seed)
        return swinging(voice[0] * (1 + seed))

    voice = np.eye(256, dtype=np.float32)[0]
    found = ranges(voice, [quiet, quiet], move, takes=3)
    assert sorted(seen) == [0, 0, 1, 1, 2, 2]
    assert set(found) == set(RANGES)
    once = ranges(voice, [quiet], lambda *_: swinging(2.0), takes=1)
    assert found["yaw"] == pytest.approx(once["yaw"], rel=1e-5)
    assert found["pitch"] == 0
