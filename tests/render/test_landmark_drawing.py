"""Landmark drawings are exact to a fraction of a pixel and fit their canvas."""

import numpy as np
import pytest

from talkinghead.errors import FaceError, ImageError
from talkinghead.geometry.align import mean_face
from talkinghead.render.landmark_drawing import (
    LandmarkRenderer,
    MultiLandmarkRenderer,
    draw_landmarks,
    fit_track,
    join_side_by_side,
)
from talkinghead.types import LandmarkTrack

from .pictures import face_at, two_frames

SIZE = (160, 120)
FACE = mean_face() * 60 + [80, 50, 0]


def centroid(picture):
    """Mean position of everything drawn."""
    ink = 255.0 - picture.min(axis=2)
    rows, columns = np.indices(ink.shape)
    return np.array([(ink * columns).sum(), (ink * rows).sum()]) / ink.sum()


def test_a_drawing_moves_by_the_fraction_of_a_pixel_that_its_points_move():
    still = centroid(draw_landmarks(FACE, SIZE))
    for step in (0.25, 0.5, 1.0):
        moved = centroid(draw_landmarks(FACE + np.array([step, -step, 0]), SIZE))
        np.testing.assert_allclose(moved - still, [step, -step], atol=0.1)


def test_the_background_is_white_or_a_copy_of_the_canvas():
    assert draw_landmarks(FACE, SIZE)[0, 0].tolist() == [255, 255, 255]
    canvas = np.full((120, 160, 3), 9, np.uint8)
    picture = draw_landmarks(FACE[:, :2], SIZE, canvas)
    assert picture[0, 0].tolist() == [9, 9, 9]
    assert (canvas == 9).all()
    assert (picture != 9).any()


def test_points_far_outside_and_nan_are_drawn_without_error():
    wild = FACE.copy()
    wild[0] = 1e12
    wild[1] = np.nan
    assert draw_landmarks(wild, SIZE).shape == (120, 160, 3)


def test_points_and_canvases_of_wrong_shape_are_refused():
    with pytest.raises(FaceError, match=r"\(68, 2 or 3\)"):
        draw_landmarks(FACE[:67], SIZE)
    with pytest.raises(ImageError, match="canvas"):
        draw_landmarks(FACE, SIZE, np.zeros((3, 3, 3), np.uint8))


def test_a_fitted_track_fills_the_canvas_and_keeps_its_shape():
    track = LandmarkTrack(np.stack([FACE, FACE + 10]) * 40, 25.0)
    fitted = fit_track(track, SIZE)
    flat = fitted.points[..., :2].reshape(-1, 2)
    assert (flat > 0).all()
    assert (flat < SIZE).all()
    assert np.ptp(flat, axis=0).max() > 0.8 * min(SIZE)
    ratio = np.ptp(fitted.points[0], axis=0) / np.ptp(track.points[0], axis=0)
    np.testing.assert_allclose(ratio, ratio[0])


def test_the_renderer_gives_one_drawing_of_its_size_per_frame():
    renderer = LandmarkRenderer(SIZE)
    track = LandmarkTrack(np.repeat(FACE[None], 5, axis=0), 25.0)
    frames = list(renderer.render(track))
    assert len(frames) == 5
    assert all(frame.shape == (120, 160, 3) and frame.dtype == np.uint8 for frame in frames)
    assert list(renderer.render(LandmarkTrack(FACE[None][:0], 25.0))) == []


def test_frames_are_joined_at_the_height_of_the_right_and_streams_must_be_equally_long():
    small, large = np.zeros((60, 80, 3), np.uint8), np.full((120, 100, 3), 7, np.uint8)
    joined = list(join_side_by_side(iter([small] * 2), iter([large] * 2)))
    assert [frame.shape for frame in joined] == [(120, 260, 3)] * 2
    assert (joined[0][:, 160:] == 7).all()
    with pytest.raises(ValueError, match="shorter"):
        list(join_side_by_side(iter([small] * 2), iter([large])))


def test_all_faces_are_drawn_at_their_relative_positions():
    left, right = face_at(90), face_at(330)
    drawing = MultiLandmarkRenderer((200, 200))
    rest, moved = drawing.render(two_frames(left, 6), two_frames(right))
    assert rest.shape == (200, 200, 3)
    change = np.abs(moved.astype(int) - rest).max(axis=2)
    assert change[:, :100].max() > 50
    assert change[:, 100:].max() == 0
    assert rest[:, 100:].min() < 200  # the face that does not move is drawn, too
