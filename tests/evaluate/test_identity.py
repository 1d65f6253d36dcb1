"""A face is more like itself, darker and turned, than like another person's."""

import cv2
import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.evaluate import identity
from talkinghead.evaluate.identity import cosine, is_identity_available, load_identity
from talkinghead.face.detectors.mediapipe import MediapipeDetector
from talkinghead.media.loading import demo_portrait


@pytest.mark.skipif(not is_identity_available(), reason="the extra identity is not installed")
def test_a_face_is_more_like_itself_than_like_another():
    detector, embed = MediapipeDetector(), load_identity()
    astronaut = demo_portrait("astronaut")
    matrix = cv2.getRotationMatrix2D((256, 256), 12, 0.8)
    turned = cv2.warpAffine(astronaut, matrix, (512, 512)) // 4 * 3
    vectors = [
        embed(image, detector.detect(image)[0].points)
        for image in (astronaut, turned, demo_portrait("grace_hopper"))
    ]
    assert vectors[0].shape == (128,)
    assert cosine(vectors[0], vectors[1]) > 0.95 > cosine(vectors[0], vectors[2])


def test_without_its_packages_the_message_says_how_to_install_them(monkeypatch):
    monkeypatch.setattr(identity, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'talkinghead\[identity\]'"):
        load_identity()


def test_the_cosine_of_equal_directions_is_one():
    assert cosine(np.array([1.0, 2.0]), np.array([2.0, 4.0])) == pytest.approx(1)
    assert cosine(np.array([1.0, 0.0]), np.array([0.0, 4.0])) == 0
