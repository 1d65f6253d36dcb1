"""Faces are detected in any size and orientation, tracked through videos, without log output."""

import subprocess
import sys

import cv2
import numpy as np
import pytest

from talkinghead.assets import DEMO_PORTRAITS
from talkinghead.errors import FaceError, ImageError
from talkinghead.face.detectors import load_detector
from talkinghead.face.detectors.base import Detector
from talkinghead.landmarks import (
    CHIN,
    EYES,
    JAW_LEFT,
    JAW_RIGHT,
    LEFT_EYE,
    MIRROR,
    MOUTH,
    NOSE_TIP,
    RIGHT_EYE,
)
from talkinghead.media.loading import demo_portrait
from talkinghead.types import Array


@pytest.fixture(scope="module")
def mediapipe() -> Detector:
    return load_detector("mediapipe")


def width_of(points: Array) -> float:
    return float(np.linalg.norm(points[JAW_RIGHT, :2] - points[JAW_LEFT, :2]))


def paste_face(width: int, height: int, face: int, left: int, top: int) -> Array:
    """The astronaut's face, `face` pixels wide, on black."""
    canvas = np.zeros((height, width, 3), np.uint8)
    scale = face / 91
    crop = demo_portrait("astronaut")[30:260, 110:340]
    small = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas


@pytest.mark.parametrize("name", DEMO_PORTRAITS)
def test_a_portrait_has_one_face_the_right_way_up(mediapipe: Detector, name: str) -> None:
    (face,) = mediapipe.detect(demo_portrait(name))
    points = face.points
    assert points.dtype == np.float32
    assert points[EYES, 1].mean() < points[NOSE_TIP, 1] < points[MOUTH, 1].mean() < points[CHIN, 1]
    assert points[LEFT_EYE, 0].mean() < points[NOSE_TIP, 0] < points[RIGHT_EYE, 0].mean()
    assert points[NOSE_TIP, 2] < points[[JAW_LEFT, JAW_RIGHT], 2].min()
    assert 0.4 <= face.score <= 1


@pytest.mark.parametrize("name", DEMO_PORTRAITS)
def test_a_mirrored_picture_has_mirrored_points(mediapipe: Detector, name: str) -> None:
    image = demo_portrait(name)
    points = mediapipe.detect(image)[0].points
    mirrored = mediapipe.detect(image[:, ::-1])[0].points[MIRROR]
    mirrored = mirrored * [-1, 1, 1] + [image.shape[1], 0, 0]
    distance = np.linalg.norm(mirrored[:, :2] - points[:, :2], axis=1) / width_of(points)
    assert distance.mean() < 0.03
    assert distance.max() < 0.08


@pytest.mark.parametrize("name", DEMO_PORTRAITS)
def test_a_picture_upside_down_has_its_points_upside_down(mediapipe: Detector, name: str) -> None:
    image = demo_portrait(name)
    points = mediapipe.detect(image)[0].points
    turned = mediapipe.detect(image[::-1, ::-1])[0].points
    turned = turned * [-1, -1, 1] + [image.shape[1], image.shape[0], 0]
    distance = np.linalg.norm(turned[:, :2] - points[:, :2], axis=1) / width_of(points)
    assert distance.max() < 0.05


@pytest.mark.parametrize("face", [30, 60])
def test_a_small_face_is_detected_in_place(mediapipe: Detector, face: int) -> None:
    large = mediapipe.detect(demo_portrait("astronaut"))[0].points[:, :2] - [110, 30]
    (detected,) = mediapipe.detect(paste_face(640, 480, face, 400, 90))
    expected = large * face / 91 + [400, 90]
    distance = np.linalg.norm(detected.points[:, :2] - expected, axis=1)
    assert distance.mean() < 0.04 * face


def test_several_faces_are_each_detected_once_largest_first(mediapipe: Detector) -> None:
    image = np.maximum(paste_face(960, 540, 50, 100, 60), paste_face(960, 540, 100, 500, 200))
    widths = [width_of(face.points) for face in mediapipe.detect(image)]
    assert widths == pytest.approx([100, 50], rel=0.15)


def test_nothing_is_detected_without_faces(mediapipe: Detector) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    for image in (np.zeros((240, 320, 3), np.uint8), noise, noise[:1, :1]):
        assert mediapipe.detect(image) == []


def test_a_video_is_tracked_and_lost_frames_are_nan(mediapipe: Detector) -> None:
    face = demo_portrait("astronaut")[:300, 80:380]
    black = np.zeros_like(face)
    track = mediapipe.track(np.roll(face, 2 * i, axis=1) for i in range(4))
    assert track.shape == (4, 68, 3)
    assert np.diff(track[:, NOSE_TIP, 0]) == pytest.approx([2, 2, 2], abs=0.7)
    lost = mediapipe.track([black, face, black])
    assert np.isnan(lost).all(axis=(1, 2)).tolist() == [True, False, True]
    assert mediapipe.track([]).shape == (0, 68, 3)


def test_a_mirrored_video_has_the_mirrored_track(mediapipe: Detector) -> None:
    face = demo_portrait("astronaut")[:300, 80:380]
    track = mediapipe.track([face, face])
    swapped = mediapipe.track([np.ascontiguousarray(face[:, ::-1])] * 2)[:, MIRROR]
    assert np.allclose(swapped * [-1, 1, 1] + [face.shape[1], 0, 0], track, atol=0.01)


def test_tracking_keeps_no_state(mediapipe: Detector) -> None:
    face = demo_portrait("astronaut")[:300, 80:380]
    first = mediapipe.track([face, face])
    mediapipe.track([np.roll(face, 40, axis=0)])
    assert np.array_equal(mediapipe.track([face, face]), first)


@pytest.mark.parametrize(
    "image", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 3)), np.zeros((0, 9, 3), np.uint8)]
)
def test_arrays_that_are_not_rgb_pictures_are_refused(mediapipe: Detector, image: Array) -> None:
    with pytest.raises(ImageError):
        mediapipe.detect(image)


def test_an_unknown_detector_lists_the_known_ones() -> None:
    with pytest.raises(FaceError, match="mediapipe or face-alignment"):
        load_detector("dlib")


def test_native_libraries_write_nothing_to_stderr() -> None:
    program = """
import sys
from talkinghead.face.detectors import load_detector
from talkinghead.media.loading import demo_portrait
detector = load_detector()
print("ready", file=sys.stderr)
image = demo_portrait("astronaut")[:300]
detector.detect(image), detector.track([image])
sys.stderr.write("done\\n")
"""
    process = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert process.stderr == "ready\ndone\n"
    assert process.stdout == ""


@pytest.mark.parametrize("bottom", [110, 118, 156])
def test_hair_above_a_cut_off_face_is_no_face_upside_down(mediapipe: Detector, bottom: int) -> None:
    picture = demo_portrait("astronaut")[:bottom, 119:331]
    for face in mediapipe.detect(picture):
        assert face.points[EYES, 1].mean() < face.points[MOUTH, 1].mean()
