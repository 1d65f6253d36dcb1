"""Faces are followed through a video; where there is none, the video goes on."""

import numpy as np

from talkinghead.dub.cast import Cast
from talkinghead.dub.tracking import track_people
from talkinghead.media.video_frames import read_properties
from tests.dub.videos import drifting, write_test_video


def test_landmarks_follow_the_face(track):
    assert track.points.shape == (12, 68, 3)
    assert np.isfinite(track.points).all()
    assert track.seekable
    drift = (track.points[-1] - track.points[0])[:, :2].mean(axis=0)
    np.testing.assert_allclose(drift, (11 * 0.6, 11 * 0.3), atol=0.8)
    np.testing.assert_allclose(track.times, np.arange(12) / 25)


def test_no_more_is_tracked_than_is_needed(video, detector):
    track = track_people(read_properties(video), detector, Cast(), seconds=0.2)[0]
    assert len(track.points) == len(track.times) == 6
    assert track.times[-1] == 0.2


def test_frames_without_a_face_and_cuts_are_told(still, detector, tmp_path):
    empty = [np.full_like(still, 90)] * 4
    frames = [*drifting(still, 4), *empty, *drifting(np.ascontiguousarray(still[:, ::-1]), 4)]
    video = write_test_video(tmp_path / "video.mp4", frames)
    track = track_people(read_properties(video), detector, Cast())[0]
    seen = np.isfinite(track.points).all(axis=(1, 2))
    assert seen.tolist() == [True] * 4 + [False] * 4 + [True] * 4
    assert track.shots.tolist() == [0] * 4 + [1] * 4 + [2] * 4


def test_a_rotated_video_is_tracked_upright(still, detector, tmp_path):
    lying = [np.ascontiguousarray(np.rot90(frame)) for frame in drifting(still, 3)]
    rotated = write_test_video(tmp_path / "phone.mp4", lying, rotation=-90)
    properties = read_properties(rotated)
    turned = np.rot90(lying[0], properties.quarter_turns)
    assert np.abs(turned.astype(int) - still).mean() < 3
    track = track_people(properties, detector, Cast())[0]
    expected = detector.detect(still)[0].points
    assert np.abs(track.points[0] - expected)[:, :2].max() < 4
