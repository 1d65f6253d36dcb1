"""The vocoder: log-mel and F0 of its output are those of its input."""

import numpy as np
import pytest

from talkinghead.models.mel import log_mel
from talkinghead.sample_rates import HOP, RATE
from talkinghead.speech.f0 import track_f0
from talkinghead.speech.vocoder import vocode


@pytest.fixture(scope="module")
def analysis(voice):
    """The log-mel and F0 of the voice."""
    return log_mel(voice), track_f0(voice)


def test_the_output_has_the_log_mel_of_the_input(voice, analysis):
    wave = vocode(*analysis, voice.samples.size)
    assert wave.samples.shape == voice.samples.shape
    assert wave.samples.dtype == np.float32
    audible = analysis[0] > analysis[0].max() - 60 * np.log(10) / 40  # 60 dB
    assert np.abs(log_mel(wave) - analysis[0])[audible].mean() < 0.1


def test_the_output_has_the_f0_of_the_input(analysis):
    f0, expected = track_f0(vocode(*analysis)), analysis[1]
    both = (f0 > 0) & (expected > 0)
    assert both.sum() > 0.8 * (expected > 0).sum()
    assert np.median(np.abs(f0[both] / expected[both] - 1)) < 0.02


def test_a_smooth_log_mel_is_voiced_at_any_f0():
    mel = np.broadcast_to(np.linspace(0.5, -0.5, 80, dtype=np.float32), (100, 80))
    for hz in (90.0, 140.0, 260.0):
        f0 = track_f0(vocode(mel, np.full(100, hz, np.float32), trust=0))[5:-5]
        assert np.median(np.abs(f0 / hz - 1)) < 0.02


def test_unvoiced_frames_have_no_f0():
    wave = vocode(np.zeros((100, 80), np.float32), np.zeros(100, np.float32))
    assert (track_f0(wave) > 0).mean() < 0.05


def test_silence_stays_silent():
    wave = vocode(np.full((50, 80), -2.4, np.float32), np.zeros(50, np.float32))
    assert np.abs(wave.samples).max() < 1e-3


def test_the_same_seed_gives_the_same_samples(analysis):
    np.testing.assert_array_equal(vocode(*analysis).samples, vocode(*analysis).samples)


def test_blocks_are_joined_without_a_step(analysis, monkeypatch):
    whole = vocode(*analysis)
    monkeypatch.setattr("talkinghead.speech.vocoder.BLOCK", 60)
    parts = vocode(*analysis)
    steps = np.abs(np.diff(parts.samples)).max() / np.abs(np.diff(whole.samples)).max()
    assert steps < 1.5
    assert np.abs(log_mel(parts) - log_mel(whole)).mean() < 0.1


@pytest.mark.parametrize("samples", [1, HOP, HOP + 1, RATE // 10])
def test_every_length_is_kept(samples):
    frames = -(-samples // HOP)
    wave = vocode(np.zeros((frames, 80), np.float32), np.full(frames, 120, np.float32), samples)
    assert wave.samples.shape == (samples,)
