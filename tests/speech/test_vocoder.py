import numpy as np
import pytest

from talkinghead.clock import HOP, RATE
from talkinghead.speech.mel import log_mel
from talkinghead.speech.pitch import track_pitch
from talkinghead.speech.vocoder import vocode


@pytest.fixture(scope="module")
def heard(voice):
    """The voice's mel and pitch."""
    return log_mel(voice), track_pitch(voice)


def test_the_sound_has_the_mel_it_was_made_from(voice, heard):
    made = vocode(*heard, voice.samples.size)
    assert made.samples.shape == voice.samples.shape
    assert made.samples.dtype == np.float32
    audible = heard[0] > heard[0].max() - 60 * np.log(10) / 40  # 60 dB
    assert np.abs(log_mel(made) - heard[0])[audible].mean() < 0.1


def test_the_sound_has_the_pitch_it_was_made_with(heard):
    found, wanted = track_pitch(vocode(*heard)), heard[1]
    both = (found > 0) & (wanted > 0)
    assert both.sum() > 0.8 * (wanted > 0).sum()
    assert np.median(np.abs(found[both] / wanted[both] - 1)) < 0.02


def test_a_smoothed_mel_is_sung_at_any_pitch():
    mel = np.broadcast_to(np.linspace(0.5, -0.5, 80, dtype=np.float32), (100, 80))
    for pitch in (90.0, 140.0, 260.0):
        found = track_pitch(vocode(mel, np.full(100, pitch, np.float32), trust=0))[5:-5]
        assert np.median(np.abs(found / pitch - 1)) < 0.02


def test_unvoiced_frames_have_no_pitch():
    made = vocode(np.zeros((100, 80), np.float32), np.zeros(100, np.float32))
    assert (track_pitch(made) > 0).mean() < 0.05


def test_silence_stays_silent():
    made = vocode(np.full((50, 80), -2.4, np.float32), np.zeros(50, np.float32))
    assert np.abs(made.samples).max() < 1e-3


def test_same_seed_same_sound(heard):
    np.testing.assert_array_equal(vocode(*heard).samples, vocode(*heard).samples)


def test_blocks_pass_into_each_other_without_a_step(heard, monkeypatch):
    whole = vocode(*heard)
    monkeypatch.setattr("talkinghead.speech.vocoder.BLOCK", 60)
    parts = vocode(*heard)
    steps = np.abs(np.diff(parts.samples)).max() / np.abs(np.diff(whole.samples)).max()
    assert steps < 1.5
    assert np.abs(log_mel(parts) - log_mel(whole)).mean() < 0.1


@pytest.mark.parametrize("samples", [1, HOP, HOP + 1, RATE // 10])
def test_every_length_is_kept(samples):
    frames = -(-samples // HOP)
    made = vocode(np.zeros((frames, 80), np.float32), np.full(frames, 120, np.float32), samples)
    assert made.samples.shape == (samples,)
