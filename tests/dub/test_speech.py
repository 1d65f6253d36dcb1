"""Lips move with the new words, rest in silence, and at the times of the frames."""

import numpy as np
import pytest

from talkinghead.config import MotionConfig
from talkinghead.dub.speech import lip_offsets
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import INNER_LOWER
from talkinghead.pipeline import Animator
from talkinghead.types import FaceShape, Waveform

FACE = FaceShape(mean_face().astype(np.float32))


@pytest.fixture(scope="module")
def animator(tiny_ckpt):
    return Animator(ckpt=tiny_ckpt, device="cpu", refine=False)


def opening(offsets):
    return offsets[:, INNER_LOWER, 1].mean(axis=1)


def test_lips_move_while_somebody_speaks(animator, voice):
    times = np.arange(0, 2.6, 1 / 30)
    offsets = lip_offsets(animator, voice, FACE, times, MotionConfig(amp_lip_y=2))
    assert offsets.shape == (len(times), 68, 3)
    assert opening(offsets).max() > 0.01
    assert np.abs(offsets[times > voice.seconds]).max() == 0
    twice = lip_offsets(animator, voice, FACE, times, MotionConfig(amp_lip_y=4))
    assert opening(twice).max() > 1.2 * opening(offsets).max()


def test_uneven_times_get_the_motion_of_their_own(animator, voice):
    even, uneven = np.arange(0, 2, 0.02), np.array([0.0, 0.1, 0.12, 0.5, 1.6])
    all_offsets = lip_offsets(animator, voice, FACE, even, MotionConfig())
    some = lip_offsets(animator, voice, FACE, uneven, MotionConfig())
    np.testing.assert_allclose(some, all_offsets[np.round(uneven / 0.02).astype(int)], atol=1e-4)


def test_silence_keeps_the_lips_at_rest(animator):
    silence = Waveform(np.zeros(16_000, np.float32), 16_000)
    offsets = lip_offsets(animator, silence, FACE, np.arange(25) / 25, MotionConfig())
    assert np.abs(offsets[:, INNER_LOWER]).max() < 0.004
