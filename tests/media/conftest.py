"""Clips and encoded audio files for tests."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from talkinghead.types import Array, Clip, Waveform

from .synthetic import Encode, moving_frames, tone


@pytest.fixture
def clip() -> Callable[..., Clip]:
    def make(
        seconds: float = 1.0,
        fps: float = 25.0,
        size: tuple[int, int] = (64, 64),
        rate: int = 16_000,
    ) -> Clip:
        count = int(np.ceil(seconds * fps))
        sound = Waveform(tone(seconds, rate), rate)
        return Clip(iter(moving_frames(count, size)), count, size, fps, sound)

    return make


@pytest.fixture
def encode_sound(tmp_path: Path) -> Encode:
    """A file of a tone, or of (channels, n) samples, in any codec that FFmpeg has."""

    def encode(
        name: str,
        codec: str,
        rate: int,
        layout: str,
        seconds: float = 1.0,
        samples: Array | None = None,
    ) -> Path:
        path = tmp_path / name
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=rate, layout=layout)
            context = stream.codec_context
            if samples is None:
                channels = len(av.AudioLayout(layout).channels)
                samples = np.repeat(tone(seconds, rate)[None], channels, axis=0)
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate, 0
            resampler = av.AudioResampler(
                format=context.format, layout=layout, rate=rate, frame_size=context.frame_size
            )
            for piece in [*resampler.resample(frame), *resampler.resample(None), None]:
                container.mux(stream.encode(piece))
        return path

    return encode


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)
