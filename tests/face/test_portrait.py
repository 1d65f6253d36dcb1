"""The largest face is selected, or one by its number from the left."""

from collections.abc import Iterable

import numpy as np
import pytest

from talkinghead.errors import FaceError
from talkinghead.face.detectors.base import Face
from talkinghead.face.portrait import find_portrait
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LOWER, JAW_LEFT, MOUTH
from talkinghead.types import Array

IMAGE = np.zeros((100, 300, 3), np.uint8)


def face_at(left: float, width: float, opening: float = 0.0) -> Face:
    shape = mean_face() - [mean_face()[JAW_LEFT, 0], 0, 0]
    shape[INNER_LOWER, 1] += opening
    return Face((shape * width + [left, 50, 0]).astype(np.float32), 0.9)


class FakeDetector:
    """A detector that returns given faces, the largest first."""

    def __init__(self, *faces: Face) -> None:
        self._faces = sorted(faces, key=lambda face: -face.area)

    def detect(self, image: Array) -> list[Face]:
        del image
        return self._faces

    def track(self, frames: Iterable[Array]) -> Array:
        raise NotImplementedError


GROUP = FakeDetector(face_at(10, 40), face_at(200, 30), face_at(100, 60))


def test_the_largest_face_is_selected_and_the_user_notified() -> None:
    messages: list[str] = []
    portrait = find_portrait(IMAGE, GROUP, where="group.jpg", notify=messages.append)
    assert portrait.landmarks[0, 0] == pytest.approx(100)
    (line,) = messages
    for words in ("group.jpg", "3 faces", "left", "number 1", "--face N"):
        assert words in line
    assert "\n" not in line


@pytest.mark.parametrize(("face", "left"), [(0, 10), (1, 100), (2, 200)])
def test_faces_are_numbered_from_left_to_right(face: int, left: float) -> None:
    messages: list[str] = []
    portrait = find_portrait(IMAGE, GROUP, face=face, notify=messages.append)
    assert portrait.landmarks[0, 0] == pytest.approx(left)
    assert messages == []


def test_a_portrait_contains_the_landmarks_of_the_other_faces() -> None:
    others = find_portrait(IMAGE, GROUP).other_faces
    assert [other[0, 0] for other in others] == pytest.approx([10, 200])


def test_one_face_needs_no_message() -> None:
    messages: list[str] = []
    find_portrait(IMAGE, FakeDetector(face_at(10, 40)), notify=messages.append)
    assert messages == []


def test_a_wide_open_mouth_is_reported() -> None:
    messages: list[str] = []
    find_portrait(IMAGE, FakeDetector(face_at(10, 40, 0.1)), where="a.jpg", notify=messages.append)
    assert messages == []
    find_portrait(IMAGE, FakeDetector(face_at(10, 40, 0.4)), where="a.jpg", notify=messages.append)
    (line,) = messages
    assert line.startswith("a.jpg: ")
    assert "wide open" in line


@pytest.mark.parametrize("side", ["bottom", "left", "right", "top"])
def test_a_face_whose_mouth_lies_outside_the_picture_is_refused(side: str) -> None:
    face = face_at(100, 60)
    x, y = face.points[MOUTH, :2].mean(axis=0)
    width, height = x + 60, y + 60

    def moved(distance: float) -> tuple[FakeDetector, Array]:
        """A picture that ends `distance` pixels beyond the middle of the mouth."""
        shift = np.zeros(3, np.float32)
        size = [round(height), round(width)]
        if side == "bottom":
            size[0] = round(y + distance)
        elif side == "right":
            size[1] = round(x + distance)
        elif side == "left":
            shift[0] = distance - x
        else:
            shift[1] = distance - y
        moved_face = Face(face.points + shift, 0.9)
        return FakeDetector(moved_face), np.zeros((*size, 3), np.uint8)

    detector, picture = moved(-4)
    with pytest.raises(FaceError, match=r"^a\.jpg: the mouth lies outside the picture") as caught:
        find_portrait(picture, detector, where="a.jpg")
    assert "\n" not in str(caught.value)
    messages: list[str] = []
    detector, picture = moved(2)
    find_portrait(picture, detector, where="a.jpg", notify=messages.append)
    assert [line.split(" lies")[0] for line in messages] == ["a.jpg: a part of the lips"]
    detector, picture = moved(30)
    find_portrait(picture, detector, notify=messages.append)
    assert len(messages) == 1


def test_a_smaller_face_is_selected_if_the_mouth_of_the_largest_lies_outside() -> None:
    low = Face(face_at(150, 80).points + np.float32([0, 30, 0]), 0.9)
    detector = FakeDetector(low, face_at(20, 60))
    assert find_portrait(IMAGE, detector).landmarks[0, 0] == pytest.approx(20)
    with pytest.raises(FaceError, match="mouth lies outside"):
        find_portrait(IMAGE, detector, face=1)


def test_an_invalid_face_number_is_refused_and_the_valid_ones_are_listed() -> None:
    for face in (3, -1):
        with pytest.raises(FaceError, match="found 3 faces, numbered 0 to 2"):
            find_portrait(IMAGE, GROUP, face=face)
    with pytest.raises(FaceError, match="found 1 face, number 0"):
        find_portrait(IMAGE, FakeDetector(face_at(10, 40)), face=1)


def test_a_picture_without_a_face_or_with_a_tiny_one_is_refused() -> None:
    with pytest.raises(FaceError, match=r"cup\.jpg: found no face; crop the picture to one"):
        find_portrait(IMAGE, FakeDetector(), where="cup.jpg")
    with pytest.raises(FaceError, match=r"a\.jpg: the face is 5 pixels wide"):
        find_portrait(IMAGE, FakeDetector(face_at(10, 5)), where="a.jpg")
