"""Finding faces: the demo portraits, small faces, mirrors, and quiet libraries."""

import subprocess
import sys
from urllib.error import URLError

import cv2
import numpy as np
import pytest

from talkinghead.errors import FaceError, ImageError
from talkinghead.face.base import Detector
from talkinghead.face.detect import detector
from talkinghead.face.fan import FaceAlignmentDetector
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
from talkinghead.media.samples import PORTRAITS, portrait
from talkinghead.types import Array


@pytest.fixture(scope="module")
def mediapipe() -> Detector:
    return detector("mediapipe")


def width_of(points: Array) -> float:
    return float(np.linalg.norm(points[JAW_RIGHT, :2] - points[JAW_LEFT, :2]))


def pasted(width: int, height: int, face: int, left: int, top: int) -> Array:
    """The astronaut, her face `face` pixels wide, on black."""
    canvas = np.zeros((height, width, 3), np.uint8)
    scale = face / 91
    crop = portrait("astronaut")[30:260, 110:340]
    small = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    return canvas


@pytest.mark.parametrize("name", PORTRAITS)
def test_a_portrait_has_one_face_the_right_way_up(mediapipe: Detector, name: str) -> None:
    (face,) = mediapipe.faces(portrait(name))
    points = face.points
    assert points.dtype == np.float32
    assert points[EYES, 1].mean() < points[NOSE_TIP, 1] < points[MOUTH, 1].mean() < points[CHIN, 1]
    assert points[LEFT_EYE, 0].mean() < points[NOSE_TIP, 0] < points[RIGHT_EYE, 0].mean()
    assert points[NOSE_TIP, 2] < points[[JAW_LEFT, JAW_RIGHT], 2].min()
    assert 0.4 <= face.score <= 1


@pytest.mark.parametrize("name", PORTRAITS)
def test_a_mirrored_picture_has_mirrored_points(mediapipe: Detector, name: str) -> None:
    image = portrait(name)
    points = mediapipe.faces(image)[0].points
    mirrored = mediapipe.faces(image[:, ::-1])[0].points[MIRROR]
    mirrored = mirrored * [-1, 1, 1] + [image.shape[1], 0, 0]
    apart = np.linalg.norm(mirrored[:, :2] - points[:, :2], axis=1) / width_of(points)
    assert apart.mean() < 0.03
    assert apart.max() < 0.08


@pytest.mark.parametrize("name", PORTRAITS)
def test_a_picture_upside_down_has_its_points_upside_down(mediapipe: Detector, name: str) -> None:
    image = portrait(name)
    points = mediapipe.faces(image)[0].points
    turned = mediapipe.faces(image[::-1, ::-1])[0].points
    turned = turned * [-1, -1, 1] + [image.shape[1], image.shape[0], 0]
    apart = np.linalg.norm(turned[:, :2] - points[:, :2], axis=1) / width_of(points)
    assert apart.max() < 0.05


@pytest.mark.parametrize("face", [30, 60])
def test_a_small_face_is_found_where_it_is(mediapipe: Detector, face: int) -> None:
    large = mediapipe.faces(portrait("astronaut"))[0].points[:, :2] - [110, 30]
    (found,) = mediapipe.faces(pasted(640, 480, face, 400, 90))
    expected = large * face / 91 + [400, 90]
    apart = np.linalg.norm(found.points[:, :2] - expected, axis=1)
    assert apart.mean() < 0.04 * face


def test_each_of_several_faces_is_found_once_largest_first(mediapipe: Detector) -> None:
    image = np.maximum(pasted(960, 540, 50, 100, 60), pasted(960, 540, 100, 500, 200))
    widths = [width_of(face.points) for face in mediapipe.faces(image)]
    assert widths == pytest.approx([100, 50], rel=0.15)


def test_nothing_is_found_where_nobody_is(mediapipe: Detector) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    for image in (np.zeros((240, 320, 3), np.uint8), noise, noise[:1, :1]):
        assert mediapipe.faces(image) == []


def test_a_video_is_followed_and_lost_frames_are_nan(mediapipe: Detector) -> None:
    face = portrait("astronaut")[:300, 80:380]
    black = np.zeros_like(face)
    track = mediapipe.follow(np.roll(face, 2 * i, axis=1) for i in range(4))
    assert track.shape == (4, 68, 3)
    assert np.diff(track[:, NOSE_TIP, 0]) == pytest.approx([2, 2, 2], abs=0.7)
    lost = mediapipe.follow([black, face, black])
    assert np.isnan(lost).all(axis=(1, 2)).tolist() == [True, False, True]
    assert mediapipe.follow([]).shape == (0, 68, 3)


def test_a_mirrored_video_has_the_mirrored_track(mediapipe: Detector) -> None:
    face = portrait("astronaut")[:300, 80:380]
    track = mediapipe.follow([face, face])
    swapped = mediapipe.follow([np.ascontiguousarray(face[:, ::-1])] * 2)[:, MIRROR]
    assert np.allclose(swapped * [-1, 1, 1] + [face.shape[1], 0, 0], track, atol=0.01)


def test_following_starts_afresh_each_time(mediapipe: Detector) -> None:
    face = portrait("astronaut")[:300, 80:380]
    once = mediapipe.follow([face, face])
    mediapipe.follow([np.roll(face, 40, axis=0)])
    assert np.array_equal(mediapipe.follow([face, face]), once)


@pytest.mark.parametrize(
    "image", [np.zeros((9, 9), np.uint8), np.zeros((9, 9, 3)), np.zeros((0, 9, 3), np.uint8)]
)
def test_what_is_no_picture_is_refused(mediapipe: Detector, image: Array) -> None:
    with pytest.raises(ImageError):
        mediapipe.faces(image)


def test_an_unknown_detector_names_the_known() -> None:
    with pytest.raises(FaceError, match="mediapipe or face-alignment"):
        detector("dlib")


def test_a_failed_download_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import face_alignment

    def offline(*_: object, **__: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(face_alignment, "FaceAlignment", offline)
    with pytest.raises(FaceError, match="--detector mediapipe") as caught:
        detector("face-alignment")
    assert "\n" not in str(caught.value)


def test_face_alignment_keeps_to_the_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    """Depth is turned towards the package's axes, and the nearest face is followed."""
    import face_alignment

    cloud = np.random.default_rng(2).uniform(0, 50, (68, 3)).astype(np.float32)
    near, far = cloud, cloud * 2 + [200, 0, 0]

    class Net:
        def __init__(self, *_: object, **__: object) -> None: ...

        def get_landmarks_from_image(self, image: Array, return_bboxes: bool) -> tuple[object, ...]:
            if not image.any():
                return None, None, None
            faces = [near, far] if image[0, 0, 0] == 1 else [far + 3, near + 3]
            return faces, None, [np.array([0, 0, 9, 9, 0.9])] * 2

    monkeypatch.setattr(face_alignment, "FaceAlignment", Net)
    fan = FaceAlignmentDetector()
    first, second = np.full((8, 8, 3), 1, np.uint8), np.full((8, 8, 3), 2, np.uint8)
    found = fan.faces(first)
    assert np.allclose(found[0].points, far * [1, 1, -1], atol=1e-3)
    track = fan.follow([first, np.zeros((8, 8, 3), np.uint8), second])
    assert np.isnan(track[1]).all()
    assert np.allclose(track[2], (far + 3) * [1, 1, -1], atol=1e-3)


def test_only_our_own_words_reach_stderr() -> None:
    program = """
import sys
from talkinghead.face.detect import detector
from talkinghead.media.samples import portrait
found = detector()
print("ready", file=sys.stderr)
image = portrait("astronaut")[:300]
found.faces(image), found.follow([image])
sys.stderr.write("done\\n")
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stderr == "ready\ndone\n"
    assert ran.stdout == ""
