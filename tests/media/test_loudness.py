"""Speech is brought to one loudness, and no sample exceeds 1."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.media.loudness import CEILING, KNEE, normalise_loudness, soft_clip
from talkinghead.sample_rates import RATE
from talkinghead.types import Waveform

from .synthetic import tone


@pytest.mark.parametrize("level", [0.01, 0.1, 0.9])
def test_speech_is_normalised_regardless_of_pauses(level: float) -> None:
    speech = tone(1.0, level=level)
    pause = np.zeros(3 * RATE, np.float32)
    for sound in (speech, np.concatenate([pause, speech, pause])):
        out = normalise_loudness(Waveform(sound, RATE)).samples
        loud = out[np.abs(sound) > 0]
        assert 20 * np.log10(np.sqrt(np.mean(loud**2))) == pytest.approx(-23, abs=0.5)


def test_silence_and_room_noise_are_not_amplified(rng: np.random.Generator) -> None:
    silence = Waveform(np.zeros(RATE, np.float32), RATE)
    assert not normalise_loudness(silence).samples.any()
    noise = Waveform((rng.normal(size=RATE) * 0.003).astype(np.float32), RATE)
    assert_allclose(normalise_loudness(noise).samples, noise.samples)


def test_peaks_stay_below_one() -> None:
    sound = tone(1.0, level=0.01)
    sound[5_000:5_040] = 0.9
    assert np.abs(normalise_loudness(Waveform(sound, RATE)).samples).max() < 1


def test_soft_clipping_is_monotonic_and_below_one() -> None:
    loud = np.linspace(-3, 3, 601, dtype=np.float32)[None]
    out = soft_clip(loud)
    assert np.abs(out).max() <= np.float32(CEILING)
    assert (np.diff(out) >= 0).all()
    below_knee = np.abs(loud) <= KNEE
    np.testing.assert_array_equal(out[below_knee], loud[below_knee])
