"""Overlapping detections are one face, and arrays are validated."""

import numpy as np
import pytest

from talkinghead.errors import FaceError, ImageError
from talkinghead.face.detectors.base import Face, box_overlap, require_rgb, suppress_overlaps


def face_at(left: float, top: float, side: float, score: float = 0.9) -> Face:
    points = np.random.default_rng(0).uniform(0, 1, (68, 3))
    points[0], points[1] = 0, 1
    return Face((points * side + [left, top, 0]).astype(np.float32), score)


def test_overlap_is_a_share_of_the_smaller_box() -> None:
    assert box_overlap(face_at(0, 0, 100), face_at(10, 10, 50)) == pytest.approx(1)
    assert box_overlap(face_at(0, 0, 100), face_at(50, 0, 100)) == pytest.approx(0.5)
    assert box_overlap(face_at(0, 0, 100), face_at(200, 0, 100)) == 0


def test_the_first_of_overlapping_faces_is_kept_and_the_largest_comes_first() -> None:
    first, overlapping, other = face_at(0, 0, 50), face_at(5, 5, 52), face_at(200, 0, 100)
    assert suppress_overlaps([first, overlapping, other]) == [other, first]


def test_faces_need_68_finite_points() -> None:
    for points in (np.zeros((67, 3)), np.full((68, 3), np.nan)):
        with pytest.raises(FaceError, match="68 finite points"):
            Face(points, 1.0)


def test_pictures_are_rgb_and_contiguous() -> None:
    image = np.zeros((4, 6, 3), np.uint8)
    assert require_rgb(image[:, ::-1]).flags.c_contiguous
    with pytest.raises(ImageError, match="uint8"):
        require_rgb(image.astype(float))
