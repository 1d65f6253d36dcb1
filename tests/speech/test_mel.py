"""The log-mel covers the sound, frame by frame, and hears pitch where it is."""

import numpy as np
import pytest

from talkinghead.clock import FPS, HOP, RATE, motion_frames
from talkinghead.errors import AudioError
from talkinghead.speech.activity import activity
from talkinghead.speech.mel import (
    BANDS,
    FFT,
    FLOOR,
    SILENCE,
    filterbank,
    log_mel,
    log_mel_of,
    power_of,
)
from talkinghead.types import Array, Waveform


def tone(hz: float, seconds: float = 1.0) -> Waveform:
    t = np.arange(int(seconds * RATE)) / RATE
    return Waveform((0.3 * np.sin(2 * np.pi * hz * t)).astype(np.float32), RATE)


@pytest.mark.parametrize("samples", [1, HOP - 1, HOP, HOP + 1, RATE, RATE + 7])
def test_there_is_a_frame_for_every_hop_begun(samples):
    wave = Waveform(np.ones(samples, np.float32), RATE)
    assert log_mel(wave).shape == (-(-samples // HOP), BANDS)
    assert activity(wave).shape == (motion_frames(samples),)


def test_a_higher_tone_lights_a_higher_band():
    peaks = [log_mel(tone(hz))[50].argmax() for hz in (200, 800, 2500, 6000)]
    assert peaks == sorted(set(peaks))


def test_power_of_undoes_log_mel_of(rng):
    power = rng.uniform(0, 1e-3, size=(9, FFT // 2 + 1))
    np.testing.assert_allclose(
        power_of(log_mel_of(power)), power @ filterbank().T + FLOOR, rtol=1e-4
    )


def test_silence_is_the_log_mel_of_no_sound():
    np.testing.assert_allclose(log_mel(Waveform(np.zeros(999, np.float32), RATE)), SILENCE)


def test_a_click_shows_in_the_frame_centred_on_it():
    samples = np.zeros(RATE, np.float32)
    samples[40 * HOP] = 1
    assert log_mel(Waveform(samples, RATE)).sum(axis=1).argmax() == 40


def test_blocks_have_no_seam(monkeypatch):
    wave = Waveform(np.random.default_rng(0).normal(0, 0.1, 9999).astype(np.float32), RATE)
    whole = log_mel(wave)
    monkeypatch.setattr("talkinghead.speech.mel.BLOCK", 7)
    np.testing.assert_allclose(log_mel(wave), whole, atol=1e-5)


def test_a_stretched_filterbank_hears_a_stretched_voice_alike():
    low, high = np.zeros((2, filterbank().shape[1]), dtype=np.float32)
    low[50], high[60] = 1, 1
    assert (filterbank(1.2) @ high).argmax() == (filterbank(1.0) @ low).argmax()


def test_sound_at_another_rate_is_refused():
    with pytest.raises(AudioError, match="resample"):
        log_mel(Waveform(np.zeros(100, np.float32), 8_000))


def test_activity_is_nought_in_silence_and_one_in_speech():
    rng = np.random.default_rng(0)
    loud = tone(300, 1.0).samples + rng.normal(0, 1e-4, RATE).astype(np.float32)
    quiet = rng.normal(0, 1e-4, RATE).astype(np.float32)
    found = activity(Waveform(np.concatenate([quiet, loud, quiet]), RATE))
    assert found[: FPS - 8].max() < 0.1  # lips part up to a quarter of a second before
    assert found[FPS + 2 : 2 * FPS - 2].min() > 0.9
    assert found[2 * FPS + 6 :].max() < 0.1


@pytest.mark.parametrize("level", [0.0, 1e-5])
def test_nothing_but_silence_is_never_speech(level):
    noise = np.random.default_rng(0).normal(0, level, RATE).astype(np.float32)
    assert activity(Waveform(noise, RATE)).max() == 0


def test_a_pause_of_clear_silence_is_no_speech_and_a_short_one_is_a_stop():
    rng = np.random.default_rng(0)
    said = rng.normal(0, 0.1, RATE // 2)
    hiss = rng.normal(0, 0.001, RATE)

    def found(pause: int) -> Array:
        parts = (hiss[: RATE // 2], said, hiss[:pause], said, hiss[: RATE // 2])
        return activity(Waveform(np.concatenate(parts).astype(np.float32), RATE))

    long, short = found(RATE * 2 // 5), found(RATE // 5)
    at = FPS  # where the first word has ended
    assert long[at + 2 : at + 8].max() == 0
    assert long[at - 4] == 1
    assert short[at : at + 5].min() == 1
