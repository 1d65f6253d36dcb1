"""Fixtures of the command-line tests."""

from pathlib import Path

import pytest

from talkinghead.media.audio import write_wav
from talkinghead.sample_rates import RATE
from talkinghead.types import Waveform


@pytest.fixture
def short_file(voice: Waveform, tmp_path: Path) -> Path:
    """Half a second of the voice."""
    path = tmp_path / "short.wav"
    write_wav(Waveform(voice.samples[: RATE // 2], RATE), path)
    return path
