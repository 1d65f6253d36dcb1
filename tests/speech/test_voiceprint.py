"""Resemblyzer's network behind our own front end."""

import warnings

import numpy as np
import pytest

from talkinghead.clock import HOP, RATE
from talkinghead.speech.voiceprint import Voiceprint, mel_of


def voice(seconds: float) -> np.ndarray:
    """A buzz with the pitch and the formants of no one."""
    t = np.arange(round(seconds * RATE)) / RATE
    buzz = sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 40))
    return (0.05 * buzz * (1 + np.sin(2 * np.pi * 3 * t))).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.5, 1.6, 4.3])
def test_it_hears_what_resemblyzer_hears(seconds):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from resemblyzer import VoiceEncoder

        theirs = VoiceEncoder("cpu", verbose=False).embed_utterance(voice(seconds), rate=2)
    ours = Voiceprint().embed_utterance(voice(seconds), rate=2)
    assert ours.shape == (256,)
    assert np.abs(ours - theirs).max() < 1e-4


def test_a_frame_of_bands_every_hop():
    assert mel_of(voice(1)).shape == (1 + RATE // HOP, 40)
    assert not mel_of(np.zeros(RATE, np.float32)).any()
