"""Refinement: what the translator may change in a frame, and how it is pasted back."""

import cv2
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth_crop import crop_square, mouth_crop_matrix, points_in_crop
from talkinghead.landmarks import INNER_LOWER, MOUTH, OUTER_LOWER
from talkinghead.models.translator import CHANNELS, Translator, TranslatorOutput, TranslatorSize
from talkinghead.render.photo import PhotoRenderer
from talkinghead.render.refine import (
    PortraitRefiner,
    blend_masks,
    conditioning,
    mouth_mask,
    paste_back,
    recolor_mask,
)
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
def translator():
    """An untrained translator that changes everything it may."""
    torch.manual_seed(0)
    net = Translator(TranslatorSize(side=SIDE, base_channels=4)).eval()
    for head in (net.color_head, net.shading_head, net.flow_head):
        torch.nn.init.constant_(head.bias, 1.0)
    return net


def open_mouth(points, by=0.1):
    out = points.copy()
    out[[*INNER_LOWER, *OUTER_LOWER], 1] += by * UNIT
    return out


def in_crop(face, *gaps):
    """Landmarks of the portrait in its crop, and of frames with the mouth open by each gap."""
    matrix = mouth_crop_matrix(face, SIDE)
    return [
        points_in_crop(points, matrix) for points in (face, *(open_mouth(face, g) for g in gaps))
    ]


def test_only_lips_that_moved_may_change_colour(face):
    before, now = in_crop(face, 0.1)
    assert not recolor_mask(before, before, SIDE).any()
    mask = recolor_mask(before, now, SIDE)
    x, y = now[[*INNER_LOWER]].mean(axis=0).astype(int)
    assert mask[y - 1, x] == 1
    assert not mask[:4].any()
    assert not mask[:, :2].any()
    assert mask.mean() < 0.4


def test_the_recolor_mask_grows_steadily_with_the_motion(face):
    before, *frames = in_crop(face, *np.linspace(0, 0.04, 9))
    areas = [recolor_mask(before, now, SIDE).sum() for now in frames]
    assert (np.diff(areas) > 0).all()


def test_blend_masks_cover_the_lips_but_hardly_the_mouth_between_them(face):
    before, now = in_crop(face, 0.2)
    x, y = now[[62, 66]].mean(axis=0).round().astype(int)
    for mask in blend_masks(before, now, SIDE):
        assert mask[y, x] < 0.1 * mask.max()
        assert mask[round(now[57, 1]) - 2, x] > 0.7 * mask.max()


def test_in_fine_frames_the_inner_edge_of_the_lips_is_spared(face):
    before, now = in_crop(face, 0.2)
    coarse, fine = (blend_masks(before, now, SIDE, step)[0] for step in (0.5, 2.0))
    x, rim, outer = round(now[66, 0]), round(now[66, 1]), round(now[57, 1]) - 1
    assert fine[rim, x] < 0.3 * coarse[rim, x]
    assert fine[outer, x] == pytest.approx(coarse[outer, x], abs=0.1)


def test_once_lips_move_shading_and_flow_act_on_all_of_the_crop_except_its_border(face):
    before, now = in_crop(face, 0.1)
    assert not blend_masks(before, before, SIDE).any()
    colour, shading, flow = blend_masks(before, now, SIDE)
    assert (shading.max(), colour.max()) == (1, 1)
    assert not flow[[0, -1]].any()
    assert not flow[:, [0, -1]].any()
    skin = cv2.dilate(mouth_mask(now, SIDE), np.ones((7, 7)))[6:-6, 6:-6] == 0
    assert (flow[6:-6, 6:-6][skin] == flow.max()).all()
    assert (colour <= recolor_mask(before, now, SIDE)).all()
    assert abs(np.diff(flow, axis=0)).max() < 0.5  # no visible step


def test_the_conditioning_follows_motion_of_less_than_a_pixel(face):
    crop = np.zeros((SIDE, SIDE, 3), np.uint8)
    before, base, near, far = in_crop(face, 0.1, 0.101, 0.11)
    first, second, third = (conditioning(crop, crop, before, now) for now in (base, near, far))
    assert first.shape == (CHANNELS, SIDE, SIDE)
    assert abs(first).max() <= 0.5
    small, large = abs(second - first).sum(), abs(third - first).sum()
    assert 0 < small < large / 3


def test_pasting_back_adds_the_change_and_nothing_elsewhere(face):
    frame = np.full((HEIGHT, WIDTH, 3), 100, np.uint8)
    change = np.zeros((SIDE, SIDE, 3), np.float32)
    change[10:30, 12:36] = 50
    matrix = mouth_crop_matrix(face, SIDE)
    paste_back(frame, np.zeros((SIDE, SIDE, 2), np.float32), change, matrix)
    added = crop_square(frame, matrix, SIDE).astype(int) - 100
    assert_allclose(added[14:26, 16:32], 50, atol=2)
    assert not added[:7].any()
    assert set(np.unique(frame)) - {100}


@pytest.mark.parametrize("scale", [0.6, 1.0, 3.0])
def test_a_flow_fetches_colours_at_the_resolution_of_the_frame(scale):
    slope = np.tile(np.arange(200.0), (200, 1)) + 20
    frame = np.repeat(slope[..., None], 3, axis=2).astype(np.uint8)
    flow = np.zeros((SIDE, SIDE, 2), np.float32)
    flow[..., 0] = 2.0  # pixels of the crop, to the right
    no_change = np.zeros((SIDE, SIDE, 3), np.float32)
    paste_back(frame, flow, no_change, np.array([[scale, 0, 20], [0, scale, 20]]))
    inside = slice(round(20 + 4 * scale), round(20 + (SIDE - 4) * scale))
    assert_allclose(frame[inside, inside, 0], slope[inside, inside] + 2 * scale, atol=1.01)
    assert_array_equal(frame[:15, :, 0], slope[:15])


def test_frames_are_changed_as_the_output_is_applied_in_training(rng):
    crop = cv2.GaussianBlur(rng.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8), (0, 0), 1.5)
    flow = cv2.GaussianBlur(rng.normal(size=(SIDE, SIDE, 2)).astype(np.float32), (0, 0), 4) * 20
    change = cv2.GaussianBlur(rng.normal(size=(SIDE, SIDE, 3)).astype(np.float32), (0, 0), 2) * 50
    pasted = crop.copy()
    paste_back(pasted, flow, change, np.eye(2, 3))
    planes = [
        torch.from_numpy(p.transpose(2, 0, 1)[None].astype(np.float32)) for p in (flow, change)
    ]
    warped = torch.from_numpy(crop.transpose(2, 0, 1)[None].astype(np.float32))
    trained = TranslatorOutput(*planes).apply(warped)[0].permute(1, 2, 0).numpy()
    inside = (slice(3, -3), slice(3, -3))
    assert_allclose(pasted[inside], trained[inside].clip(0, 255), atol=4)


def test_an_empty_change_and_a_crop_beside_the_picture_change_nothing(image, face):
    frame = image.copy()
    flow, change = np.zeros((SIDE, SIDE, 2), np.float32), np.ones((SIDE, SIDE, 3), np.float32)
    paste_back(frame, flow, 0 * change, mouth_crop_matrix(face, SIDE))
    paste_back(frame, flow, change, mouth_crop_matrix(face + np.array([900, 0, 0]), SIDE))
    assert_array_equal(frame, image)


def test_an_untrained_translator_changes_nothing(image, face):
    frame = image.copy()
    net = Translator(TranslatorSize(SIDE, 4))
    PortraitRefiner(net, image, face).refine(frame, open_mouth(face))
    assert_array_equal(frame, image)


def test_a_face_that_does_not_move_is_unchanged(image, face, translator):
    frame = image.copy()
    PortraitRefiner(translator, image, face).refine(frame, face)
    assert_array_equal(frame, image)


def test_head_rotation_alone_changes_nothing(image, face, translator):
    angle = np.deg2rad(12.0)
    roll = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    )
    centre = face.mean(axis=0)
    frame = image.copy()
    turned = (face - centre) @ roll.T * 1.1 + centre + (9.0, -4.0, 0.0)
    PortraitRefiner(translator, image, face).refine(frame, turned)
    assert_array_equal(frame, image)


def test_a_grey_portrait_stays_grey(face, translator):
    stone = np.full((HEIGHT, WIDTH, 3), 140, np.uint8)
    torch.nn.init.normal_(translator.color_head.weight)
    frame = stone.copy()
    PortraitRefiner(translator, stone, face).refine(frame, open_mouth(face))
    assert (frame != stone).any()
    assert (np.ptp(frame.astype(int), axis=2) <= 1).all()


def changed_pixels(translator, image, face):
    """(n, 2) x and y of the pixels that refining an open mouth changes."""
    frame = image.copy()
    PortraitRefiner(translator, image, face).refine(frame, open_mouth(face))
    return np.argwhere((frame != image).any(axis=2))[:, ::-1]


def test_nothing_outside_the_crop_changes(image, face, translator):
    matrix = mouth_crop_matrix(face, SIDE)
    low, high = np.array([[0, 0], [SIDE - 1, SIDE - 1]]) @ matrix[:, :2].T + matrix[:, 2]
    changed = changed_pixels(translator, image, face)
    assert len(changed)
    assert (changed > low - 2).all()
    assert (changed < high + 2).all()


def test_colours_change_only_around_the_mouth(image, face, translator):
    for head in (translator.shading_head, translator.flow_head):
        torch.nn.init.zeros_(head.bias)
    lips = open_mouth(face)[MOUTH, :2]
    changed = changed_pixels(translator, image, face)
    assert len(changed)
    assert (changed > lips.min(axis=0) - 0.06 * UNIT - 2).all()
    assert (changed < lips.max(axis=0) + 0.06 * UNIT + 2).all()


def test_refined_frames_do_not_depend_on_one_another(image, face, translator):
    refiner = PortraitRefiner(translator, image, face)
    first, second = image.copy(), image.copy()
    refiner.refine(first, open_mouth(face))
    refiner.refine(np.zeros_like(image), open_mouth(face, 0.2))
    refiner.refine(second, open_mouth(face))
    assert_array_equal(first, second)


def test_a_photo_renderer_with_a_translator_refines_its_frames(image, face, translator):
    portrait = Portrait(image, face)
    for size in (None, 150):
        plain = PhotoRenderer(portrait, size).warp(open_mouth(face)).image
        refined = PhotoRenderer(portrait, size, translator).warp(open_mouth(face)).image
        assert refined.shape == plain.shape
        assert (refined != plain).any()
        assert (refined == plain).all(axis=2).mean() > 0.8
