"""Faces of photos and drawings are detected, selected and placed, and drawn eyes are fitted."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from talkinghead.errors import FaceError, PuppetError
from talkinghead.geometry.mouth import is_mouth_open
from talkinghead.landmarks import LEFT_EYE, RIGHT_EYE
from talkinghead.puppet.face_fit import (
    check_upright,
    find_faces,
    fit_drawn_eyes,
    guess_face_box,
    mean_face_in_box,
    select_face,
)
from talkinghead.types import Array
from tests.puppet.drawing import drawn_face, drawn_points


@pytest.mark.parametrize("box", [(10, 20, 300, 200), (0, 0, 64, 64), (5.5, 3.25, 100, 400)])
def test_the_mean_face_fills_its_box(box):
    points = mean_face_in_box(box)
    assert_allclose(points.min(axis=0), box[:2], atol=1e-9)
    assert_allclose(points.max(axis=0), np.add(box[:2], box[2:]), atol=1e-9)
    assert not is_mouth_open(points)


def test_a_box_too_small_for_a_face_is_refused():
    with pytest.raises(PuppetError, match="at least 16"):
        mean_face_in_box((0, 0, 10, 100))


@pytest.mark.parametrize("shape", [(400, 300), (300, 400), (900, 200)])
def test_the_guessed_box_lies_in_the_outline(shape):
    alpha = np.zeros((shape[0] + 40, shape[1] + 60), np.uint8)
    alpha[10:-30, 20:-40] = 255
    left, top, wide, high = guess_face_box(alpha)
    assert left >= 20
    assert top >= 10
    assert left + wide <= 20 + shape[1]
    assert top + high <= 10 + shape[0]


def test_a_face_detected_at_another_size_is_mapped_to_the_picture():
    points = drawn_points()

    def finder(view: Array) -> list[Array]:
        """Finds faces only in enlarged pictures with padding."""
        if view.shape[0] <= 512:
            return []
        pad = (view.shape[0] - 512) / 2
        return [points * 2 + pad]

    [face] = find_faces(np.zeros((256, 256, 3), np.uint8), finder)
    assert_allclose(face, points, atol=1e-6)


@pytest.mark.parametrize("turn", [60, 90, 180, -90])
def test_a_tilted_face_is_refused(turn):
    angle = np.radians(turn)
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    check_upright(drawn_points(), "a.png")
    with pytest.raises(FaceError, match=f"a.png: the face is tilted by {abs(turn)} degrees"):
        check_upright(drawn_points() @ matrix, "a.png")


def test_a_face_outside_the_box_is_ignored():
    image, points = np.zeros((256, 256, 3), np.uint8), drawn_points()
    around = (*points.min(axis=0), *np.ptp(points, axis=0))
    assert len(find_faces(image, lambda view: [points], around)) == 1
    assert find_faces(image, lambda view: [], (0, 0, 30, 30)) == []


def test_small_eyes_are_moved_to_the_rims_of_drawn_ones():
    points = drawn_points()
    small = points.copy()
    for eye in (LEFT_EYE, RIGHT_EYE):
        middle = points[eye].mean(axis=0)
        small[eye] = middle + 0.7 * (points[eye] - middle)
    fitted = fit_drawn_eyes(drawn_face(), small)
    for eye in (LEFT_EYE, RIGHT_EYE):
        assert_allclose(np.ptp(fitted[eye], axis=0), np.ptp(points[eye], axis=0), atol=2)
    assert_array_equal(
        np.delete(fitted, np.arange(36, 48), 0), np.delete(small, np.arange(36, 48), 0)
    )


def test_the_eyes_of_a_photo_are_not_moved(portrait_image):
    points = mean_face_in_box((180, 70, 90, 110))
    assert_array_equal(fit_drawn_eyes(portrait_image, points), points)


def test_faces_are_numbered_from_left_to_right():
    left, right = drawn_points() - (50, 0), drawn_points() * 1.2
    notes: list[str] = []
    assert select_face([right, left], None, "x.png", notes.append) is right
    assert "number 1" in notes[0]
    assert select_face([right, left], 0, "x.png", notes.append) is left
    with pytest.raises(FaceError, match="no face 2"):
        select_face([right, left], 2, "x.png", notes.append)
