"""The photo renderer on a synthetic face: the face moves, everything else stays."""

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.errors import FaceError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, mouth_opening
from talkinghead.landmarks import (
    INNER_LIP,
    INNER_LOWER,
    INNER_UPPER,
    LOWER_LID,
    OUTER_LOWER,
    UPPER_LID,
)
from talkinghead.render.photo import PhotoRenderer
from talkinghead.types import LandmarkTrack, Portrait

UNIT = 80.0
SIZE = (420, 400)  # width, height: wider than the head's reach


def shut_landmarks(gap=0.0):
    points = np.array(mean_face())
    middle = (points[INNER_UPPER] + points[INNER_LOWER]) / 2
    points[INNER_UPPER] = points[INNER_LOWER] = middle
    points = points * UNIT + [SIZE[0] / 2, SIZE[1] / 2 - 20, 0]
    return opened(points, gap)


def opened(points, gap):
    out = points.copy()
    for group, share in [(INNER_LOWER, 1.0), (OUTER_LOWER, 1.0), ([6, 7, 8, 9, 10], 0.7)]:
        out[group, 1] += share * gap * UNIT
    return out


def picture(landmarks, teeth=False, beyond=0):
    """Smooth skin before stripes, with dark eyes and, where `teeth`, white teeth.

    The teeth reach `beyond` pixels past the inner landmarks of the lips.
    """
    width, height = SIZE
    rng = np.random.default_rng(0)
    noise = cv2.GaussianBlur(rng.normal(size=(height, width, 3)), (0, 0), 3)
    image = np.full((height, width, 3), (190, 150, 130)) + 60 * noise
    image[:, ::16] -= 60
    xy = landmarks[:, :2]
    for eye in (slice(36, 42), slice(42, 48)):
        cv2.fillPoly(image, [np.round(xy[eye]).astype(np.int32)], (40, 30, 30))
    cv2.fillPoly(image, [np.round(xy[48:60]).astype(np.int32)], (150, 80, 80))
    if teeth:
        inside, lips = np.zeros((2, height, width), np.uint8)
        cv2.fillPoly(inside, [np.round(xy[INNER_LIP]).astype(np.int32)], 1)
        cv2.fillPoly(lips, [np.round(xy[48:60]).astype(np.int32)], 1)
        wide = cv2.dilate(inside, np.ones((2 * beyond + 1, 2 * beyond + 1)))
        image[(inside > 0) | ((wide > 0) & (cv2.erode(lips, np.ones((5, 5))) > 0))] = 255
    return np.clip(image, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def shut():
    return shut_landmarks()


@pytest.fixture(scope="module")
def renderer(shut):
    return PhotoRenderer(Portrait(picture(shut), shut))


def psnr(a, b):
    error = np.mean((a.astype(float) - b.astype(float)) ** 2)
    return 99.0 if error == 0 else 10 * np.log10(255**2 / error)


def turned(points, degrees, shift):
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0]])
    out = points.copy()
    centre = points.mean(axis=0)
    out[:, :2] = (points - centre) @ turn.T + centre[:2] + shift
    return out


def test_the_landmarks_of_the_portrait_reproduce_the_picture(renderer, shut):
    frame = renderer.warp(shut).image
    assert frame.dtype == np.uint8
    assert psnr(frame, renderer._image) > 45


def test_a_mouth_as_open_as_in_the_picture_is_unchanged():
    points = shut_landmarks(gap=0.15)
    image = picture(points, teeth=True)
    frame = PhotoRenderer(Portrait(image, points)).warp(points).image
    left, top, right, bottom = 170, 200, 250, 300
    assert psnr(frame[top:bottom, left:right], image[top:bottom, left:right]) > 26
    assert psnr(frame, image) > 40


def test_nothing_outside_the_region_ever_changes(renderer, shut):
    x, y, width, height = renderer._face.roi
    assert (x, y) > (0, 0) or width < SIZE[0] or height < SIZE[1]
    frame = renderer.warp(opened(turned(shut, 6, (5, -4)), 0.2)).image
    outside = np.ones(frame.shape[:2], dtype=bool)
    outside[y : y + height, x : x + width] = False
    assert outside.any()
    assert_array_equal(frame[outside], renderer._image[outside])


def test_motion_fades_towards_the_edge_of_the_region(renderer, shut):
    mesh = renderer._motion.move_mesh(turned(shut, 5, (6, 0)))
    far = renderer._face.head_share == 0
    assert far.any()
    assert_allclose(mesh.points[far], renderer._face.points[far], atol=1e-6)
    assert_allclose(mesh.head_points[far], renderer._face.points[far], atol=1e-6)


def test_the_head_follows_its_landmarks(renderer, shut):
    moved = turned(shut, 4, (3.5, -2.25))
    frame = renderer.warp(moved).image
    pairs = (np.ascontiguousarray(points[:, :2]) for points in (shut, moved))
    matrix = cv2.estimateAffine2D(*pairs)[0]
    expected = cv2.warpAffine(renderer._image, matrix, SIZE, flags=cv2.INTER_CUBIC)
    face = np.s_[150:240, 180:240]
    assert psnr(frame[face], expected[face]) > 30


def test_an_opening_mouth_darkens_between_the_lips_only(renderer, shut):
    wide = opened(shut, 0.25)
    frame = renderer.warp(wide)
    x, y, width, height = frame.box
    middle = wide[[62, 66], :2].mean(axis=0).round().astype(int)
    assert frame.image[middle[1] + 3, middle[0]].mean() < 70
    inside = frame.mouth > 0.9
    assert inside.any()
    change = np.abs(frame.image.astype(int) - renderer._image).max(axis=2)
    assert change[y : y + height, x : x + width][inside].mean() > 30
    assert change[60:130].mean() < 1  # forehead and hair


def test_the_mouth_mask_grows_with_the_opening(renderer, shut):
    areas = [renderer.warp(opened(shut, gap)).mouth.sum() for gap in (0, 0.01, 0.05, 0.1, 0.2)]
    assert areas[0] < 1
    assert areas == sorted(areas)


@pytest.mark.parametrize("beyond", [0, 1])
def test_closing_an_open_mouth_leaves_no_teeth(beyond):
    points = shut_landmarks(gap=0.12)
    image = picture(points, teeth=True, beyond=beyond)
    closed = close_mouth(points)
    assert mouth_opening(closed) < 1e-6
    frame = PhotoRenderer(Portrait(image, points)).warp(closed).image
    low, high = closed[INNER_LIP, :2].min(axis=0) - 2, closed[INNER_LIP, :2].max(axis=0) + 3
    (left, top), (right, bottom) = low.astype(int), high.astype(int)
    assert image[int(points[62, 1]) + 3, int(points[62, 0])].min() > 240
    assert frame[top:bottom, left:right].min(axis=2).max() < 170


def test_crossed_lips_look_like_closed_ones(renderer, shut):
    crossed = shut.copy()
    crossed[INNER_LOWER, 1] -= 4
    crossed[INNER_UPPER, 1] += 4
    assert_array_equal(renderer.warp(crossed).image, renderer.warp(shut).image)


def test_shut_lids_cover_the_eyes(renderer, shut):
    blink = shut.copy()
    blink[UPPER_LID] = blink[LOWER_LID] = 0.2 * shut[UPPER_LID] + 0.8 * shut[LOWER_LID]
    frame = renderer.warp(blink).image
    x, y = shut[36:42, :2].mean(axis=0).round().astype(int)
    dark_before = (renderer._image[y - 8 : y + 8, x - 12 : x + 12].mean(axis=2) < 80).sum()
    dark_after = (frame[y - 8 : y + 8, x - 12 : x + 12].mean(axis=2) < 80).sum()
    assert dark_after < 0.6 * dark_before


def test_a_track_gives_as_many_frames_independent_of_one_another(renderer, shut):
    track = np.stack([opened(shut, gap) for gap in (0, 0.1, 0.05, 0.1)]).astype(np.float32)
    frames = list(renderer.render(LandmarkTrack(track, 25.0)))
    assert len(frames) == 4
    assert_array_equal(frames[1], frames[3])
    alone = next(iter(renderer.render(LandmarkTrack(track[2:3], 25.0))))
    assert_array_equal(frames[2], alone)


def test_small_motion_changes_little(renderer, shut):
    """No landmark is rounded to whole pixels."""
    here = renderer.warp(opened(shut, 0.1)).image.astype(int)
    there = renderer.warp(opened(shut, 0.1 + 0.01 / UNIT)).image.astype(int)
    assert np.abs(here - there).mean() < 0.05
    far = renderer.warp(opened(shut, 0.1 + 0.5 / UNIT)).image.astype(int)
    assert np.abs(far - here).mean() > np.abs(there - here).mean()


@pytest.mark.parametrize("size", [210, 840])
def test_a_size_scales_track_and_picture(shut, size):
    renderer = PhotoRenderer(Portrait(picture(shut), shut), size)
    assert renderer.size == (size, size * 400 // 420)
    wide = renderer.warp(opened(shut, 0.25))
    middle = opened(shut, 0.25)[[62, 66], :2].mean(axis=0) * size / 420
    x, y = middle.round().astype(int)
    assert wide.image[y, x].mean() < 110
    assert psnr(renderer.warp(shut).image, renderer._image) > 40


def test_a_size_at_which_the_face_is_too_small_is_refused(shut):
    with pytest.raises(FaceError, match="at least 8 are needed"):
        PhotoRenderer(Portrait(picture(shut), shut), 12)


def test_a_grey_picture_stays_grey(shut):
    grey = cv2.cvtColor(picture(shut), cv2.COLOR_RGB2GRAY)[..., None].repeat(3, axis=2)
    frame = PhotoRenderer(Portrait(grey, shut)).warp(opened(shut, 0.2)).image.astype(int)
    assert np.ptp(frame, axis=2).max() <= 2


def test_a_face_that_leaves_the_picture_still_renders(shut):
    image = picture(shut)[120:270, 150:270]
    points, shift = shut - (150, 120, 0), np.array([3, 2, 0])
    renderer = PhotoRenderer(Portrait(np.ascontiguousarray(image), points))
    frame = renderer.warp(opened(points + shift, 0.2)).image
    assert frame.shape == image.shape


def test_upper_teeth_stand_on_the_lower_lip_for_f_and_v():
    landmarks = shut_landmarks()
    renderer = PhotoRenderer(Portrait(picture(landmarks), landmarks.astype(np.float32)))
    tucked = opened(landmarks, 0.015)
    tucked[INNER_UPPER, 1] -= 0.016 * UNIT
    frames = [
        renderer.warp(tucked, np.array([0.0, 0.0, 0.0, share])).image.astype(float)
        for share in (0.0, 1.0)
    ]
    x, y = tucked[66, :2].round().astype(int)
    on_lip = np.s_[y : y + 1, x - 6 : x + 7]
    redness = [(frame[on_lip][..., 0] - frame[on_lip][..., 1]).mean() for frame in frames]
    assert redness[1] < 0.9 * redness[0]  # the band is less than a pixel high here
    below = np.s_[y + 3 :]
    assert_array_equal(frames[0][below], frames[1][below])
