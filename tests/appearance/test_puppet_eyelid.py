"""A puppet's closed eyelids cover the whole eye with skin and have a dark lash line."""

import numpy as np
import pytest

from talkinghead.appearance.colors import estimate_puppet_colors
from talkinghead.appearance.puppet_eyelid import draw_closed_eyelids
from talkinghead.geometry.masks import polygon_pixels
from talkinghead.landmarks import EYES, LEFT_EYE, RIGHT_EYE
from tests.puppet.drawing import SKIN, drawn_face, drawn_points


@pytest.fixture(scope="module")
def eyelids():
    picture, points = drawn_face(), drawn_points()
    return draw_closed_eyelids(picture, points, estimate_puppet_colors(picture, points))


@pytest.mark.parametrize("eye", [LEFT_EYE, RIGHT_EYE])
def test_eyelids_cover_the_eyes_in_the_colour_of_the_skin(eyelids, eye):
    inside = polygon_pixels(eyelids.shape, drawn_points()[eye])
    assert eyelids[inside][:, 3].min() > 200
    assert np.abs(np.median(eyelids[inside][:, :3], axis=0) - SKIN).max() < 25


@pytest.mark.parametrize("eye", [LEFT_EYE, RIGHT_EYE])
def test_the_lash_line_is_dark_and_runs_along_the_lower_rim(eyelids, eye):
    x, y = drawn_points()[eye][[4, 5]].mean(axis=0)
    column = eyelids[round(y) - 12 : round(y) + 6, round(x)]
    luma = np.where(column[:, 3] > 200, column[:, :3].mean(axis=1), 255)
    assert abs(int(luma.argmin()) - 12) <= 2
    assert luma.min() < 0.75 * np.mean(SKIN)


def test_nothing_is_drawn_far_from_the_eyes(eyelids):
    rows = np.flatnonzero(eyelids[..., 3].any(axis=1))
    eyes = drawn_points()[EYES, 1]
    assert eyes.min() - 25 < rows[0]
    assert rows[-1] < eyes.max() + 25
