"""What covers the mouth for a while is found; speech, light and cuts are not taken for it."""

import cv2
import numpy as np
import pytest

from talkinghead.dub.occlusion import describe_mouth, find_visible
from talkinghead.types import Array

SHOTS = np.zeros(60, int)


@pytest.fixture(scope="module")
def face(portrait_image: Array, detector) -> tuple[Array, Array]:
    image = np.ascontiguousarray(portrait_image[20:320, 80:380])
    return image, detector.detect(image)[0].points


def looks(face: tuple[Array, Array], covered: range, shade: int = 60) -> list[Array | None]:
    """60 noisy frames that drift, with a box before the mouth in some."""
    image, points = face
    rng = np.random.default_rng(0)
    out: list[Array | None] = []
    x, y = points[48:68, :2].mean(axis=0).astype(int)
    for number in range(60):
        frame = image.copy()
        if number in covered:
            cv2.rectangle(frame, (x - 50, y - 25), (x + 12, y + 60), (shade + 40, shade, shade), -1)
        frame = np.roll(frame, number // 4, axis=1)
        frame = (frame + rng.normal(0, 4, frame.shape)).clip(0, 255).astype(np.uint8)
        out.append(describe_mouth(frame, points + np.array([number // 4, 0, 0])))
    return out


@pytest.mark.parametrize("shade", [20, 150])
def test_a_box_before_the_mouth_is_found_while_it_is_there(face, shade):
    visible = find_visible(looks(face, range(22, 35), shade), SHOTS)
    hidden = np.flatnonzero(~visible)
    assert set(range(22, 35)) <= set(hidden) <= set(range(19, 38))


def test_nothing_is_found_where_nothing_covers_it(face):
    assert find_visible(looks(face, range(0)), SHOTS).all()


def test_a_change_that_stays_is_no_hand(face):
    assert find_visible(looks(face, range(30, 60)), SHOTS).all()


def test_frames_without_a_face_and_cuts_are_no_hand(face):
    plain = looks(face, range(0))
    assert find_visible([None] * 60, SHOTS).all()
    assert find_visible([*plain[:30], *[None] * 30], SHOTS).all()
    cut = looks(face, range(20, 40))
    assert find_visible(cut, np.repeat([0, 1, 2], 20)).all()


def test_the_description_does_not_depend_on_size_and_place(face):
    image, points = face
    small = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    a, b = describe_mouth(image, points), describe_mouth(small, (points + 0.5) / 2 - 0.5)
    assert float(a.astype(float) @ b) > 0.97
    assert not describe_mouth(image, points + np.array([5000, 0, 0])).any()
