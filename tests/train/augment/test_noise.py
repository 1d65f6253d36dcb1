"""Background noise has the length and the SNR that is asked for."""

import numpy as np
import pytest

from talkinghead.train.augment import noise
from talkinghead.types import Waveform


def test_noise_is_as_far_below_the_speech_as_the_snr(voice: Waveform):
    rng = np.random.default_rng(0)
    size = voice.samples.size
    for background in (
        noise.coloured_noise(size, rng),
        noise.hum(size, rng),
        noise.music(size, rng),
        noise.babble(size, [voice.samples[:5_000]], rng),
    ):
        assert background.shape == (size,)
        added = noise.mix_at_snr(voice.samples, background, 12.0) - voice.samples
        ratio = noise.speech_level(voice.samples) / np.sqrt(np.mean(added**2))
        assert 20 * np.log10(ratio) == pytest.approx(12, abs=0.1)


def test_pauses_do_not_lower_the_level_of_speech(voice: Waveform):
    padded = np.pad(voice.samples, (0, 4 * voice.samples.size))
    assert noise.speech_level(padded) == pytest.approx(noise.speech_level(voice.samples), rel=0.05)
