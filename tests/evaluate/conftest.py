"""What the tests of evaluation are given."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from talkinghead.types import Array, Waveform

from .actor import write_clip


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def clip_folder(tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder of clips: name -> (frames, sound)."""

    def make(clips: dict[str, tuple[Array, Waveform | None]]) -> Path:
        folder = tmp_path / "clips"
        for name, (frames, sound) in clips.items():
            write_clip(folder / name, frames, sound)
        return folder

    return make
