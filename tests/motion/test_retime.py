"""Another frame rate is the same motion, and memory does not grow with it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter1d

from talkinghead.clock import FPS
from talkinghead.motion import retime as module
from talkinghead.motion.retime import Retimer, retime
from talkinghead.types import FaceTrack


@pytest.mark.parametrize("fps", [12.5, 24, 60])
def test_blocks_leave_no_seam(fps, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 50)
    rng = np.random.default_rng(0)
    points = rng.normal(size=(300, 68, 3)).astype(np.float32)
    track = FaceTrack(points, np.zeros((300, 6), np.float32))
    count = round(300 * fps / 25)
    whole = CubicSpline(np.arange(300) / 25, points, axis=0, bc_type="natural")
    times = np.minimum(np.arange(count) / fps, 299 / 25)
    np.testing.assert_allclose(retime(track, fps, count).points, whole(times), atol=1e-5)


@pytest.mark.parametrize("fps", [12.5, FPS, 30.0, 60.0])
def test_a_stream_is_retimed_as_a_whole_track_is(rng: np.random.Generator, fps: float) -> None:
    smooth = gaussian_filter1d(rng.normal(size=(60, 68, 3)), 2, axis=0).astype("f4")
    track = FaceTrack(smooth, smooth[:, 0].repeat(2, axis=1))
    retimer, parts = Retimer(fps), []
    count = round(len(track) / FPS * fps)
    for at in range(len(track)):
        one = FaceTrack(track.points[at : at + 1], track.pose[at : at + 1])
        parts.append(retimer(one, None if at < 50 else count))
    parts.append(retimer(None, count))
    points = np.concatenate([part.points for part in parts if part is not None])
    assert len(points) == count
    assert_allclose(points, retime(track, fps, count).points, atol=0.03 * np.ptp(smooth))
