"""The detector of face-alignment, with its networks replaced: none is downloaded."""

from urllib.error import URLError

import numpy as np
import pytest

from talkinghead.errors import FaceError
from talkinghead.face.detectors import load_detector
from talkinghead.face.detectors.fan import FaceAlignmentDetector
from talkinghead.types import Array


def test_a_failed_download_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    import face_alignment

    def offline(*_: object, **__: object) -> None:
        raise URLError("no route to host")

    monkeypatch.setattr(face_alignment, "FaceAlignment", offline)
    with pytest.raises(FaceError, match="--detector mediapipe") as caught:
        load_detector("face-alignment")
    assert "\n" not in str(caught.value)


def test_face_alignment_implements_the_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    """Depth grows away from the viewer, and the nearest face is tracked."""
    import face_alignment

    cloud = np.random.default_rng(2).uniform(0, 50, (68, 3)).astype(np.float32)
    small, large = cloud, cloud * 2 + [200, 0, 0]

    class Net:
        def __init__(self, *_: object, **__: object) -> None: ...

        def get_landmarks_from_image(self, image: Array, return_bboxes: bool) -> tuple[object, ...]:
            if not image.any():
                return None, None, None
            faces = [small, large] if image[0, 0, 0] == 1 else [large + 3, small + 3]
            return faces, None, [np.array([0, 0, 9, 9, 0.9])] * 2

    monkeypatch.setattr(face_alignment, "FaceAlignment", Net)
    fan = FaceAlignmentDetector()
    first, second = np.full((8, 8, 3), 1, np.uint8), np.full((8, 8, 3), 2, np.uint8)
    detected = fan.detect(first)
    assert np.allclose(detected[0].points, large * [1, 1, -1], atol=1e-3)
    track = fan.track([first, np.zeros((8, 8, 3), np.uint8), second])
    assert np.isnan(track[1]).all()
    assert np.allclose(track[2], (large + 3) * [1, 1, -1], atol=1e-3)
