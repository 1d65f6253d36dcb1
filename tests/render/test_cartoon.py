"""The puppet renderer: static parts stay, closed mouths are closed, alpha is kept."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.geometry.mesh import delaunay
from talkinghead.landmarks import INNER_LIP, LOWER_LID, UPPER_LID
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.compositor import blend_over, premultiply
from talkinghead.render.contact_sheet import pose_track
from talkinghead.render.puppet_rig import PuppetRig
from talkinghead.types import Array, Layer, Puppet

from .pictures import PUPPET_SIZE as SIZE
from .pictures import oval_puppet


@pytest.fixture(scope="module")
def puppet() -> Puppet:
    return oval_puppet()


def frame(puppet: Puppet, points: Array, size: int | None = None) -> Array:
    return next(CartoonRenderer(puppet, size).render(pose_track(points))).astype(int)


def flat(puppet: Puppet) -> Array:
    """The layers of the neutral face, composited without any motion."""
    picture = puppet.layers["background"].image.copy()
    blend_over(picture, premultiply(puppet.layers["head"].image))
    return picture[..., :3].astype(int)


def test_neutral_landmarks_reproduce_the_layers(puppet: Puppet) -> None:
    assert abs(frame(puppet, puppet.closed) - flat(puppet)).max() <= 2


def test_a_track_gives_one_frame_of_the_requested_size_per_pose(puppet: Puppet) -> None:
    renderer = CartoonRenderer(puppet, 100)
    frames = list(renderer.render(pose_track(*[puppet.closed] * 4)))
    assert renderer.size == (100, 100)
    assert [(f.shape, f.dtype) for f in frames] == [((100, 100, 3), np.uint8)] * 4


def test_nothing_moves_outside_the_border_of_the_face(puppet: Puppet) -> None:
    moved = abs(frame(puppet, puppet.opened) - frame(puppet, puppet.closed)).max(axis=2) > 8
    hull = np.concatenate([puppet.closed, puppet.opened])
    low, high = hull.min(axis=0), hull.max(axis=0)
    reach = 0.3 * (high - low)  # the border's distance
    outside = np.ones_like(moved)
    x0, y0 = np.maximum(low - reach, 0).astype(int)
    x1, y1 = (high + reach).astype(int)
    outside[y0:y1, x0:x1] = False
    assert moved.any()
    assert not (moved & outside).any()


def test_the_head_moves_and_the_body_stays(puppet: Puppet) -> None:
    body = np.zeros((SIZE, SIZE, 4), np.uint8)
    body[200:, :40] = (255, 255, 0, 255)
    layered = replace(puppet, layers={**puppet.layers, "body": Layer("body", body)})
    here, there = (frame(layered, puppet.closed + shift) for shift in ((0, 0), (12, -8)))
    assert_array_equal(here[200:, :38], there[200:, :38])
    assert abs(here[40:200, 60:190] - there[32:192, 72:202]).max() <= 3


def test_the_mouth_layer_is_visible_only_between_open_lips(puppet: Puppet) -> None:
    def green(points: Array) -> Array:
        picture = frame(puppet, points)
        return (picture[..., 1] - picture[..., 0]) > 30

    assert not green(puppet.closed).any()
    green_pixels = green(puppet.opened)
    lips = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(lips, [np.round(puppet.opened[INNER_LIP]).astype(np.int32)], 1)
    assert green_pixels.sum() > 0.5 * lips.sum()
    dilated = cv2.dilate(lips, np.ones((9, 9), np.uint8)).astype(bool)
    assert not (green_pixels & ~dilated).any()


def test_a_mouth_that_is_drawn_open_can_close(puppet: Puppet) -> None:
    head = puppet.layers["head"].image.copy()
    cv2.fillPoly(head, [np.round(puppet.opened[INNER_LIP]).astype(np.int32)], (255, 255, 255, 255))
    drawn = {"head": Layer("head", head), "background": puppet.layers["background"]}
    layered = Puppet("agape", drawn, puppet.closed, puppet.opened, meta={"drawn": "open"})
    white = [
        (frame(layered, points).min(axis=2) > 200).sum()
        for points in (puppet.opened, puppet.closed)
    ]
    assert white[1] < 0.15 * white[0]


def test_eyelids_close_with_the_landmarks_and_do_not_cover_open_eyes(puppet: Puppet) -> None:
    def red(openness: float) -> int:
        points = puppet.closed.copy()
        points[UPPER_LID] = points[LOWER_LID] + openness * (points[UPPER_LID] - points[LOWER_LID])
        picture = frame(puppet, points)
        return int(((picture[..., 0] - picture[..., 1]) > 100).sum())

    shown = [red(openness) for openness in (1.0, 0.95, 0.6, 0.3, 0.0)]
    assert shown[0] == shown[1] == 0
    assert 0 < shown[2] < shown[3] < shown[4]


def test_rgba_frames_have_the_alpha_of_the_layers_and_no_background(puppet: Puppet) -> None:
    picture = next(CartoonRenderer(puppet).render_rgba(pose_track(puppet.closed)))
    head = puppet.layers["head"].image
    assert picture.shape == (SIZE, SIZE, 4)
    assert_allclose(picture[..., 3].astype(int), head[..., 3].astype(int), atol=1)
    solid = head[..., 3] > 250
    assert_allclose(picture[solid][:, :3].astype(int), head[solid][:, :3].astype(int), atol=3)


def test_a_background_of_any_shape_fills_the_frame(puppet: Puppet) -> None:
    for shape in ((50, 200, 3), (300, 20, 3)):
        renderer = CartoonRenderer(puppet, 64, np.full(shape, 7, np.uint8))
        picture = next(renderer.render(pose_track(puppet.closed)))
        assert (picture[:4] == 7).all()


def test_a_puppet_may_define_its_own_triangles_and_border(puppet: Puppet) -> None:
    rig = PuppetRig(puppet)
    border = [[-9, -9], [265, -9], [265, 265], [-9, 265]]
    plain = replace(puppet, meta={"border": border})
    corners = np.concatenate([puppet.opened, border])
    own = replace(plain, triangles=delaunay(corners))
    assert abs(frame(own, puppet.closed) - flat(puppet)).max() <= 2
    assert len(rig.triangles) > len(own.triangles)  # without them contours are subdivided


def test_the_lips_open_even_if_the_puppet_defines_no_open_mouth(puppet: Puppet) -> None:
    shut = replace(puppet, opened=puppet.closed)
    picture = frame(shut, puppet.opened)
    assert ((picture[..., 1] - picture[..., 0]) > 30).sum() > 200


def test_an_rgba_frame_over_the_background_is_the_rgb_frame(puppet: Puppet) -> None:
    points = (puppet.closed + puppet.opened) / 2 + (7, -4)
    clear = next(CartoonRenderer(puppet).render_rgba(pose_track(points)))
    composite = puppet.layers["background"].image.copy()
    blend_over(composite, premultiply(clear))
    assert abs(composite[..., :3].astype(int) - frame(puppet, points)).max() <= 3


def test_frames_do_not_depend_on_one_another(puppet: Puppet) -> None:
    shifted = puppet.closed + np.array([9, 5])
    poses = [puppet.closed, puppet.opened, shifted, puppet.closed]
    together = list(CartoonRenderer(puppet).render(pose_track(*poses)))
    for points, picture in zip(poses, together, strict=True):
        assert_array_equal(frame(puppet, points), picture.astype(int))
