"""A tracked face has no gaps, the motion frame rate, and separate head pose and landmarks."""

import numpy as np
import pytest

from talkinghead.errors import FaceError
from talkinghead.face.tracking import fill_gaps, require_coverage, resample_track, track_face
from talkinghead.geometry.align import mean_face
from talkinghead.sample_rates import FPS
from talkinghead.types import FaceFrame, FaceTrack, Video


def test_gaps_are_interpolated_and_too_many_refused():
    track = np.repeat(np.arange(20.0), 204).reshape(20, 68, 3)
    broken = track.copy()
    broken[[0, 7]] = np.nan
    filled = fill_gaps(require_coverage(broken))
    np.testing.assert_allclose(filled[1:], track[1:])
    np.testing.assert_allclose(filled[0], track[1])
    broken[:6] = np.nan
    with pytest.raises(FaceError, match="65%"):
        require_coverage(broken)
    with pytest.raises(FaceError, match="no frame shows a face"):
        fill_gaps(np.full_like(track, np.nan))


def test_thirty_frames_a_second_become_twenty_five():
    track = np.repeat(np.arange(31.0), 3).reshape(31, 3)
    np.testing.assert_allclose(resample_track(track, 30.0, 25)[:, 0], np.arange(25) * 1.2)


class FakeDetector:
    """A detector that returns a given track."""

    def __init__(self, track):
        self._track = track

    def detect(self, image):
        raise NotImplementedError

    def track(self, frames):
        return self._track


def test_head_pose_is_separated_from_the_face():
    frames = 50
    pose = np.zeros((frames, 6), np.float32)
    pose[:, 0] = 12 * np.sin(np.arange(frames) / 8)
    pose[:, 2] = 5 * np.cos(np.arange(frames) / 5)
    face = FaceTrack(np.repeat(mean_face()[None], frames, axis=0).astype(np.float32), pose)
    placed = FaceFrame(np.eye(3), 120.0, np.array([200.0, 180.0, 0.0])).place(face)
    video = Video(np.zeros((frames, 8, 8, 3), np.uint8), FPS, None)
    face_track = track_face(video.frames, video.fps, FakeDetector(placed.points))
    np.testing.assert_allclose(
        face_track.pose[:, :3] - face_track.pose[:, :3].mean(axis=0),
        pose[:, :3] - pose[:, :3].mean(axis=0),
        atol=0.4,
    )
    assert np.ptp(face_track.points, axis=0).max() < 1e-4
