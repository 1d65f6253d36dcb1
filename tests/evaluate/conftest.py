"""Fixtures of the evaluation tests."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from talkinghead.types import Array, Video, Waveform

from .synthetic_clips import (
    FRAMES,
    SIDE,
    babble,
    nodding,
    noise_frames,
    speaking,
    write_clip,
)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def clip_folder(tmp_path: Path) -> Callable[..., Path]:
    """Makes a folder of clips: name -> (frames, sound)."""

    def make(clips: dict[str, tuple[Array, Waveform | None]]) -> Path:
        folder = tmp_path / "clips"
        for name, (frames, audio) in clips.items():
            write_clip(folder / name, frames, audio)
        return folder

    return make


@pytest.fixture
def points() -> Array:
    """(FRAMES, 68, 3) pixels of a speaking face that nods."""
    return nodding(speaking(babble(FRAMES)))


@pytest.fixture
def video(rng: np.random.Generator, points: Array) -> Video:
    """A silent clip with a grey mouth at `points`."""
    return Video(noise_frames(rng, points, SIDE), 25.0, None)
