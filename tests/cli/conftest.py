"""Fixtures of the command-line tests."""

from pathlib import Path

import cv2
import pytest

from talkinghead.media.audio import write_wav
from talkinghead.sample_rates import RATE
from talkinghead.types import Array, Waveform
from tests.dub.videos import drifting, write_test_video


@pytest.fixture
def short_file(voice: Waveform, tmp_path: Path) -> Path:
    """Half a second of the voice."""
    path = tmp_path / "short.wav"
    write_wav(Waveform(voice.samples[: RATE // 2], RATE), path)
    return path


@pytest.fixture(scope="session")
def video(portrait_image: Array, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of 6 frames with a face, 160 pixels wide."""
    face = cv2.resize(portrait_image[20:320, 80:380], (160, 160), interpolation=cv2.INTER_AREA)
    return write_test_video(tmp_path_factory.mktemp("video") / "video.mp4", drifting(face, 6))
