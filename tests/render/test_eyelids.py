"""Laws of lids that come down: skin over the eye, and nothing around it drawn along."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import EYES, LOWER_LID, UPPER_LID
from talkinghead.render.eyelids import held
from talkinghead.render.photo import PhotoRenderer
from talkinghead.types import Portrait

SKINS = [(225, 190, 170), (150, 105, 80), (62, 42, 34), (150, 150, 150)]
UNIT = 150.0


def portrait(skin):
    """Skin with white eyes and dark irises, under dark bars as of glasses."""
    points = np.array(mean_face()) * UNIT + [160, 150, 0]
    image = np.full((340, 320, 3), skin, np.uint8)
    for eye in (slice(36, 42), slice(42, 48)):
        cv2.fillPoly(image, [np.round(points[eye, :2]).astype(np.int32)], (235, 235, 235))
        x, y = points[eye, :2].mean(axis=0).round().astype(int).tolist()
        cv2.circle(image, (x, y), 4, (30, 30, 30), -1)
    bar = round(points[UPPER_LID, 1].min() - 0.075 * UNIT)
    image[bar : bar + 3, 60:260] = (10, 10, 10)
    return Portrait(image, points.astype(np.float32)), bar


def blinked(points, closure):
    out = points.copy()
    meeting = points[LOWER_LID] + 0.12 * (points[UPPER_LID] - points[LOWER_LID])
    for lids in (UPPER_LID, LOWER_LID):
        out[lids] += closure * (meeting - points[lids])
    return out


@pytest.mark.parametrize("skin", SKINS)
def test_a_shut_eye_shows_skin_of_its_own_colour(skin):
    given, _ = portrait(skin)
    frame = PhotoRenderer(given).warp(blinked(given.landmarks, 1.0)).image
    for eye in (slice(36, 42), slice(42, 48)):
        top = given.landmarks[[eye.start + 1, eye.start + 2], :2].mean(axis=0)
        low = given.landmarks[[eye.start + 4, eye.start + 5], :2].mean(axis=0)
        x, y = (0.6 * top + 0.4 * low).round().astype(int)
        assert_allclose(frame[y, x - 6 : x + 7].mean(axis=0), skin, atol=0.1 * max(skin) + 6)
        assert frame[y - 3 : y + 4, x - 8 : x + 9].max() < max(skin) + 12  # no white is left


def test_a_blink_leaves_glasses_where_they_are():
    given, bar = portrait(SKINS[0])
    frame = PhotoRenderer(given).warp(blinked(given.landmarks, 1.0)).image
    rows = np.s_[bar - 4 : bar + 7, 70:250]

    def heights(image):
        dark = 255.0 - image[rows].mean(axis=2)
        dark -= dark.min(axis=0)
        return (dark * np.arange(len(dark))[:, None]).sum(axis=0) / dark.sum(axis=0)

    assert np.abs(heights(frame) - heights(given.image)).max() < 0.6


def test_a_blink_touches_nothing_but_the_eyes():
    given, _ = portrait(SKINS[1])
    renderer = PhotoRenderer(given)
    frame = renderer.warp(blinked(given.landmarks, 1.0)).image.astype(int)
    low = (given.landmarks[EYES, :2].min(axis=0) - 0.15 * UNIT).astype(int)
    high = (given.landmarks[EYES, :2].max(axis=0) + 0.15 * UNIT).astype(int)
    change = np.abs(frame - renderer.warp(given.landmarks).image)
    change[low[1] : high[1], low[0] : high[0]] = 0
    assert change.max() <= 2


def test_lids_come_down_without_a_jump():
    given, _ = portrait(SKINS[1])
    renderer = PhotoRenderer(given)
    frames = [
        renderer.warp(blinked(given.landmarks, share)).image.astype(float)
        for share in np.linspace(0, 1, 11)
    ]
    steps = [np.abs(b - a).mean() for a, b in pairwise(frames)]
    assert max(steps) < 4 * np.mean(steps)


def test_lids_that_hardly_move_are_skin_that_moves():
    points = np.array(mean_face()) * UNIT
    little = blinked(points, 0.08) - points
    assert_array_equal(held(points, little), little)
    far = blinked(points, 1.0) - points
    assert np.abs(held(points, far)[UPPER_LID]).max() < 0.35 * np.abs(far[UPPER_LID]).max()
    assert_array_equal(held(points, far)[LOWER_LID], far[LOWER_LID])
