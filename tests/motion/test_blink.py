"""Blinks are as frequent as people's, prefer pauses, and close the eyelids."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import LOWER_LID, UPPER_LID
from talkinghead.motion.blink import StreamingBlinks, blink_times, close_eyelids, eyelid_closure

FACE = mean_face().astype(np.float32)


def test_people_blink_ten_to_twenty_times_a_minute():
    counts = [
        len(blink_times(np.ones(25 * 60), 25, 1.0, np.random.default_rng(seed)))
        for seed in range(20)
    ]
    assert 10 <= np.mean(counts) <= 20


def test_blinks_prefer_pauses():
    activity = np.tile(np.repeat([1.0, 0.0], [40, 10]), 60)
    times = blink_times(activity, 25, 1.0, np.random.default_rng(0))
    in_pause = activity[np.round(times * 25).astype(int)] < 0.3
    assert in_pause.mean() > 0.35  # the pauses are a fifth of the time


def test_a_blink_closes_the_eyelids_for_a_tenth_to_four_tenths_of_a_second():
    closure = eyelid_closure(np.array([2.0]), 1000, 250.0)
    assert closure.max() == pytest.approx(1)
    assert 0.1 < (closure > 0.1).sum() / 250 < 0.4
    points = close_eyelids(np.repeat(FACE[None], 1000, axis=0), closure)
    gap = points[closure.argmax(), LOWER_LID, 1] - points[closure.argmax(), UPPER_LID, 1]
    assert_allclose(gap, 0, atol=1e-6)


def test_a_stream_blinks_as_often_as_a_recording() -> None:
    activity = np.tile(np.r_[np.ones(60), np.zeros(15)], 80)
    whole = len(blink_times(activity, 25.0, 1.0, np.random.default_rng(1)))
    blinks = StreamingBlinks(25.0, 1.0, np.random.default_rng(1))
    ahead = np.append(activity[StreamingBlinks.LOOK_AHEAD :], np.zeros(StreamingBlinks.LOOK_AHEAD))
    closure = np.array([blinks(frame, now) for frame, now in enumerate(ahead)])
    middles = np.flatnonzero(closure == 1)
    times = middles[np.diff(middles, prepend=-9) > 1]
    assert len(times) == pytest.approx(whole, rel=0.15)
    assert (activity[times] == 0).mean() > 1.5 * (activity == 0).mean()
    assert np.abs(np.diff(closure)).max() < 0.9
    assert not any(StreamingBlinks(25.0, 0.0, np.random.default_rng(1))(i, 0.0) for i in range(400))
