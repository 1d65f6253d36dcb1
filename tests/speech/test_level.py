"""The level of a stream's voice: followed while somebody speaks, held while nobody does."""

import numpy as np
import pytest

from talkinghead.clock import FRAME, RATE
from talkinghead.speech.activity import band_levels, energies
from talkinghead.speech.level import MEMORY, Level
from talkinghead.types import Array, Waveform


def heard(level: Level, samples: Array) -> list[float]:
    """The gains in dB while it hears the samples."""
    gains = []
    for block in samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME):
        level.add(band_levels(block), energies(block))
        gains.append(level.gain)
    return gains


def spoken(voice: Waveform, seconds: float) -> Array:
    return np.resize(voice.samples, round(seconds * RATE))


def test_a_quiet_voice_and_a_loud_one_come_to_one_loudness(voice: Waveform) -> None:
    loud, quiet = Level(), Level()
    high, low = (heard(one, by * spoken(voice, 8))[-1] for one, by in ((loud, 1), (quiet, 0.1)))
    assert low - high == pytest.approx(20, abs=1)


@pytest.mark.parametrize("noise", [0.0, 0.001, 0.01])
def test_silence_is_not_made_loud(voice: Waveform, rng: np.random.Generator, noise: float) -> None:
    silence = (noise * rng.normal(size=20 * RATE)).astype("f4")
    assert heard(Level(), silence)[-1] == 0
    level = Level()
    before = heard(level, spoken(voice, 6) + silence[: 6 * RATE])[-1]
    assert heard(level, silence)[-1] == pytest.approx(before, abs=3)


def test_a_whisper_after_loud_words_is_given_its_due(voice: Waveform) -> None:
    level = Level()
    before = heard(level, spoken(voice, 8))[-1]
    after = heard(level, 0.05 * spoken(voice, MEMORY + 8))
    assert after[-1] - before == pytest.approx(26, abs=4)
    assert np.abs(np.diff(after)).max() < 3  # dB a motion frame: no jump
