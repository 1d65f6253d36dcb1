"""Who speaks when: lips get grace around speech, but none in a stretch of hush."""

import numpy as np
import pytest

from talkinghead.clock import FPS, FRAME, RATE
from talkinghead.speech.activity import STILL, activity
from talkinghead.types import Waveform


def talk(frames: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0, 0.1, frames * FRAME)


def heard(pieces: list[np.ndarray]) -> np.ndarray:
    return activity(Waveform(np.concatenate(pieces).astype(np.float32), RATE))


@pytest.mark.parametrize("hush", [STILL, 2 * FPS])
def test_a_stretch_of_hush_has_no_grace_to_the_frame(hush):
    rng = np.random.default_rng(0)
    quiet = 0.02 * talk(hush, rng)
    found = heard([talk(40, rng), quiet, talk(40, rng)])
    np.testing.assert_array_equal(found[40 : 40 + hush], 0)
    assert (np.delete(found, np.s_[40 : 40 + hush]) > 0.9).all()


def test_the_closure_of_a_stop_is_speech():
    rng = np.random.default_rng(0)
    gap = STILL - 3
    assert heard([talk(40, rng), 0.02 * talk(gap, rng), talk(40, rng)]).min() > 0.5


def test_lips_have_time_to_part_ahead_of_speech_in_noise():
    rng = np.random.default_rng(0)
    noise = 0.1 * talk(50, rng)  # 20 dB under speech: no hush
    found = heard([noise, talk(40, rng), noise])
    assert found[:35].max() == 0
    assert found[46:50].min() > 0.9
    assert found[90] > 0.5
    assert found[-35:].max() == 0


def test_a_recording_that_is_silent_throughout_has_no_speech():
    assert not heard([1e-5 * talk(50, np.random.default_rng(0))]).any()


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.04])
def test_speech_is_found_however_rare_it_is(noise):
    rng = np.random.default_rng(0)
    hush = noise * talk(60 * FPS, rng)
    found = heard([hush, talk(2 * FPS, rng), hush])
    assert found[60 * FPS : 62 * FPS].min() > 0.9
    assert found[: 59 * FPS].max() < 0.1
    assert found[63 * FPS :].max() < 0.1
