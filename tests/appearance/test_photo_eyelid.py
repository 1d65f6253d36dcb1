"""A closing eyelid covers the eye with skin and leaves everything around it in place."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.appearance.photo_eyelid import limit_eyelid_motion
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import EYES, LOWER_LID, UPPER_LID
from talkinghead.render.photo import PhotoRenderer
from talkinghead.types import Portrait

SKINS = [(225, 190, 170), (150, 105, 80), (62, 42, 34), (150, 150, 150)]
UNIT = 150.0


def portrait(skin):
    """Skin with white eyes and dark irises, and a dark bar above them like a frame of glasses."""
    points = np.array(mean_face()) * UNIT + [160, 150, 0]
    image = np.full((340, 320, 3), skin, np.uint8)
    for eye in (slice(36, 42), slice(42, 48)):
        cv2.fillPoly(image, [np.round(points[eye, :2]).astype(np.int32)], (235, 235, 235))
        x, y = points[eye, :2].mean(axis=0).round().astype(int).tolist()
        cv2.circle(image, (x, y), 4, (30, 30, 30), -1)
    bar = round(points[UPPER_LID, 1].min() - 0.075 * UNIT)
    image[bar : bar + 3, 60:260] = (10, 10, 10)
    return Portrait(image, points.astype(np.float32)), bar


def close_eyes(points, closure):
    out = points.copy()
    meeting = points[LOWER_LID] + 0.12 * (points[UPPER_LID] - points[LOWER_LID])
    for lids in (UPPER_LID, LOWER_LID):
        out[lids] += closure * (meeting - points[lids])
    return out


@pytest.mark.parametrize("skin", SKINS)
def test_a_closed_eye_shows_skin_of_the_face(skin):
    pictured, _ = portrait(skin)
    frame = PhotoRenderer(pictured).warp(close_eyes(pictured.landmarks, 1.0)).image
    for eye in (slice(36, 42), slice(42, 48)):
        top = pictured.landmarks[[eye.start + 1, eye.start + 2], :2].mean(axis=0)
        low = pictured.landmarks[[eye.start + 4, eye.start + 5], :2].mean(axis=0)
        x, y = (0.6 * top + 0.4 * low).round().astype(int)
        assert_allclose(frame[y, x - 6 : x + 7].mean(axis=0), skin, atol=0.1 * max(skin) + 6)
        assert frame[y - 3 : y + 4, x - 8 : x + 9].max() < max(skin) + 12  # no white is left


def test_a_blink_does_not_move_glasses():
    pictured, bar = portrait(SKINS[0])
    frame = PhotoRenderer(pictured).warp(close_eyes(pictured.landmarks, 1.0)).image
    rows = np.s_[bar - 4 : bar + 7, 70:250]

    def heights(image):
        dark = 255.0 - image[rows].mean(axis=2)
        dark -= dark.min(axis=0)
        return (dark * np.arange(len(dark))[:, None]).sum(axis=0) / dark.sum(axis=0)

    assert np.abs(heights(frame) - heights(pictured.image)).max() < 0.6


def test_a_blink_changes_only_the_eyes():
    pictured, _ = portrait(SKINS[1])
    renderer = PhotoRenderer(pictured)
    frame = renderer.warp(close_eyes(pictured.landmarks, 1.0)).image.astype(int)
    low = (pictured.landmarks[EYES, :2].min(axis=0) - 0.15 * UNIT).astype(int)
    high = (pictured.landmarks[EYES, :2].max(axis=0) + 0.15 * UNIT).astype(int)
    change = np.abs(frame - renderer.warp(pictured.landmarks).image)
    change[low[1] : high[1], low[0] : high[0]] = 0
    assert change.max() <= 2


def test_an_eyelid_descends_continuously():
    pictured, _ = portrait(SKINS[1])
    renderer = PhotoRenderer(pictured)
    frames = [
        renderer.warp(close_eyes(pictured.landmarks, share)).image.astype(float)
        for share in np.linspace(0, 1, 11)
    ]
    steps = [np.abs(b - a).mean() for a, b in pairwise(frames)]
    assert max(steps) < 4 * np.mean(steps)


def test_skin_follows_small_eyelid_motion_only():
    points = np.array(mean_face()) * UNIT
    little = close_eyes(points, 0.08) - points
    assert_array_equal(limit_eyelid_motion(points, little), little)
    far = close_eyes(points, 1.0) - points
    assert (
        np.abs(limit_eyelid_motion(points, far)[UPPER_LID]).max()
        < 0.35 * np.abs(far[UPPER_LID]).max()
    )
    assert_array_equal(limit_eyelid_motion(points, far)[LOWER_LID], far[LOWER_LID])


def test_lashes_do_not_stay_behind_where_the_open_eye_had_them():
    pictured, _ = portrait(SKINS[0])
    image, points = pictured.image.copy(), pictured.landmarks
    for eye in (slice(36, 42), slice(42, 48)):
        lid = points[eye.start : eye.start + 4, :2] - [0, 0.014 * UNIT]
        cv2.polylines(image, [np.round(lid).astype(np.int32)], False, (40, 30, 25), 4, cv2.LINE_AA)
    frame = PhotoRenderer(Portrait(image, points)).warp(close_eyes(points, 1.0)).image
    for eye in (slice(36, 42), slice(42, 48)):
        x, y = points[[eye.start + 1, eye.start + 2], :2].mean(axis=0).round().astype(int).tolist()
        before, after = (
            picture[y - 6 : y + 1, x - 5 : x + 6].astype(int) for picture in (image, frame)
        )
        assert before.min() < 60
        assert after.min() > 0.7 * min(SKINS[0])


def test_an_eyelid_that_has_hardly_begun_to_close_changes_little():
    pictured, _ = portrait(SKINS[1])
    renderer = PhotoRenderer(pictured)
    frames = [
        renderer.warp(close_eyes(pictured.landmarks, share)).image.astype(int)
        for share in np.linspace(0, 1, 26)
    ]
    changes = [np.abs(b - a).mean() for a, b in pairwise(frames)]
    assert max(changes) < 3 * np.mean(changes)


def test_eyes_that_are_closed_in_the_picture_do_not_blink():
    pictured, _ = portrait(SKINS[0])
    closed = close_eyes(pictured.landmarks, 0.95)
    renderer = PhotoRenderer(Portrait(pictured.image, closed))
    assert_array_equal(renderer.warp(close_eyes(closed, 1.0)).image, renderer.warp(closed).image)


def test_a_lid_in_the_shade_of_a_brow_is_lighter_than_the_shade():
    pictured, _ = portrait(SKINS[0])
    image, points = pictured.image.copy(), pictured.landmarks
    top = round(points[UPPER_LID, 1].min())
    shade = np.float32([0.75, 0.68, 0.66])
    image[top - 12 : top] = (image[top - 12 : top] * shade).astype(np.uint8)
    frame = PhotoRenderer(Portrait(image, points)).warp(close_eyes(points, 1.0)).image
    x, y = (0.55 * points[UPPER_LID[0]] + 0.45 * points[LOWER_LID[0]])[:2].round().astype(int)
    lid = frame[y - 1 : y + 2, x : x + 6].mean(axis=(0, 1))
    assert (lid > 1.05 * shade * SKINS[0]).all()
    assert (lid < SKINS[0]).all()
