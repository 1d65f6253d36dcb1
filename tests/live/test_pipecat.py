"""The face in a Pipecat pipeline, driven by Pipecat's own test runner."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pipecat", reason="pipecat-ai is not installed: pip install pipecat-ai")

from pipecat.frames.frames import (
    InterruptionFrame,
    OutputImageRawFrame,
    TextFrame,
    TTSAudioRawFrame,
    TTSStoppedFrame,
)
from pipecat.tests.utils import SleepFrame, run_test

from talkinghead.live.pipecat import TalkingHeadProcessor
from talkinghead.pipeline import Animator

RATE = 24_000
SPEECH = (9000 * np.sin(np.arange(RATE // 2) * 0.2)).astype("<i2")  # half a second


@pytest.fixture(scope="module")
def animator(tiny_ckpt: Path) -> Animator:
    return Animator(ckpt=tiny_ckpt, device="cpu")


def run(animator: Animator, *frames):
    """The frames that come out of the processor."""
    processor = TalkingHeadProcessor("wilk", animator=animator, size=64)
    down, _ = asyncio.run(run_test(processor, frames_to_send=frames, start_timeout=30))
    return down


def speech_of(frames) -> np.ndarray:
    sounds = [frame.audio for frame in frames if isinstance(frame, TTSAudioRawFrame)]
    return np.frombuffer(b"".join(sounds), "<i2")


@pytest.mark.filterwarnings("default")
def test_speech_leaves_complete_with_its_pictures_and_then_its_end(animator):
    parts = [TTSAudioRawFrame(part.tobytes(), RATE, 1) for part in np.array_split(SPEECH, 7)]
    sleep = SleepFrame(0.3)
    down = run(animator, sleep, TextFrame("hello"), *parts, TTSStoppedFrame())
    assert np.abs(speech_of(down).astype(int) - SPEECH).max() <= 1
    images = [frame for frame in down if isinstance(frame, OutputImageRawFrame)]
    assert {(image.size, image.format, len(image.image)) for image in images} == {
        ((64, 64), "RGB", 64 * 64 * 3)
    }
    assert any(image.sync_with_audio for image in images)  # a slow machine drops most
    kinds = [type(frame) for frame in down]
    last_sound = len(kinds) - 1 - kinds[::-1].index(TTSAudioRawFrame)
    assert kinds.index(TTSStoppedFrame) > last_sound
    assert TextFrame in kinds


@pytest.mark.filterwarnings("default")
def test_an_interruption_silences_it(animator):
    long = TTSAudioRawFrame(np.tile(SPEECH, 10).tobytes(), RATE, 1)
    down = run(animator, long, SleepFrame(0.5), InterruptionFrame(), SleepFrame(0.5))
    kinds = [type(frame) for frame in down]
    after = down[kinds.index(InterruptionFrame) + 1 :]
    assert 0 < speech_of(down).size < RATE  # of 5 s
    assert not speech_of(after)[RATE // 25 :].any()
