"""Another frame rate is the same motion, a clip begins and ends neutral, memory stays flat."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.interpolate import CubicSpline

from talkinghead.geometry.mouth import mouth_opening
from talkinghead.motion import resample as module
from talkinghead.motion.resample import (
    FADE_SECONDS,
    clip_frames,
    fade_ends,
    resample,
    resample_clip,
)
from talkinghead.types import FaceTrack
from tests.motion.tracks import FACE, speaking


@pytest.mark.parametrize("fps", [12.5, 24, 60])
def test_blocks_leave_no_seam(fps, monkeypatch):
    monkeypatch.setattr(module, "SPLINE_BLOCK", 50)
    rng = np.random.default_rng(0)
    points = rng.normal(size=(300, 68, 3)).astype(np.float32)
    track = FaceTrack(points, np.zeros((300, 6), np.float32))
    count = round(300 * fps / 25)
    whole = CubicSpline(np.arange(300) / 25, points, axis=0, bc_type="natural")
    times = np.minimum(np.arange(count) / fps, 299 / 25)
    assert_allclose(resample(track, fps, count).points, whole(times), atol=1e-5)


@pytest.mark.parametrize("fps", [12.0, 24.0, 29.97, 60.0])
def test_another_frame_rate_shows_the_same_motion(fps):
    track = speaking(100)
    count = round(4 * fps)
    other = resample(track, fps, count)
    assert len(other) == count
    expected = np.interp(np.arange(count) / fps, np.arange(100) / 25, mouth_opening(track.points))
    assert np.abs(mouth_opening(other.points) - expected)[: count - int(fps / 10)].max() < 0.006


def test_a_clip_lasts_as_long_as_its_audio_and_has_a_frame():
    assert [clip_frames(seconds, 25) for seconds in (0.001, 1.0, 1.03, 2.5)] == [1, 25, 26, 62]


@pytest.mark.parametrize("fps", [12.0, 25.0, 60.0])
def test_a_clip_cut_out_of_speech_begins_and_ends_neutral(fps):
    open_face = FACE.points.copy()
    open_face[[65, 66, 67], 1] += 0.1
    open_face[4:13, 1] += 0.06
    open_face[37, 1] += 0.01  # eyelids do not fade
    count = round(fps)
    held = FaceTrack(np.repeat(open_face[None], count, axis=0), np.zeros((count, 6)), fps)
    clip = resample_clip(held, FACE, fps, count).points
    for end in (0, -1):
        assert_allclose(np.delete(clip[end], 37, axis=0), np.delete(FACE.points, 37, axis=0))
    inside = slice(int(np.ceil(FADE_SECONDS * fps)), -int(np.ceil(FADE_SECONDS * fps)))
    assert_array_equal(clip[inside], held.points[inside])
    assert_array_equal(clip[:, 37], held.points[:, 37])
    assert (np.diff(mouth_opening(clip)[: count // 2]) >= 0).all()
    # No pop: the mouth opens for a tenth of a second, as people's do.
    assert np.abs(np.diff(mouth_opening(clip))).max() <= 0.1 * min(1, 1.51 / (FADE_SECONDS * fps))


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_the_shortest_clip_is_a_neutral_face(frames):
    clip = resample_clip(speaking(frames), FACE, 25.0, frames).points
    assert_array_equal(clip[[0, -1]], FACE.points[None][[0, 0]])


def test_a_clip_fades_the_same_in_parts():
    track = speaking(60)
    whole = fade_ends(track, FACE, np.arange(60), 60).points
    first = FaceTrack(track.points[:20], track.pose[:20])  # the end is not known yet
    assert_array_equal(fade_ends(first, FACE, np.arange(20), None).points, whole[:20])
    last = FaceTrack(track.points[20:], track.pose[20:])
    assert_array_equal(fade_ends(last, FACE, np.arange(20, 60), 60).points, whole[20:])
