"""The choice of one face: the largest, or the one asked for, counted from the left."""

from collections.abc import Iterable

import numpy as np
import pytest

from talkinghead.errors import FaceError
from talkinghead.face.base import Face
from talkinghead.face.portrait import find_portrait
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LOWER, JAW_LEFT
from talkinghead.types import Array

IMAGE = np.zeros((100, 300, 3), np.uint8)


def face_at(left: float, width: float, gape: float = 0.0) -> Face:
    shape = mean_face() - [mean_face()[JAW_LEFT, 0], 0, 0]
    shape[INNER_LOWER, 1] += gape
    return Face((shape * width + [left, 50, 0]).astype(np.float32), 0.9)


class Finds:
    """A detector that finds the faces it is given, the largest first."""

    def __init__(self, *faces: Face) -> None:
        self.found = sorted(faces, key=lambda face: -face.area)

    def faces(self, image: Array) -> list[Face]:
        del image
        return self.found

    def follow(self, frames: Iterable[Array]) -> Array:
        raise NotImplementedError


GROUP = Finds(face_at(10, 40), face_at(200, 30), face_at(100, 60))


def test_the_largest_face_is_taken_and_the_others_are_mentioned() -> None:
    said: list[str] = []
    portrait = find_portrait(IMAGE, GROUP, where="group.jpg", notify=said.append)
    assert portrait.landmarks[0, 0] == pytest.approx(100)
    (line,) = said
    for words in ("group.jpg", "3 faces", "left", "number 1", "--face N"):
        assert words in line
    assert "\n" not in line


@pytest.mark.parametrize(("face", "left"), [(0, 10), (1, 100), (2, 200)])
def test_faces_are_numbered_from_left_to_right(face: int, left: float) -> None:
    said: list[str] = []
    portrait = find_portrait(IMAGE, GROUP, face=face, notify=said.append)
    assert portrait.landmarks[0, 0] == pytest.approx(left)
    assert said == []


def test_the_other_faces_are_known_too() -> None:
    others = find_portrait(IMAGE, GROUP).others
    assert [other[0, 0] for other in others] == pytest.approx([10, 200])


def test_one_face_needs_no_words() -> None:
    said: list[str] = []
    find_portrait(IMAGE, Finds(face_at(10, 40)), notify=said.append)
    assert said == []


def test_a_mouth_that_cannot_be_closed_well_is_mentioned() -> None:
    said: list[str] = []
    find_portrait(IMAGE, Finds(face_at(10, 40, 0.1)), where="a.jpg", notify=said.append)
    assert said == []
    find_portrait(IMAGE, Finds(face_at(10, 40, 0.4)), where="a.jpg", notify=said.append)
    (line,) = said
    assert line.startswith("a.jpg: ")
    assert "wide open" in line


def test_a_face_that_is_not_there_is_refused_with_their_number() -> None:
    for face in (3, -1):
        with pytest.raises(FaceError, match="found 3 faces, numbered 0 to 2"):
            find_portrait(IMAGE, GROUP, face=face)
    with pytest.raises(FaceError, match="found 1 face, number 0"):
        find_portrait(IMAGE, Finds(face_at(10, 40)), face=1)


def test_no_face_and_a_tiny_face_say_what_to_do() -> None:
    with pytest.raises(FaceError, match=r"cup\.jpg: found no face; crop the picture to one"):
        find_portrait(IMAGE, Finds(), where="cup.jpg")
    with pytest.raises(FaceError, match=r"a\.jpg: the face is 5 pixels wide"):
        find_portrait(IMAGE, Finds(face_at(10, 5)), where="a.jpg")
