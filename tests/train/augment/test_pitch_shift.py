"""Pitch is shifted by the factor; time is kept, or scaled by the rate."""

import numpy as np
import pytest

from talkinghead.sample_rates import RATE
from talkinghead.train.augment.pitch_shift import change_speed, shift_pitch
from talkinghead.types import Array, Waveform


def envelope(samples: Array) -> Array:
    """Log level in steps of 10 ms."""
    whole = samples[: samples.size // 160 * 160]
    return np.log(np.sqrt((whole.reshape(-1, 160) ** 2).mean(axis=1)) + 1e-4)


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_shifted_voice_keeps_its_time(voice: Waveform, factor: float):
    shifted = shift_pitch(voice.samples, factor)
    assert shifted.shape == voice.samples.shape
    before, after = envelope(voice.samples), envelope(shifted)
    inner = before[9:-9]
    match = [np.corrcoef(inner, np.roll(after, -k)[9:-9])[0, 1] for k in range(-8, 9)]
    assert abs(int(np.argmax(match)) - 8) <= 1
    assert max(match) > 0.9


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_a_tone_is_shifted_by_the_factor(factor: float):
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32)
    for shifted in (shift_pitch(tone, factor), change_speed(tone, factor)):
        spectrum = np.abs(np.fft.rfft(shifted * np.hanning(shifted.size)))
        hz = np.argmax(spectrum) * RATE / shifted.size
        assert hz == pytest.approx(440 * factor, rel=0.01)


@pytest.mark.parametrize("rate", [0.85, 1.1])
def test_a_change_of_speed_divides_times_by_the_rate(rate: float):
    click = np.zeros(20_000, np.float32)
    click[12_000] = 1
    played = change_speed(click, rate)
    assert played.size == round(20_000 / rate)
    assert abs(int(np.argmax(played)) - 12_000 / rate) <= 1
