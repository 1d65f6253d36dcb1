"""Laws of the square about the mouth, and of what a translator may do to a frame."""

import cv2
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.errors import InputError
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LOWER, MOUTH, OUTER_LOWER
from talkinghead.render.paint import (
    CHANNELS,
    after,
    between,
    guide,
    lay,
    paintable,
    ride,
    room,
    sampled,
    window,
    within,
)
from talkinghead.render.photo import PhotoRenderer
from talkinghead.render.translator import Easel, Painting, Translator, TranslatorSize
from talkinghead.types import Portrait

SIDE = 48
WIDTH, HEIGHT, UNIT = 200, 220, 90.0


@pytest.fixture
def face():
    return np.array(mean_face()) * UNIT + [WIDTH / 2, HEIGHT / 2 - 10, 0]


@pytest.fixture
def image(rng):
    return rng.integers(0, 256, size=(HEIGHT, WIDTH, 3), dtype=np.uint8)


@pytest.fixture
def painter():
    """A translator that has learnt nothing, and yet paints everywhere it may."""
    torch.manual_seed(0)
    net = Translator(TranslatorSize(side=SIDE, base=4)).eval()
    for head in (net.paint, net.light, net.flow):
        torch.nn.init.constant_(head.bias, 1.0)
    return net


def opened(points, by=0.1):
    out = points.copy()
    out[[*INNER_LOWER, *OUTER_LOWER], 1] += by * UNIT
    return out


def turned(points, degrees=12.0, shift=(9.0, -4.0, 0.0)):
    angle = np.deg2rad(degrees)
    roll = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    middle = points.mean(axis=0)
    return (points - middle) @ roll.T * 1.1 + middle + shift


def test_the_square_rides_on_the_skull(face):
    square = window(face, SIDE)
    moved = turned(face)
    there = after(ride(face, moved), square)
    assert_allclose(within(moved, there), within(face, square), atol=1e-6)


def test_the_lips_lie_in_the_square(face):
    assert (within(opened(face, 0.2), window(face, SIDE))[MOUTH] > 2).all()
    assert (within(opened(face, 0.2), window(face, SIDE))[MOUTH] < SIDE - 3).all()


def test_a_margin_grows_the_square_about_its_middle(face):
    small, large = window(face, SIDE), window(face, SIDE, 5)
    assert_allclose(within(face, large), within(face, small) + 5, atol=1e-9)


def test_a_large_picture_is_averaged_not_skipped(face):
    board = np.indices((8 * HEIGHT, 8 * WIDTH)).sum(axis=0) % 2 * 255
    board = np.repeat(board[..., None], 3, axis=2).astype(np.uint8)
    square = sampled(board, window(face * 8, SIDE), SIDE)
    assert abs(square.astype(int) - 127).max() < 20


@pytest.mark.parametrize("step", [0.5, 1.0, 2.5])
def test_sampling_finds_what_lies_in_the_picture(step):
    y, x = np.mgrid[:200, :200].astype(np.float64)
    image = np.repeat((60 + 0.5 * x + 0.2 * y)[..., None], 3, axis=2).round().astype(np.uint8)
    matrix = np.array([[step, 0, 40.0], [0, step, 30.0]])
    v, u = np.mgrid[:40, :40] * step
    expected = 60 + 0.5 * (u + 40) + 0.2 * (v + 30)
    assert_allclose(sampled(image, matrix, 40)[..., 0], expected, atol=1.2)


def test_only_lips_that_moved_may_be_painted(face):
    square = window(face, SIDE)
    before = within(face, square)
    assert not paintable(before, before, SIDE).any()
    now = within(opened(face), square)
    area = paintable(before, now, SIDE)
    middle = now[[*INNER_LOWER]].mean(axis=0).astype(int)
    assert area[middle[1] - 1, middle[0]] == 1
    assert not area[:4].any()
    assert not area[:, :2].any()
    assert area.mean() < 0.4


def test_the_area_grows_steadily_with_the_motion(face):
    square = window(face, SIDE)
    before = within(face, square)
    sums = [
        paintable(before, within(opened(face, by), square), SIDE).sum()
        for by in np.linspace(0, 0.04, 9)
    ]
    assert (np.diff(sums) > 0).all()


def test_lips_are_painted_lit_and_moved_and_the_mouth_between_them_hardly(face):
    square = window(face, SIDE)
    before, now = (within(points, square) for points in (face, opened(face, 0.2)))
    x, y = now[[62, 66]].mean(axis=0).round().astype(int)
    for share in room(before, now, SIDE):
        assert share[y, x] < 0.1 * share.max()
        assert share[round(now[57, 1]) - 2, x] > 0.7 * share.max()


def test_in_fine_frames_the_inner_edge_of_the_lips_is_not_painted(face):
    square = window(face, SIDE)
    before, now = (within(points, square) for points in (face, opened(face, 0.2)))
    coarse, fine = (room(before, now, SIDE, step)[0] for step in (0.5, 2.0))
    x, rim = round(now[66, 0]), round(now[66, 1])
    assert fine[rim, x] < 0.3 * coarse[rim, x]
    assert fine[round(now[57, 1]) - 1, x] == pytest.approx(
        coarse[round(now[57, 1]) - 1, x], abs=0.1
    )


def test_all_of_the_square_but_its_seam_may_be_moved_and_lit_once_lips_have_moved(face):
    square = window(face, SIDE)
    before, now = (within(points, square) for points in (face, opened(face)))
    assert not room(before, before, SIDE).any()
    painted, lit, moved = room(before, now, SIDE)
    assert (lit.max(), painted.max()) == (1, 1)
    assert not moved[[0, -1]].any()
    assert not moved[:, [0, -1]].any()
    skin = cv2.dilate(between(now, SIDE), np.ones((7, 7)))[6:-6, 6:-6] == 0
    assert (moved[6:-6, 6:-6][skin] == moved.max()).all()
    assert (painted <= paintable(before, now, SIDE)).all()
    assert abs(np.diff(moved, axis=0)).max() < 0.5  # no step that the eye would see


def test_a_guide_follows_motions_below_a_pixel(face):
    square = window(face, SIDE)
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    before = within(face, square)

    def seen(by):
        return guide(picture, picture, before, within(opened(face, by), square))

    assert seen(0.1).shape == (CHANNELS, SIDE, SIDE)
    assert abs(seen(0.1)).max() <= 0.5
    small, large = abs(seen(0.101) - seen(0.1)).sum(), abs(seen(0.11) - seen(0.1)).sum()
    assert 0 < small < large / 3


def test_what_is_laid_is_what_was_painted(face):
    frame = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
    change = np.zeros((SIDE, SIDE, 3), np.float32)
    change[10:30, 12:36] = 50
    matrix = window(face, SIDE)
    lay(frame, np.zeros((SIDE, SIDE, 2), np.float32), change, matrix)
    back = sampled(frame, matrix, SIDE).astype(int) - 100
    assert_allclose(back[14:26, 16:32], 50, atol=2)
    assert not back[:7].any()
    assert set(np.unique(frame)) - {100}


@pytest.mark.parametrize("scale", [0.6, 1.0, 3.0])
def test_a_flow_fetches_colours_from_beside_at_the_resolution_of_the_frame(scale):
    slope = np.tile(np.arange(200.0), (200, 1)) + 20
    frame = np.repeat(slope[..., None], 3, axis=2).astype(np.uint8)
    flow = np.zeros((SIDE, SIDE, 2), np.float32)
    flow[..., 0] = 2.0  # pixels of the square, to the right
    lay(
        frame,
        flow,
        np.zeros((SIDE, SIDE, 3), np.float32),
        np.array([[scale, 0, 20], [0, scale, 20]]),
    )
    inside = slice(round(20 + 4 * scale), round(20 + (SIDE - 4) * scale))
    assert_allclose(frame[inside, inside, 0], slope[inside, inside] + 2 * scale, atol=1.01)
    assert_array_equal(frame[:15, :, 0], slope[:15])


def test_what_is_trained_is_what_is_laid(rng):
    square = cv2.GaussianBlur(rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8), (0, 0), 1.5)
    flow = cv2.GaussianBlur(rng.normal(size=(SIDE, SIDE, 2)).astype(np.float32), (0, 0), 4) * 20
    change = cv2.GaussianBlur(rng.normal(size=(SIDE, SIDE, 3)).astype(np.float32), (0, 0), 2) * 50
    laid = square.copy()
    lay(laid, flow, change, np.eye(2, 3))
    planes = [
        torch.from_numpy(p.transpose(2, 0, 1)[None].astype(np.float32)) for p in (flow, change)
    ]
    warped = torch.from_numpy(square.transpose(2, 0, 1)[None].astype(np.float32))
    taught = Painting(*planes).on(warped)[0].permute(1, 2, 0).numpy()
    inside = (slice(3, -3), slice(3, -3))
    assert_allclose(laid[inside], taught[inside].clip(0, 255), atol=4)


def test_nothing_laid_touches_nothing_and_beside_the_picture_nothing_happens(image, face):
    frame = image.copy()
    still, change = np.zeros((SIDE, SIDE, 2), np.float32), np.ones((SIDE, SIDE, 3), np.float32)
    lay(frame, still, 0 * change, window(face, SIDE))
    lay(frame, still, change, window(face + np.array([900, 0, 0]), SIDE))
    assert_array_equal(frame, image)


def test_an_untrained_translator_changes_nothing(image, face):
    frame = image.copy()
    Easel(Translator(TranslatorSize(SIDE, 4)), image, face).finish(frame, opened(face))
    assert_array_equal(frame, image)


def test_a_face_at_rest_is_left_alone(image, face, painter):
    frame = image.copy()
    Easel(painter, image, face).finish(frame, face)
    assert_array_equal(frame, image)


def test_a_head_that_only_turns_is_left_alone(image, face, painter):
    frame = image.copy()
    Easel(painter, image, face).finish(frame, turned(face))
    assert_array_equal(frame, image)


def test_a_grey_face_is_painted_in_grey(face, painter):
    stone = np.full((HEIGHT, WIDTH, 3), 140, np.uint8)
    torch.nn.init.normal_(painter.paint.weight)
    frame = stone.copy()
    Easel(painter, stone, face).finish(frame, opened(face))
    assert (frame != stone).any()
    assert (np.ptp(frame.astype(int), axis=2) <= 1).all()


def test_only_the_square_is_touched_and_only_the_mouth_is_painted(image, face, painter):
    now = opened(face)
    square = window(face, SIDE)
    corners = np.array([[0, 0], [SIDE - 1, SIDE - 1]]) @ square[:, :2].T + square[:, 2]
    lips = now[MOUTH, :2]
    ends = {
        "all": corners,
        "paint": [lips.min(axis=0) - 0.06 * UNIT, lips.max(axis=0) + 0.06 * UNIT],
    }
    for name, (low, high) in ends.items():
        if name == "paint":
            for head in (painter.light, painter.flow):
                torch.nn.init.zeros_(head.bias)
        frame = image.copy()
        Easel(painter, image, face).finish(frame, now)
        changed = np.argwhere((frame != image).any(axis=2))[:, ::-1]
        assert len(changed)
        assert (changed > low - 2).all()
        assert (changed < high + 2).all()


def test_the_same_frame_is_painted_the_same(image, face, painter):
    easel = Easel(painter, image, face)
    first, second = image.copy(), image.copy()
    easel.finish(first, opened(face))
    easel.finish(np.zeros_like(image), opened(face, 0.2))
    easel.finish(second, opened(face))
    assert_array_equal(first, second)


def test_a_photo_is_finished_where_there_is_a_translator(image, face, painter):
    portrait = Portrait(image, face)
    for size in (None, 150):
        plain = PhotoRenderer(portrait, size).warp(opened(face)).image
        finished = PhotoRenderer(portrait, size, painter).warp(opened(face)).image
        assert finished.shape == plain.shape
        assert (finished != plain).any()
        assert (finished == plain).all(axis=2).mean() > 0.8


@pytest.mark.parametrize(("side", "base"), [(0, 4), (90, 4), (96, 0)])
def test_a_translator_refuses_sizes_it_cannot_halve(side, base):
    with pytest.raises(InputError, match="multiple of 8"):
        TranslatorSize(side, base)
