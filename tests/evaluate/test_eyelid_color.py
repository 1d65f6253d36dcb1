"""The colour of closing eyelids against the filmed ones."""

import numpy as np
import pytest

from talkinghead.evaluate.eyelid_color import blink_frames, eye_opening, eyelid_color_error
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import LOWER_LID, UPPER_LID

SKIN, SHADOW = (200, 150, 120), (110, 100, 95)


@pytest.fixture
def blink():
    """A face that closes its eyes in the second of three frames."""
    points = np.repeat((mean_face() * 160 + [150, 120, 0])[None], 3, axis=0)
    points[1, UPPER_LID] = points[1, LOWER_LID]
    return points


def plain(color):
    return np.full((300, 300, 3), color, np.uint8)


def test_a_blink_is_an_eye_less_than_half_as_open_as_in_the_portrait(blink):
    assert blink_frames(blink).tolist() == [1]
    assert eye_opening(blink)[1] == pytest.approx(0)


def test_a_lid_in_another_colour_is_an_error_and_other_frames_do_not_count(blink):
    true = [plain(SKIN)] * 3
    assert eyelid_color_error(true, [plain(SHADOW), plain(SKIN), plain(SHADOW)], blink) == 0
    assert eyelid_color_error(true, [plain(SKIN), plain(SHADOW), plain(SKIN)], blink) > 15


def test_without_a_blink_there_is_no_figure(blink):
    assert np.isnan(eyelid_color_error([plain(SKIN)] * 3, [plain(SKIN)] * 3, blink[[0, 0, 2]]))
