"""Voice activity: extended around speech, but not into clear silence."""

from pathlib import Path

import numpy as np
import pytest

from talkinghead.errors import AudioError
from talkinghead.models.mel import log_mel
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, RATE, motion_frames
from talkinghead.speech.vad import (
    MIN_SILENCE,
    VOICE_HANGOVER,
    VOICE_LEAD,
    load_voice_detector,
    log_mel_and_band_level,
    speech_band_level,
    voice_activity,
    voice_gate,
)
from talkinghead.types import Array, Waveform


def noise_burst(frames: int, rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0, 0.1, frames * FRAME_SAMPLES)


def activity_of(pieces: list[np.ndarray]) -> np.ndarray:
    return voice_activity(Waveform(np.concatenate(pieces).astype(np.float32), RATE))


@pytest.mark.parametrize("silence", [MIN_SILENCE, 2 * FPS])
def test_clear_silence_is_inactive_to_the_frame(silence):
    rng = np.random.default_rng(0)
    quiet = 0.02 * noise_burst(silence, rng)
    activity = activity_of([noise_burst(40, rng), quiet, noise_burst(40, rng)])
    np.testing.assert_array_equal(activity[40 : 40 + silence], 0)
    assert (np.delete(activity, np.s_[40 : 40 + silence]) > 0.9).all()


def test_the_closure_of_a_stop_counts_as_speech():
    rng = np.random.default_rng(0)
    gap = MIN_SILENCE - 3
    assert (
        activity_of(
            [noise_burst(40, rng), 0.02 * noise_burst(gap, rng), noise_burst(40, rng)]
        ).min()
        > 0.5
    )


def test_activity_begins_before_and_ends_after_speech_in_noise():
    rng = np.random.default_rng(0)
    noise = 0.1 * noise_burst(50, rng)  # 20 dB below speech: no clear silence
    activity = activity_of([noise, noise_burst(40, rng), noise])
    assert activity[:35].max() == 0
    assert activity[46:50].min() > 0.9
    assert activity[90] > 0.5
    assert activity[-35:].max() == 0


def test_a_recording_that_is_silent_throughout_has_no_speech():
    assert not activity_of([1e-5 * noise_burst(50, np.random.default_rng(0))]).any()


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.04])
def test_speech_is_detected_however_rare_it_is(noise):
    rng = np.random.default_rng(0)
    silence = noise * noise_burst(60 * FPS, rng)
    activity = activity_of([silence, noise_burst(2 * FPS, rng), silence])
    assert activity[60 * FPS : 62 * FPS].min() > 0.9
    assert activity[: 59 * FPS].max() < 0.1
    assert activity[63 * FPS :].max() < 0.1


@pytest.mark.parametrize("samples", [1, FRAME_SAMPLES, FRAME_SAMPLES + 1, RATE + 7])
def test_there_is_a_value_for_every_motion_frame_begun(samples):
    wave = Waveform(np.ones(samples, np.float32), RATE)
    assert voice_activity(wave).shape == (motion_frames(samples),)


def test_one_spectrum_gives_exactly_what_two_give(voice):
    mel, level = log_mel_and_band_level(voice)
    np.testing.assert_array_equal(mel, log_mel(voice))
    np.testing.assert_array_equal(level, speech_band_level(voice.samples))
    np.testing.assert_array_equal(voice_activity(voice, level), voice_activity(voice))


def test_the_shared_spectrum_refuses_another_sample_rate():
    with pytest.raises(AudioError, match="resample"):
        log_mel_and_band_level(Waveform(np.zeros(100, np.float32), 8_000))


def test_activity_is_zero_in_silence_and_one_in_speech():
    rng = np.random.default_rng(0)
    loud = 0.3 * np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE) + rng.normal(
        0, 1e-4, RATE
    ).astype(np.float32)
    quiet = rng.normal(0, 1e-4, RATE).astype(np.float32)
    activity = voice_activity(Waveform(np.concatenate([quiet, loud, quiet]), RATE))
    assert activity[: FPS - 8].max() < 0.1  # lips part up to a quarter of a second before
    assert activity[FPS + 2 : 2 * FPS - 2].min() > 0.9
    assert activity[2 * FPS + 6 :].max() < 0.1


@pytest.mark.parametrize("level", [0.0, 1e-5])
def test_faint_noise_alone_is_never_speech(level):
    noise = np.random.default_rng(0).normal(0, level, RATE).astype(np.float32)
    assert voice_activity(Waveform(noise, RATE)).max() == 0


def test_a_long_silent_pause_is_no_speech_and_a_short_one_belongs_to_a_stop():
    rng = np.random.default_rng(0)
    speech = rng.normal(0, 0.1, RATE // 2)
    hiss = rng.normal(0, 0.001, RATE)

    def activity_with(pause: int) -> Array:
        parts = (hiss[: RATE // 2], speech, hiss[:pause], speech, hiss[: RATE // 2])
        return voice_activity(Waveform(np.concatenate(parts).astype(np.float32), RATE))

    long, short = activity_with(RATE * 2 // 5), activity_with(RATE // 5)
    at = FPS  # where the first word has ended
    assert long[at + 2 : at + 8].max() == 0
    assert long[at - 4] == 1
    assert short[at : at + 5].min() == 1


def probability_of(*parts: tuple[int, float]) -> Array:
    """Probabilities of a voice: (motion frames, value) after another, two outputs a frame."""
    return np.concatenate([np.full(2 * frames, value) for frames, value in parts])


def test_the_gate_opens_before_a_voice_and_closes_after_it() -> None:
    gate = voice_gate(probability_of((40, 0.0), (40, 1.0), (40, 0.0)), 120)
    assert gate[40 - VOICE_LEAD : 80 + VOICE_HANGOVER].min() == 1
    assert gate[: 40 - VOICE_LEAD - 3].max() == gate[80 + VOICE_HANGOVER + 3 :].max() == 0


def test_a_doubtful_syllable_beside_a_voice_is_kept_and_a_doubtful_sound_alone_is_not() -> None:
    parts = ((20, 0.5), (30, 1.0), (20, 0.5), (80, 0.0), (30, 0.6), (30, 0.0))
    gate = voice_gate(probability_of(*parts), 210)
    assert gate[:70].min() == 1
    assert gate[90:].max() == 0


def test_frames_that_the_detector_has_not_seen_yet_are_as_the_last_it_saw() -> None:
    assert voice_gate(probability_of((20, 1.0)), 26).min() == 1
    assert voice_gate(probability_of((20, 0.0)), 26).max() == 0


def test_what_is_loud_but_no_voice_is_inactive() -> None:
    rng = np.random.default_rng(0)
    wave = Waveform(noise_burst(100, rng).astype(np.float32), RATE)
    assert voice_activity(wave).min() > 0.9
    parts = probability_of((50, 0.0), (50, 1.0))
    activity = voice_activity(wave, voice=parts)
    assert activity[:38].max() == 0
    assert activity[50:].min() > 0.9


def test_a_folder_without_a_detector_has_none(tmp_path: Path) -> None:
    assert load_voice_detector(tmp_path) is None


def test_a_single_word_is_a_voice_though_its_mean_is_never_sure():
    word = np.zeros(50)  # a second
    word[20:32] = 0.9  # a word of 0.24 s; the mean over VOICE_MEAN frames reaches 0.6
    assert voice_gate(word, 25).max() == 0
    tone = np.zeros(RATE, np.float32)
    tone[10 * FRAME_SAMPLES : 16 * FRAME_SAMPLES] = 0.3
    wave = Waveform(tone * np.random.default_rng(0).normal(0, 1, RATE).astype("f4"), RATE)
    assert voice_activity(wave, voice=word).max() > 0.5
    long = Waveform(np.tile(wave.samples, 3), RATE)
    assert voice_activity(long, voice=np.pad(word, (0, 100))).max() == 0
