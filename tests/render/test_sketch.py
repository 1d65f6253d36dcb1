"""Laws of landmark drawings."""

import numpy as np
import pytest

from talkinghead.errors import FaceError, ImageError
from talkinghead.geometry.align import mean_face
from talkinghead.render.sketch import SketchRenderer, beside, draw, fit
from talkinghead.types import LandmarkTrack

SIZE = (160, 120)
FACE = mean_face() * 60 + [80, 50, 0]


def centroid(picture):
    """Mean place of the ink."""
    ink = 255.0 - picture.min(axis=2)
    rows, columns = np.indices(ink.shape)
    return np.array([(ink * columns).sum(), (ink * rows).sum()]) / ink.sum()


def test_a_drawing_moves_by_the_fraction_of_a_pixel_that_its_points_move():
    still = centroid(draw(FACE, SIZE))
    for step in (0.25, 0.5, 1.0):
        moved = centroid(draw(FACE + np.array([step, -step, 0]), SIZE))
        np.testing.assert_allclose(moved - still, [step, -step], atol=0.1)


def test_the_ground_is_white_or_the_canvas_which_is_left_alone():
    assert draw(FACE, SIZE)[0, 0].tolist() == [255, 255, 255]
    canvas = np.full((120, 160, 3), 9, np.uint8)
    picture = draw(FACE[:, :2], SIZE, canvas)
    assert picture[0, 0].tolist() == [9, 9, 9]
    assert (canvas == 9).all()
    assert (picture != 9).any()


def test_points_far_outside_or_missing_draw_without_error():
    wild = FACE.copy()
    wild[0] = 1e12
    wild[1] = np.nan
    assert draw(wild, SIZE).shape == (120, 160, 3)


def test_wrong_points_and_canvases_are_refused():
    with pytest.raises(FaceError, match=r"\(68, 2 or 3\)"):
        draw(FACE[:67], SIZE)
    with pytest.raises(ImageError, match="canvas"):
        draw(FACE, SIZE, np.zeros((3, 3, 3), np.uint8))


def test_a_fitted_track_fills_the_canvas_and_keeps_its_shape():
    track = LandmarkTrack(np.stack([FACE, FACE + 10]) * 40, 25.0)
    fitted = fit(track, SIZE)
    flat = fitted.points[..., :2].reshape(-1, 2)
    assert (flat > 0).all()
    assert (flat < SIZE).all()
    assert np.ptp(flat, axis=0).max() > 0.8 * min(SIZE)
    ratio = np.ptp(fitted.points[0], axis=0) / np.ptp(track.points[0], axis=0)
    np.testing.assert_allclose(ratio, ratio[0])


def test_as_many_drawings_as_frames_of_the_size_asked_for():
    renderer = SketchRenderer(SIZE)
    track = LandmarkTrack(np.repeat(FACE[None], 5, axis=0), 25.0)
    frames = list(renderer.render(track))
    assert len(frames) == 5
    assert all(frame.shape == (120, 160, 3) and frame.dtype == np.uint8 for frame in frames)
    assert list(renderer.render(LandmarkTrack(FACE[None][:0], 25.0))) == []


def test_beside_joins_at_the_right_height_and_refuses_streams_of_different_length():
    small, large = np.zeros((60, 80, 3), np.uint8), np.full((120, 100, 3), 7, np.uint8)
    joined = list(beside(iter([small] * 2), iter([large] * 2)))
    assert [frame.shape for frame in joined] == [(120, 260, 3)] * 2
    assert (joined[0][:, 160:] == 7).all()
    with pytest.raises(ValueError, match="shorter"):
        list(beside(iter([small] * 2), iter([large])))
