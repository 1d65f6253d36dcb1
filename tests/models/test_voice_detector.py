"""The voice detector: a stream gives what a recording gives, and no later than it may."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from talkinghead.models import voice_detector
from talkinghead.models.voice_detector import (
    StreamingVoiceDetector,
    VoiceDetector,
    VoiceDetectorSize,
    detect_voice,
)
from talkinghead.sample_rates import MEL_FPS
from talkinghead.types import Array


@pytest.fixture(scope="module")
def net() -> VoiceDetector:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return VoiceDetector(VoiceDetectorSize(12, 8)).eval()


def one_pass(net: VoiceDetector, mel: Array) -> Array:
    padded = np.pad(mel, ((0, len(mel) % 2), (0, 0)), mode="edge")
    with torch.inference_mode():
        return torch.sigmoid(net(torch.from_numpy(padded)[None]))[0].numpy()


@pytest.mark.parametrize("frames", [1, 2, 9, 150, 151])
def test_a_stream_gives_what_one_pass_gives(
    net: VoiceDetector, rng: np.random.Generator, frames: int
) -> None:
    mel = rng.normal(size=(frames, 12)).astype("f4")
    cuts = np.sort(rng.integers(1, frames + 1, 20))
    for parts in (np.split(mel, cuts), [mel], np.split(mel, np.arange(1, frames))):
        stream = StreamingVoiceDetector(net)
        outputs = [stream(part) for part in parts] + [stream(mel[:0], True)]
        assert_allclose(np.concatenate(outputs), one_pass(net, mel), atol=1e-5)


def test_a_long_recording_is_detected_in_chunks_without_a_seam(
    net: VoiceDetector, rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_detector, "CHUNK", 64)
    mel = rng.normal(size=(201, 12)).astype("f4")
    assert_allclose(detect_voice(net, mel), one_pass(net, mel), atol=1e-5)


def test_an_output_waits_for_less_than_200_milliseconds(
    net: VoiceDetector, rng: np.random.Generator
) -> None:
    stream = StreamingVoiceDetector(net)
    mel = rng.normal(size=(80, 12)).astype("f4")
    outputs = np.cumsum([len(stream(frame[None])) for frame in mel])
    received = np.arange(1, 81)
    assert (outputs == np.maximum(0, (received - 1 - net.look_ahead) // 2 + 1)).all()
    assert net.look_ahead / MEL_FPS < 0.2
