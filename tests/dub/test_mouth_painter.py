"""A new mouth is painted into a filmed frame; the filmed one does not shine through."""

import numpy as np
import pytest

from talkinghead.dub.mouth_painter import (
    InteriorSource,
    LipSource,
    MouthPainter,
    shift_mesh,
    skin_color,
)
from talkinghead.dub.mouth_warp import MouthWarp
from talkinghead.dub.sources import visible_teeth
from talkinghead.geometry.masks import polygon_mask
from talkinghead.geometry.mouth import face_width, lip_gaps
from talkinghead.landmarks import INNER_LIP, INNER_LOWER, MOUTH, OUTER_LIP, OUTER_LOWER
from talkinghead.media.video_frames import decode_video, read_properties
from talkinghead.media.yuv import YuvFrame
from talkinghead.types import Array

REST = np.zeros((68, 3))


def opened(amount: float) -> Array:
    offsets = np.zeros((68, 3))
    offsets[[*INNER_LOWER, *OUTER_LOWER], 1] = amount
    fall = np.clip(1.4 - np.abs(np.arange(17) - 8) / 5, 0, 1)
    offsets[:17, 1] = amount * fall
    return offsets


@pytest.fixture(scope="module")
def warp(face):
    return MouthWarp(face)


@pytest.fixture(scope="module")
def picture(video):
    with decode_video(read_properties(video)) as frames:
        frame = YuvFrame(next(iter(frames)))
    return frame.read_rgb((0, 0, *frame.size))


@pytest.fixture(scope="module")
def painter(warp):
    return MouthPainter(warp)


def paint(painter, warp, picture, offsets, lips=None):
    mesh = warp.place(0, offsets, 1.0)
    size = picture.shape[1::-1]
    x, y, width, height = box = painter.box(mesh, size)
    part = np.ascontiguousarray(picture[y : y + height, x : x + width])
    still = warp.place(0, REST, 0.0)
    source = InteriorSource.from_frame(picture, still)
    change = painter.paint(part, shift_mesh(mesh, (x, y), 1.0), source, lips)
    out = picture.astype(np.float32)
    out[y : y + height, x : x + width] += change
    return out, mesh, box


def test_filmed_lips_that_are_kept_change_nothing(painter, warp):
    mesh = warp.place(0, opened(0.1), 0.0)
    np.testing.assert_array_equal(mesh.filmed, mesh.spoken)
    assert painter.box(mesh, (240, 240)) is None


def test_teeth_that_were_filmed_vanish_behind_closed_lips(painter, warp, picture):
    mesh = warp.place(0, REST, 0.0)
    assert lip_gaps(mesh.filmed_landmarks).max() > 0.02 * face_width(mesh.landmarks)
    assert visible_teeth(picture, mesh.filmed_landmarks) > 0.002
    out, new, _ = paint(painter, warp, picture, REST)
    lips = polygon_mask(new.landmarks[OUTER_LIP, :2], (0, 0, 240, 240)) > 0.9
    filmed = polygon_mask(mesh.filmed_landmarks[OUTER_LIP, :2], (0, 0, 240, 240)) > 0.9
    bright = np.percentile(picture.mean(axis=2)[filmed], 97)
    assert np.percentile(out.mean(axis=2)[lips], 97) < bright - 25


def test_lips_that_are_filmed_wide_open_are_those_of_a_closed_mouth(painter, warp, picture):
    """A green mouth in the frame that shows closed lips is seen where the filmed lips closed."""
    still = warp.place(0, REST, 0.0)
    green = picture.copy()
    mask = polygon_mask(still.filmed_landmarks[OUTER_LIP, :2], (0, 0, 240, 240)) > 0.1
    green[mask] = (0, 160, 0)
    lips = LipSource.from_frame(green, still)
    plain, mesh, _ = paint(painter, warp, picture, REST)
    borrowed, _, _ = paint(painter, warp, picture, REST, lips)
    inside = polygon_mask(mesh.landmarks[OUTER_LIP, :2], (0, 0, 240, 240)) > 0.95
    assert (borrowed - plain)[inside][:, 1].mean() > (borrowed - plain)[inside][:, 0].mean() + 60
    similar, _, _ = paint(painter, warp, picture, opened(0.075), lips)
    assert np.abs(similar - borrowed)[inside].mean() > 20  # lips as filmed stay the frame's own


def test_an_open_mouth_shows_its_inside(painter, warp, picture):
    out, mesh, _ = paint(painter, warp, picture, opened(0.15))
    inside = polygon_mask(mesh.landmarks[INNER_LIP, :2], (0, 0, 240, 240)) > 0.95
    lips = polygon_mask(mesh.landmarks[OUTER_LIP, :2], (0, 0, 240, 240)) > 0.95
    assert inside.sum() > 150
    luma = out.mean(axis=2)
    assert luma[inside].min() < 0.6 * np.median(luma[lips & ~inside])


def test_what_is_far_from_the_mouth_is_untouched(painter, warp, picture):
    out, mesh, (x, y, width, height) = paint(painter, warp, picture, opened(0.12))
    outside = np.ones(picture.shape[:2], bool)
    outside[y : y + height, x : x + width] = False
    assert np.array_equal(out[outside], picture[outside])
    assert y > mesh.landmarks[19:25, 1].max()  # the brows
    edge = np.abs(out - picture)[[y, y + height - 1], x : x + width]
    assert edge.max() < 1.5


def test_light_of_the_frame_falls_on_the_borrowed_mouth(painter, warp, picture):
    dark = (picture.astype(np.float32) * 0.6).astype(np.uint8)
    mesh = warp.place(0, opened(0.15), 1.0)
    size = picture.shape[1::-1]
    box = painter.box(mesh, size)
    x, y, width, height = box
    still = warp.place(0, REST, 0.0)
    inside = polygon_mask(mesh.landmarks[INNER_LIP, :2], (0, 0, *size)) > 0.95
    means = []
    for image in (picture, dark):
        part = np.ascontiguousarray(image[y : y + height, x : x + width])
        source = InteriorSource.from_frame(picture, still)
        change = painter.paint(part, shift_mesh(mesh, (x, y), 1.0), source, None)
        out = image.astype(np.float32)
        out[y : y + height, x : x + width] += change
        means.append(out[inside].mean())
    assert means[1] == pytest.approx(0.62 * means[0], rel=0.12)


def test_a_box_and_pixels_that_are_not_square_only_shift_and_scale(warp):
    mesh = warp.place(0, opened(0.1), 1.0)
    moved = shift_mesh(mesh, (10, 20), 2.0)
    np.testing.assert_allclose(moved.spoken, mesh.spoken * (0.5, 1) - (10, 20))
    local = mesh.local[MOUTH]
    np.testing.assert_allclose(
        moved.pose.to_pixels(local)[:, :2], moved.landmarks[MOUTH, :2], atol=1e-6
    )


def test_the_colour_of_the_skin_is_that_around_the_mouth(picture, face):
    landmarks = face.poses[0].to_pixels(face.local[0])
    color = skin_color(picture, landmarks)
    assert color[0] > color[1] > color[2] > 60
