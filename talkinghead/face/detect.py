"""Find faces and their 68 points: the detectors by name."""

from collections.abc import Callable
from typing import Final

from talkinghead.errors import FaceError
from talkinghead.face.base import Detector
from talkinghead.face.fan import FaceAlignmentDetector
from talkinghead.face.mesh import MediapipeDetector

DETECTORS: Final[dict[str, Callable[[str], Detector]]] = {
    "mediapipe": lambda device: MediapipeDetector(),  # on the CPU whatever the device
    "face-alignment": FaceAlignmentDetector,
}


def detector(name: str = "mediapipe", device: str = "cpu") -> Detector:
    """The detector of that name. Raises FaceError for an unknown one or a failed download."""
    if name not in DETECTORS:
        raise FaceError(f"unknown detector {name!r}; choose {' or '.join(DETECTORS)}")
    return DETECTORS[name](device)
