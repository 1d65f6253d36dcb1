"""Landmarks detected again in rendered frames: how opening, width and closures are recovered."""

import numpy as np
import pytest

from talkinghead.evaluate.redetection import (
    RotatedTracker,
    redetect,
    seen_metrics,
    without_head_motion,
)
from talkinghead.evaluate.registration import register_track
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import MOUTH, STABLE
from talkinghead.types import LandmarkTrack

from .synthetic_clips import FPS, FixedDetector, babble, nodding, speaking

FACE = mean_face()


def registered(points):
    return register_track(points, FPS, FACE)


@pytest.fixture
def speech():
    points = speaking(babble(60))
    width = babble(60, seed=1)[:, None]
    points[:, MOUTH, 0] *= 1 + width
    return points


def test_a_mouth_that_is_seen_as_it_was_driven_has_ratios_of_1(speech):
    seen = seen_metrics(registered(nodding(speech)), registered(nodding(speech)))
    assert list(seen.values()) == pytest.approx([1.0] * 5)


def test_a_mouth_that_is_seen_less_wide_has_a_smaller_range_of_the_width_only(speech):
    narrow = speech.copy()
    rest = speech[:, MOUTH, 0].mean(axis=0)
    narrow[:, MOUTH, 0] = rest + 0.6 * (speech[:, MOUTH, 0] - rest)
    seen = seen_metrics(registered(speech), registered(narrow))
    assert seen["seen_width_range"] == pytest.approx(0.6, abs=0.01)
    assert seen["seen_width"] == pytest.approx(1)
    assert seen["seen_open_range"] == pytest.approx(1)


def test_lips_that_do_not_meet_again_are_closures_lost(speech):
    flat = np.repeat(speech.mean(axis=0)[None], len(speech), axis=0)
    seen = seen_metrics(registered(speech), registered(flat))
    assert seen["seen_closures"] < 0.5
    assert seen["seen_open"] == 0


def test_a_head_that_is_held_keeps_the_motion_of_the_lips(speech):
    track = LandmarkTrack(nodding(speech).astype(np.float32), FPS)
    fixed = without_head_motion(track)
    assert np.ptp(fixed.points[:, STABLE], axis=0).max() < 1e-3
    assert np.ptp(track.points[:, STABLE], axis=0).max() > 1
    seen = seen_metrics(registered(track.points), registered(fixed.points))
    assert seen["seen_width_range"] == pytest.approx(1, abs=1e-3)


def test_a_second_look_is_at_other_pixels_and_gaps_are_filled():
    frames = np.random.default_rng(0).integers(0, 255, (3, 40, 40, 3)).astype(np.uint8)
    given = []

    class Watching:
        def track(self, shown):
            given.extend(shown)
            points = np.repeat(FACE[None], len(given), axis=0)
            points[1] = np.nan
            return points

    points = redetect(frames, RotatedTracker(Watching()))
    assert all((a != b).any() for a, b in zip(given, frames, strict=True))
    assert np.isfinite(points).all()
    assert redetect(frames, FixedDetector(np.full((3, 68, 3), np.nan))) is None
