"""Augmented speech keeps its length, its level and its place in time."""

import numpy as np
from scipy.signal import correlate

from talkinghead.train.augment import speech
from talkinghead.types import Array, Waveform

SEEDS = range(40)


def lag(before: Array, after: Array) -> int:
    """Samples by which `after` is delayed."""
    return int(np.argmax(correlate(after, before, mode="full"))) - (before.size - 1)


def test_length_range_and_level_are_kept(voice: Waveform):
    others = [voice.samples[::-1].copy()]
    rms = np.sqrt(np.mean(voice.samples**2))
    for seed in SEEDS:
        out = speech.distort(voice.samples, np.random.default_rng(seed), others=others)
        assert out.shape == voice.samples.shape
        assert out.dtype == np.float32
        assert np.isfinite(out).all()
        assert np.abs(out).max() <= 1
        assert 0.4 < np.sqrt(np.mean(out**2)) / rms < 1.5


def test_the_result_is_a_function_of_the_generator_and_the_input_is_not_modified(voice: Waveform):
    before = voice.samples.copy()
    first, second = (speech.distort(voice.samples, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(first, second)
    assert np.array_equal(voice.samples, before)


def test_about_a_quarter_stays_clean(voice: Waveform):
    short = voice.samples[2_000:6_000]
    unchanged = [
        np.array_equal(speech.distort(short, np.random.default_rng(i), codec=0), short)
        for i in range(200)
    ]
    assert 0.15 < np.mean(unchanged) < 0.4


def test_silence_stays_silence():
    silence = np.zeros(5_000, np.float32)
    for seed in range(10):
        assert not speech.distort(silence, np.random.default_rng(seed)).any()


def test_filters_and_clipping_do_not_delay(voice: Waveform):
    for step in (speech.equalize, speech.limit_band, speech.clip_peaks):
        for seed in range(8):
            out = step(voice.samples, np.random.default_rng(seed))
            assert abs(lag(voice.samples, out)) <= 2


def test_masked_bands_are_constant_and_the_others_unchanged():
    mel = np.random.default_rng(0).normal(size=(30, 80)).astype(np.float32)
    for seed in range(10):
        masked = speech.mask_bands(mel, np.random.default_rng(seed))
        changed = (masked != mel).any(axis=0)
        assert changed.sum() <= 24
        assert (np.ptp(masked[:, changed], axis=0) == 0).all()
