"""Several faces in one picture: each moves only the pixels it owns."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from talkinghead.render.crop import head_square, motion_box
from talkinghead.render.multi_face import (
    MultiFaceRenderer,
    cropped_faces,
    mask_out_neighbours,
    ownership_mask,
)
from talkinghead.render.photo import PhotoRenderer
from talkinghead.types import Array, Portrait

from .pictures import SIZE, face_at, two_frames, wavy_picture


@pytest.fixture(scope="module")
def picture() -> Array:
    return wavy_picture()


def test_a_face_far_from_others_moves_as_it_does_alone(picture):
    left, right = face_at(90), face_at(330)
    track = two_frames(left, 4)
    frames = list(MultiFaceRenderer([Portrait(picture, left)], [right]).render(track))
    alone = list(PhotoRenderer(Portrait(picture, left)).render(track))
    assert_array_equal(frames[0], alone[0])
    assert np.abs(frames[1].astype(int) - alone[1]).mean() < 0.2
    assert np.abs(frames[1].astype(int) - frames[0]).max() > 20


def test_two_moving_faces_change_what_each_changes_alone(picture):
    left, right = face_at(90), face_at(330)
    both = MultiFaceRenderer([Portrait(picture, left), Portrait(picture, right)])
    _, frame = both.render(two_frames(left, 4), two_frames(right, -4))
    only_left = MultiFaceRenderer([Portrait(picture, left)], [right])
    only_right = MultiFaceRenderer([Portrait(picture, right)], [left])
    _, left_frame = only_left.render(two_frames(left, 4))
    _, right_frame = only_right.render(two_frames(right, -4))
    half = SIZE[0] // 2
    assert_array_equal(frame[:, :half], left_frame[:, :half])
    assert_array_equal(frame[:, half:], right_frame[:, half:])


def largest_change(frame, picture, points):
    """The largest change of the picture in the box of a face."""
    change = np.abs(frame.astype(int) - picture).max(axis=2)
    x, y = points[:, 0], points[:, 1]
    return change[int(y.min()) : int(y.max()), int(x.min()) : int(x.max())].max()


def test_a_silent_neighbour_is_not_moved(picture):
    speaker, neighbour = face_at(150), face_at(245)
    renderer = MultiFaceRenderer([Portrait(picture, speaker)], [neighbour])
    _, frame = renderer.render(two_frames(speaker, 5))
    assert largest_change(frame, picture, neighbour) == 0
    assert np.abs(frame[:, :190].astype(int) - picture[:, :190]).max() > 20


def test_a_portrait_with_masked_neighbours_does_not_move_them(picture):
    speaker, neighbour = face_at(150), face_at(245)
    portrait = mask_out_neighbours(Portrait(picture, speaker, other_faces=(neighbour,)))
    assert portrait.other_faces == ()
    _, frame = PhotoRenderer(portrait).render(two_frames(speaker, 5))
    assert largest_change(frame, picture, neighbour) <= 1
    assert np.abs(frame[:, :190].astype(int) - picture[:, :190]).max() > 20


def test_a_portrait_without_near_neighbours_keeps_its_matte(picture):
    portrait = mask_out_neighbours(Portrait(picture, face_at(90), other_faces=(face_at(330),)))
    assert portrait.matte is None


def test_the_ownership_of_all_faces_adds_up_to_at_most_one():
    faces = [face_at(120), face_at(210, unit=40), face_at(290)]
    box = (0, 0, *SIZE)
    masks = [
        ownership_mask(points, faces[:i] + faces[i + 1 :], box) for i, points in enumerate(faces)
    ]
    assert all(mask is not None for mask in masks)
    assert np.sum(masks, axis=0).max() < 1.02
    assert masks[0][110, 120] == 1
    assert masks[0][110, 290] == 0


def test_a_face_without_near_neighbours_owns_all_its_pixels():
    points = face_at(100)
    assert ownership_mask(points, [face_at(900)], motion_box(points, SIZE)) is None


def test_a_size_scales_tracks_and_picture(picture):
    left, right = face_at(90), face_at(330)
    portraits = [Portrait(picture, left), Portrait(picture, right)]
    renderer = MultiFaceRenderer(portraits, size=210)
    assert renderer.size == (210, 130)
    rest, moved = renderer.render(two_frames(left, 4), two_frames(right))
    assert rest.shape == (130, 210, 3)
    change = np.abs(moved.astype(int) - rest).max(axis=2)
    assert change[:, :105].max() > 10
    assert change[:, 105:].max() == 0


def test_a_crop_of_several_faces_is_the_part_of_the_frame_that_holds_their_heads(picture):
    left, right = face_at(90, unit=40), face_at(230, 130, unit=40)
    silent = face_at(380, unit=40)
    portraits = [Portrait(picture, left), Portrait(picture, right)]
    tracks = [two_frames(left, 3), two_frames(right, -3)]
    crop = cropped_faces(portraits, [silent])
    (x, top, side, _), (other, low, *_) = head_square(left, SIZE), head_square(right, SIZE)
    assert crop.size == (other + side - x, low + side - top)
    whole = list(MultiFaceRenderer(portraits, [silent]).render(*tracks))
    for cropped, frame in zip(crop.render(*tracks), whole, strict=True):
        part = frame[top : low + side, x : other + side].astype(int)
        assert np.abs(part - cropped).mean() < 0.5
    assert cropped_faces(portraits, [silent], 80).size == (80, round(80 * (20 + 100) / 240))
