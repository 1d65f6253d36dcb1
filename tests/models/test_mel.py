"""The log-mel front end: one frame per hop, the right band, no seams between chunks."""

import numpy as np
import pytest

from talkinghead.errors import AudioError
from talkinghead.models.mel import (
    FFT_SIZE,
    MEL_BANDS,
    POWER_FLOOR,
    SILENCE,
    filterbank,
    log_mel,
    log_mel_from_power,
    mel_power,
)
from talkinghead.sample_rates import HOP, RATE
from talkinghead.types import Waveform


def tone(hz: float, seconds: float = 1.0) -> Waveform:
    t = np.arange(int(seconds * RATE)) / RATE
    return Waveform((0.3 * np.sin(2 * np.pi * hz * t)).astype(np.float32), RATE)


@pytest.mark.parametrize("samples", [1, HOP - 1, HOP, HOP + 1, RATE, RATE + 7])
def test_there_is_a_frame_for_every_hop_begun(samples):
    wave = Waveform(np.ones(samples, np.float32), RATE)
    assert log_mel(wave).shape == (-(-samples // HOP), MEL_BANDS)


def test_a_higher_tone_peaks_in_a_higher_band():
    peaks = [log_mel(tone(hz))[50].argmax() for hz in (200, 800, 2500, 6000)]
    assert peaks == sorted(set(peaks))


def test_mel_power_inverts_log_mel_from_power(rng):
    power = rng.uniform(0, 1e-3, size=(9, FFT_SIZE // 2 + 1))
    np.testing.assert_allclose(
        mel_power(log_mel_from_power(power)), power @ filterbank().T + POWER_FLOOR, rtol=1e-4
    )


def test_silence_is_the_log_mel_of_no_sound():
    np.testing.assert_allclose(log_mel(Waveform(np.zeros(999, np.float32), RATE)), SILENCE)


def test_a_click_peaks_in_the_frame_centred_on_it():
    samples = np.zeros(RATE, np.float32)
    samples[40 * HOP] = 1
    assert log_mel(Waveform(samples, RATE)).sum(axis=1).argmax() == 40


def test_chunks_have_no_seam(monkeypatch):
    wave = Waveform(np.random.default_rng(0).normal(0, 0.1, 9999).astype(np.float32), RATE)
    whole = log_mel(wave)
    monkeypatch.setattr("talkinghead.models.mel.CHUNK", 7)
    np.testing.assert_allclose(log_mel(wave), whole, atol=1e-5)


def test_a_warped_filterbank_maps_a_warped_voice_to_the_same_band():
    low, high = np.zeros((2, filterbank().shape[1]), dtype=np.float32)
    low[50], high[60] = 1, 1
    assert (filterbank(1.2) @ high).argmax() == (filterbank(1.0) @ low).argmax()


def test_another_sample_rate_is_refused():
    with pytest.raises(AudioError, match="resample"):
        log_mel(Waveform(np.zeros(100, np.float32), 8_000))
