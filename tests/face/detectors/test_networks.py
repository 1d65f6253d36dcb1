"""The converted networks detect what MediaPipe detects; without their files there is one line."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from talkinghead.assets import DEMO_PORTRAITS
from talkinghead.errors import WeightsError
from talkinghead.face.detectors import load_detector, networks
from talkinghead.face.detectors.base import Detector
from talkinghead.face.detectors.networks import crop_square, run_network
from talkinghead.media.loading import demo_portrait
from talkinghead.networks import wheels
from talkinghead.types import Array

# Landmarks that the package mediapipe 0.10.21 detected, (faces, 68, 3) for each picture below.
REFERENCE = Path(__file__).parents[2] / "golden" / "mediapipe.npz"
VARIANTS = {
    "": lambda image: image,
    "_half": lambda image: image[::2, ::2],
    "_mirrored": lambda image: image[:, ::-1],
    "_rotated": np.rot90,
    "_upside_down": lambda image: image[::-1, ::-1],
    "_dark": lambda image: image // 3,
    "_cut": lambda image: image[20:, 60:-40],
    "_wide": lambda image: np.pad(image, ((0, 0), (300, 500), (0, 0))),
    "_tall": lambda image: np.pad(image, ((700, 200), (0, 0), (0, 0)), mode="edge"),
    "_small": lambda image: np.pad(
        image[::4, ::4], ((100, 400), (300, 100), (0, 0)), mode="edge"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def detector() -> Detector:
    return load_detector("mediapipe")


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", DEMO_PORTRAITS)
def test_landmarks_are_those_of_the_package_mediapipe(
    detector: Detector, name: str, variant: str
) -> None:
    expected = np.load(REFERENCE)[name + variant]
    faces = detector.detect(np.ascontiguousarray(VARIANTS[variant](demo_portrait(name))))
    assert len(faces) == len(expected) == 1
    assert np.abs(faces[0].points - expected[0]).max() < 0.05


def test_a_square_of_the_whole_picture_is_the_picture() -> None:
    image = np.random.default_rng(0).integers(0, 256, (48, 48, 3), dtype=np.uint8)
    square = crop_square(image, (24, 24), 48, 0, 48, cv2.BORDER_CONSTANT)
    assert np.array_equal(square, image)


def test_a_quarter_turn_rotates_the_crop() -> None:
    image = np.random.default_rng(0).integers(0, 256, (48, 48, 3), dtype=np.uint8)
    turned = crop_square(image, (24, 24), 48, np.pi / 2, 48, cv2.BORDER_REPLICATE)
    assert np.array_equal(turned[1:-1, 1:-1], np.rot90(np.roll(image, -1, axis=1))[1:-1, 1:-1])


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty cache, mediapipe not installed, and no network loaded yet."""
    monkeypatch.setenv("TALKINGHEAD_CACHE", str(tmp_path))
    monkeypatch.setattr(wheels, "_installed_file", lambda package, path: None)
    monkeypatch.setattr(networks, "_session", networks._session.__wrapped__)
    return tmp_path


def test_a_network_that_is_nowhere_is_named_with_the_way_to_get_it(cache: Path) -> None:
    image: Array = np.zeros((1, 256, 256, 3), np.float32)
    with pytest.raises(WeightsError, match=r"person network.*talkinghead fetch-networks") as caught:
        run_network("person", image)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no network" * 9])
def test_a_damaged_network_is_named(cache: Path, content: bytes) -> None:
    path = cache / "mediapipe-0.10.21" / wheels.PACKAGES[0].files["person"]
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    image: Array = np.zeros((1, 256, 256, 3), np.float32)
    with pytest.raises(WeightsError, match=r"selfie_segmentation\.tflite: is damaged") as caught:
        run_network("person", image)
    assert "\n" not in str(caught.value)
