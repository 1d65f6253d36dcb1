"""A video is cut, kept or extended to the length of the words; its time stamps are kept."""

from fractions import Fraction

import numpy as np
import pytest

from talkinghead.dub.timeline import EXTENSIONS, frame_timeline

BASE = Fraction(1, 100)
STAMPS = [7, 11, 15, 25, 29]  # hundredths of a second; 26 in all with a last frame of 4


def timeline(spoken: float, extend: str = "loop", keep: bool = False):
    return frame_timeline(STAMPS, BASE, Fraction(25), spoken, extend, keep)


def test_a_video_as_long_as_the_words_keeps_every_stamp():
    result = timeline(0.26)
    assert result.indices.tolist() == [0, 1, 2, 3, 4]
    assert result.stamps.tolist() == STAMPS
    np.testing.assert_allclose(result.times, [0, 0.04, 0.08, 0.18, 0.22])


def test_shorter_words_cut_the_video_unless_the_rest_is_kept():
    cut, kept = timeline(0.1), timeline(0.1, keep=True)
    assert (cut.indices.tolist(), cut.seconds) == ([0, 1, 2], pytest.approx(0.1))
    assert (kept.indices.tolist(), kept.seconds) == ([0, 1, 2, 3, 4], pytest.approx(0.26))
    assert timeline(0.001).indices.tolist() == [0]


@pytest.mark.parametrize(
    ("extend", "indices"),
    [
        ("loop", [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1]),
        ("pingpong", [0, 1, 2, 3, 4, 4, 3, 2, 1, 0, 0, 1]),
        ("hold", [0, 1, 2, 3, 4] + [4] * 9),
    ],
)
def test_longer_words_extend_the_video(extend, indices):
    result = timeline(0.59, extend)
    assert result.indices.tolist() == indices
    assert result.stamps[:5].tolist() == STAMPS
    assert (np.diff(result.stamps) > 0).all()
    assert result.stamps[5] == 33
    assert result.times[-1] < result.seconds == pytest.approx(0.59)


@pytest.mark.parametrize("extend", EXTENSIONS)
def test_a_video_of_one_frame_can_be_extended(extend):
    result = frame_timeline([0], BASE, Fraction(25), 0.2, extend)
    assert result.indices.tolist() == [0] * 5
    assert result.stamps.tolist() == [0, 4, 8, 12, 16]
