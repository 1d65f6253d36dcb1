"""Another frame rate is the same motion, and memory does not grow with it."""

import numpy as np
import pytest
from scipy.interpolate import CubicSpline

from talkinghead.motion import retime as module
from talkinghead.motion.retime import retime
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
