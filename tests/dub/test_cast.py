"""Who speaks: the largest face, faces by number, or one like a picture, also after a cut."""

import numpy as np
import pytest

from talkinghead.dub.cast import Cast
from talkinghead.dub.likeness import describe_face
from talkinghead.errors import FaceError
from talkinghead.face.detectors.base import Face
from talkinghead.types import Array


class Faces:
    """A detector of faces whose places are known."""

    def __init__(self, *points: Array):
        self.points = points

    def detect(self, image: Array) -> list[Face]:
        return [Face(points, 1.0) for points in self.points]


@pytest.fixture(scope="module")
def two(still, detector):
    """A picture of two people, their landmarks, and those of the first in a picture of her own."""
    from talkinghead.media.loading import demo_portrait

    her = detector.detect(still)[0].points
    admiral = demo_portrait("grace_hopper")[:480, :480]
    other = detector.detect(admiral)[0].points
    both = np.zeros((480, 720, 3), np.uint8)
    both[:240, :240], both[:, 240:] = still, admiral
    return both, her, other + np.float32([240, 0, 0])


def centre(points: Array | None) -> float | None:
    return None if points is None else float(points[:, 0].mean())


def test_the_largest_face_speaks_unless_another_is_chosen(two):
    image, left, right = two
    detector = Faces(left, right)
    assert centre(Cast().assign(image, detector, [False])[0]) == centre(right)
    assert centre(Cast([0]).assign(image, detector, [False])[0]) == centre(left)
    both = Cast([1, 0]).assign(image, detector, [False, False])
    assert [centre(points) for points in both] == [centre(right), centre(left)]


def test_a_person_is_found_again_where_she_has_moved(two):
    image, left, right = two
    cast = Cast([0])
    cast.assign(image, Faces(left, right), [False])
    width = image.shape[1]
    swapped = np.ascontiguousarray(np.concatenate([image[:, 240:], image[:, :240]], axis=1))
    moved = Faces(right - np.float32([240, 0, 0]), left + np.float32([width - 240, 0, 0]))
    assert centre(cast.assign(swapped, moved, [False])[0]) == centre(moved.points[1])
    assert cast.assign(swapped, Faces(moved.points[0]), [False]) == [None]


def test_a_picture_names_the_person(two, still, detector):
    image, left, right = two
    darker = np.roll(still // 3 * 2, 12, axis=1)
    looks = describe_face(darker, detector.detect(darker)[0].points)
    found = Cast(like=looks).assign(image, Faces(left, right), [False])
    assert centre(found[0]) == centre(left)


def test_a_number_that_nobody_has_is_refused_at_the_end(two):
    image, left, _ = two
    cast = Cast([1], where="video.mp4")
    assert cast.assign(image, Faces(left), [False]) == [None]
    with pytest.raises(FaceError, match=r"video\.mp4: there is no face 1; at most 1 face is seen"):
        cast.check()
