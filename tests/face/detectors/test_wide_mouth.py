"""Lips that the face mesh takes for closed are found where they are; closed ones stay closed."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from talkinghead.face.detectors import load_detector
from talkinghead.face.detectors.base import Face
from talkinghead.face.detectors.small_faces import CROP_SIDE
from talkinghead.face.detectors.wide_mouth import find_wide_mouth
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import face_width, lip_gaps
from talkinghead.landmarks import INNER_LOWER, MOUTH_LEFT, MOUTH_RIGHT
from talkinghead.media.loading import demo_portrait
from talkinghead.types import Array

IMAGE = np.zeros((300, 300, 3), np.uint8)


def face_with(gap: float, angle: float = 0.0) -> Face:
    """A face 100 pixels wide at (150, 150) whose lips are `gap` face widths apart."""
    shape = mean_face().astype(np.float64)
    shape[INNER_LOWER, 1] += gap - lip_gaps(shape).max()
    turn = np.eye(3)
    turn[:2, :2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    points = 100 * (shape - shape.mean(axis=0)) @ turn.T + [150, 150, 0]
    return Face(points.astype(np.float32), 0.9)


def opening(points: Array) -> float:
    return float(lip_gaps(points[:, :2]).max() / face_width(points[:, :2]))


def finder(face: Face, *openings: float, angle: float = 0.0) -> Callable[[Array], list[Face]]:
    """Finds the face with the next opening in each crop; a negative one: finds none."""
    remaining = list(openings)
    crops = [(1.5, 0.7), (2.2, 0.7), (2.2, 0.6)]

    def find(crop: Array) -> list[Face]:
        assert crop.shape == (CROP_SIDE, CROP_SIDE, 3)
        margin, height = crops[len(openings) - len(remaining)]
        gap = remaining.pop(0)
        if gap < 0:
            return []
        left, top, right, bottom = face.box
        scale = CROP_SIDE / (margin * max(right - left, bottom - top))
        axes = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        linear = np.diag([scale, scale * height]) @ axes
        seen = face_with(gap, angle).points
        centre = [(left + right) / 2, (top + bottom) / 2]
        flat = (seen[:, :2] - centre) @ linear.T + CROP_SIDE / 2
        return [Face(np.column_stack([flat, seen[:, 2] * scale]).astype(np.float32), 0.8)]

    return find


@pytest.mark.parametrize("angle", [0.0, 0.5])
def test_lips_on_which_all_crops_agree_are_taken(angle: float) -> None:
    face = face_with(0.0, angle)
    found = find_wide_mouth(IMAGE, face, finder(face, 0.3, 0.3, 0.3, angle=angle))
    np.testing.assert_allclose(found.points, face_with(0.3, angle).points, atol=0.05)
    assert found.score == face.score


@pytest.mark.parametrize(
    "openings", [(0.0,), (0.3, 0.02), (0.3, 0.3, 0.05), (0.3, 0.3, -1.0), (-1.0,), (0.09,)]
)
def test_the_face_stays_if_one_crop_shows_no_wide_mouth(openings: tuple[float, ...]) -> None:
    face = face_with(0.0)
    assert find_wide_mouth(IMAGE, face, finder(face, *openings)) is face


def test_a_wide_mouth_that_was_found_at_once_stays() -> None:
    face = face_with(0.3)
    assert find_wide_mouth(IMAGE, face, finder(face, 0.33, 0.33, 0.33)) is face


def agape(gap: float) -> Array:
    """Grace Hopper, her jaw lowered by `gap` face widths, and a dark mouth drawn in between."""
    portrait = demo_portrait("grace_hopper")
    (face,) = load_detector("mediapipe").detect(portrait)
    points = face.points[:, :2]
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    picture = portrait[int(top) - 90 : int(bottom) + 120, int(left) - 110 : int(right) + 110]
    picture = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    lips = 2 * (points - [int(left) - 110, int(top) - 90])
    width = 2 * float(face_width(points))
    line, rows = int(lips[INNER_LOWER, 1].mean()), int(gap * width)
    picture = np.vstack(
        [picture[:line], picture[line : line + 1].repeat(rows, axis=0), picture[line:]]
    )
    centre = int(lips[[MOUTH_LEFT, MOUTH_RIGHT], 0].mean()), line + rows // 2
    for grow, color in ((0.03, (150, 70, 70)), (0.0, (40, 8, 10))):
        axes = int((0.225 + grow) * width), int(rows / 2 + grow * width)
        cv2.ellipse(picture, centre, axes, 0, 0, 360, color, -1, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("gap", [0.35, 0.45])
def test_the_lips_of_a_shout_are_found(gap: float) -> None:
    detector = load_detector("mediapipe")
    (face,) = detector.detect(agape(gap))
    assert opening(face.points) > 0.8 * gap
    for name in ("astronaut", "grace_hopper"):
        (face,) = detector.detect(demo_portrait(name))
        assert opening(face.points) < 0.1
