"""Contact sheet of the widest mouths and the deepest blinks."""

import numpy as np
import pytest

from talkinghead.errors import FaceError
from talkinghead.evaluate.extreme_frames import TILE, ExtremeFrames
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LOWER, LOWER_LID, UPPER_LID


def clip(value, widest, blink=None):
    """Four plain frames, brighter in the frames shown, and the landmarks of a mouth that opens."""
    points = np.repeat((mean_face() * 60 + [48, 40, 0])[None], 4, axis=0)
    points[widest, INNER_LOWER, 1] += 8
    frames = np.zeros((4, 96, 96, 3), np.uint8)
    frames[widest] = value
    if blink is not None:
        points[blink, UPPER_LID] = points[blink, LOWER_LID]
        frames[blink] = value + 1
    return frames, points


def test_the_widest_mouth_and_the_deepest_blink_are_shown_above_their_renderings():
    frames, points = clip(100, 2, 3)
    extremes = ExtremeFrames()
    extremes.add("a.mp4", frames, frames + np.uint8(50), points)
    sheet = extremes.sheet()
    for value in (100, 150, 101, 151):
        assert (sheet == value).all(axis=2).sum() == pytest.approx(TILE[0] * TILE[1], abs=9)


def test_only_the_most_extreme_clips_are_kept():
    extremes = ExtremeFrames(count=1)
    for value, gap in ((100, 0), (120, 3)):
        frames, points = clip(value, 1)
        points[1, INNER_LOWER, 1] += gap
        extremes.add("a.mp4", frames, frames, points)
    assert (extremes.sheet() == 120).all(axis=2).any()
    assert not (extremes.sheet() == 100).all(axis=2).any()


def test_a_sheet_of_nothing_is_an_error():
    with pytest.raises(FaceError, match="nothing to show"):
        ExtremeFrames().sheet()
