"""A short video of a photo, and its face as it is tracked."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from talkinghead.dub.cast import Cast
from talkinghead.dub.tracked_face import TrackedFace, measure_face
from talkinghead.dub.tracking import PersonTrack, track_people
from talkinghead.face.detectors.mediapipe import MediapipeDetector
from talkinghead.media.video_frames import read_properties
from talkinghead.types import Array
from tests.dub.videos import drifting, write_test_video


@pytest.fixture(scope="session")
def detector() -> MediapipeDetector:
    return MediapipeDetector()


@pytest.fixture(scope="session")
def still(portrait_image: Array) -> Array:
    """(240, 240, 3) a frontal face that shows its teeth."""
    part = portrait_image[20:320, 80:380]
    return np.asarray(cv2.resize(part, (240, 240), interpolation=cv2.INTER_AREA))


@pytest.fixture(scope="session")
def video(still: Array, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 frames of the face, which drifts."""
    return write_test_video(
        tmp_path_factory.mktemp("video") / "video.mp4", drifting(still, 12), gop=5
    )


@pytest.fixture(scope="session")
def track(video: Path, detector: MediapipeDetector) -> PersonTrack:
    return track_people(read_properties(video), detector, Cast())[0]


@pytest.fixture(scope="session")
def face(track: PersonTrack) -> TrackedFace:
    return measure_face(track, 25)
