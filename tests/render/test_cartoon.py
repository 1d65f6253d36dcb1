"""Laws of puppet painting: rest is rest, outside is still, shut is shut, alpha is kept."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mesh import delaunay
from talkinghead.landmarks import INNER_LIP, INNER_LOWER, JAW, LOWER_LID, OUTER_LOWER, UPPER_LID
from talkinghead.render.cartoon import CartoonRenderer
from talkinghead.render.gallery import CAPTION, blinking, gallery
from talkinghead.render.layers import over, premultiplied, straight
from talkinghead.render.rig import Rig, curve
from talkinghead.types import Array, LandmarkTrack, Layer, Puppet

SIZE = 256
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def filled(colour: tuple[int, int, int]) -> Array:
    image = np.zeros((SIZE, SIZE, 4), np.uint8)
    image[:] = (*colour, 255)
    return image


@pytest.fixture(scope="module")
def puppet() -> Puppet:
    """A grey egg of a head on a blue ground: green inside the mouth, red lids."""
    closed = mean_face()[:, :2] * 120 + (128, 90)
    seam = (closed[[61, 62, 63]] + closed[[67, 66, 65]]) / 2
    closed[[61, 62, 63]] = closed[[67, 66, 65]] = seam
    opened = closed.copy()
    opened[[*INNER_LOWER, *OUTER_LOWER], 1] += 24
    opened[JAW, 1] += 20 * np.sin(np.linspace(0, np.pi, 17)) ** 3
    head = np.zeros((SIZE, SIZE, 4), np.uint8)
    noise = np.random.default_rng(5).integers(0, 40, (SIZE, SIZE, 1), dtype=np.uint8)
    head[..., :3] = cv2.GaussianBlur(noise, (0, 0), 2)[..., None] + 110
    cv2.ellipse(mask := np.zeros((SIZE, SIZE), np.uint8), (128, 130), (86, 104), 0, 0, 360, 255, -1)
    head[..., 3] = cv2.GaussianBlur(mask, (0, 0), 1)
    pictures = {
        "background": filled(BLUE),
        "head": head,
        "mouth": filled(GREEN),
        "eyelids": filled(RED),
    }
    layers = {role: Layer(role, image) for role, image in pictures.items()}
    return Puppet("egg", layers, closed, opened)


def track(*frames: Array) -> LandmarkTrack:
    points = np.stack(frames)
    depth = np.zeros((*points.shape[:2], 1))
    return LandmarkTrack(np.concatenate([points, depth], axis=2), 25)


def frame(puppet: Puppet, points: Array, size: int | None = None) -> Array:
    return next(CartoonRenderer(puppet, size).render(track(points))).astype(int)


def flat(puppet: Puppet) -> Array:
    """The layers of the shut face laid on one another, nothing moved."""
    picture = puppet.layers["background"].image.copy()
    over(picture, premultiplied(puppet.layers["head"].image))
    return picture[..., :3].astype(int)


def test_rest_points_give_the_rest_picture(puppet: Puppet) -> None:
    assert abs(frame(puppet, puppet.closed) - flat(puppet)).max() <= 2


def test_frames_in_are_frames_out_of_the_size_asked_for(puppet: Puppet) -> None:
    renderer = CartoonRenderer(puppet, 100)
    frames = list(renderer.render(track(*[puppet.closed] * 4)))
    assert renderer.size == (100, 100)
    assert [(f.shape, f.dtype) for f in frames] == [((100, 100, 3), np.uint8)] * 4


def test_outside_the_hull_nothing_moves(puppet: Puppet) -> None:
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
    whole = replace(puppet, layers={**puppet.layers, "body": Layer("body", body)})
    here, there = (frame(whole, puppet.closed + shift) for shift in ((0, 0), (12, -8)))
    assert_array_equal(here[200:, :38], there[200:, :38])
    assert abs(here[40:200, 60:190] - there[32:192, 72:202]).max() <= 3


def test_inside_of_the_mouth_shows_only_between_open_lips(puppet: Puppet) -> None:
    def green(points: Array) -> Array:
        picture = frame(puppet, points)
        return (picture[..., 1] - picture[..., 0]) > 30

    assert not green(puppet.closed).any()
    seen = green(puppet.opened)
    lips = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(lips, [np.round(puppet.opened[INNER_LIP]).astype(np.int32)], 1)
    assert seen.sum() > 0.5 * lips.sum()
    near = cv2.dilate(lips, np.ones((9, 9), np.uint8)).astype(bool)
    assert not (seen & ~near).any()


def test_a_mouth_drawn_open_shuts(puppet: Puppet) -> None:
    head = puppet.layers["head"].image.copy()
    cv2.fillPoly(head, [np.round(puppet.opened[INNER_LIP]).astype(np.int32)], (255, 255, 255, 255))
    drawn = {"head": Layer("head", head), "background": puppet.layers["background"]}
    whole = Puppet("agape", drawn, puppet.closed, puppet.opened, meta={"drawn": "open"})
    white = [
        (frame(whole, points).min(axis=2) > 200).sum() for points in (puppet.opened, puppet.closed)
    ]
    assert white[1] < 0.15 * white[0]


def test_lids_come_down_with_the_points_and_keep_off_open_eyes(puppet: Puppet) -> None:
    def red(openness: float) -> int:
        points = puppet.closed.copy()
        points[UPPER_LID] = points[LOWER_LID] + openness * (points[UPPER_LID] - points[LOWER_LID])
        picture = frame(puppet, points)
        return int(((picture[..., 0] - picture[..., 1]) > 100).sum())

    shown = [red(openness) for openness in (1.0, 0.95, 0.6, 0.3, 0.0)]
    assert shown[0] == shown[1] == 0
    assert 0 < shown[2] < shown[3] < shown[4]


def test_a_blink_does_not_move_the_eye(puppet: Puppet) -> None:
    rig = Rig(puppet)
    shut = puppet.closed.copy()
    shut[UPPER_LID] = shut[LOWER_LID]
    for at_rest, shut_eye in zip(rig.pose(puppet.closed).eyes, rig.pose(shut).eyes, strict=True):
        assert_allclose(shut_eye, at_rest, atol=1e-6)


def test_alpha_is_kept_and_the_background_left_out(puppet: Puppet) -> None:
    picture = next(CartoonRenderer(puppet).render_rgba(track(puppet.closed)))
    head = puppet.layers["head"].image
    assert picture.shape == (SIZE, SIZE, 4)
    assert_allclose(picture[..., 3].astype(int), head[..., 3].astype(int), atol=1)
    solid = head[..., 3] > 250
    assert_allclose(picture[solid][:, :3].astype(int), head[solid][:, :3].astype(int), atol=3)


def test_straight_undoes_premultiplied_where_anything_shows() -> None:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (20, 20, 4), dtype=np.uint8)
    image[..., 3] = np.maximum(image[..., 3], 128)
    assert abs(straight(premultiplied(image)).astype(int) - image.astype(int)).max() <= 1


def test_a_background_of_any_shape_fills_the_frame(puppet: Puppet) -> None:
    for shape in ((50, 200, 3), (300, 20, 3)):
        renderer = CartoonRenderer(puppet, 64, np.full(shape, 7, np.uint8))
        picture = next(renderer.render(track(puppet.closed)))
        assert (picture[:4] == 7).all()


def test_explicit_triangles_and_border_give_the_rest_picture(puppet: Puppet) -> None:
    rig = Rig(puppet)
    border = [[-9, -9], [265, -9], [265, 265], [-9, 265]]
    plain = replace(puppet, meta={"border": border})
    corners = np.concatenate([puppet.opened, border])
    own = replace(plain, triangles=delaunay(corners))
    assert abs(frame(own, puppet.closed) - flat(puppet)).max() <= 2
    assert len(rig.triangles) > len(own.triangles)  # the rule cuts contours finer


def test_without_a_stated_open_mouth_the_lips_still_part(puppet: Puppet) -> None:
    shut = replace(puppet, opened=puppet.closed)
    picture = frame(shut, puppet.opened)
    assert ((picture[..., 1] - picture[..., 0]) > 30).sum() > 200


def test_curves_pass_through_their_landmarks() -> None:
    weights = curve([48, 49, 50, 51], ends=True)
    assert_allclose(weights.sum(axis=1), 1)
    points = np.random.default_rng(2).normal(size=(68, 2))
    assert_allclose((weights @ points)[[0, -1]], points[[48, 51]])


def test_the_transparent_frame_on_the_background_is_the_frame(puppet: Puppet) -> None:
    points = (puppet.closed + puppet.opened) / 2 + (7, -4)
    clear = next(CartoonRenderer(puppet).render_rgba(track(points)))
    laid = puppet.layers["background"].image.copy()
    over(laid, premultiplied(clear))
    assert abs(laid[..., :3].astype(int) - frame(puppet, points)).max() <= 3


def test_frames_do_not_depend_on_one_another(puppet: Puppet) -> None:
    aside = puppet.closed + np.array([9, 5])
    poses = [puppet.closed, puppet.opened, aside, puppet.closed]
    together = list(CartoonRenderer(puppet).render(track(*poses)))
    for points, picture in zip(poses, together, strict=True):
        assert_array_equal(frame(puppet, points), picture.astype(int))


def test_a_gallery_shows_each_puppet_at_rest_open_and_blinking(puppet: Puppet) -> None:
    page = gallery([puppet, puppet, puppet], tile=100)
    assert page.dtype == np.uint8
    assert page.shape == (2 * (100 + CAPTION) + 6, 2 * (3 * 100 + 12) + 6, 3)
    tiles = [page[CAPTION : CAPTION + 100, x : x + 100].astype(int) for x in (0, 106, 212)]
    for shown, points in zip(tiles, (puppet.closed, puppet.opened, blinking(puppet)), strict=True):
        assert_array_equal(shown, frame(puppet, points, 100))
