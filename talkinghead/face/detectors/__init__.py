"""Face detectors by name: MediaPipe's face mesh, or the networks of face-alignment."""

from collections.abc import Callable
from typing import Final

from talkinghead.errors import FaceError
from talkinghead.face.detectors.base import Detector
from talkinghead.face.detectors.fan import FaceAlignmentDetector
from talkinghead.face.detectors.mediapipe import MediapipeDetector

DETECTORS: Final[dict[str, Callable[[str], Detector]]] = {
    "mediapipe": lambda device: MediapipeDetector(),  # runs on the CPU whatever the device
    "face-alignment": FaceAlignmentDetector,
}


def load_detector(name: str = "mediapipe", device: str = "cpu") -> Detector:
    """Load a detector by name. Raises FaceError for an unknown name or a failed download."""
    if name not in DETECTORS:
        raise FaceError(f"unknown detector {name!r}; choose {' or '.join(DETECTORS)}")
    return DETECTORS[name](device)
