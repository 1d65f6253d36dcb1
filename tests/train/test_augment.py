"""Whatever is done to a sound: same length, same level, same place in time."""

import numpy as np
import pytest
from scipy.signal import correlate

from talkinghead.clock import RATE
from talkinghead.train import augment, interference, repitch
from talkinghead.train.rooms import in_room, room_response
from talkinghead.types import Array, Waveform

SEEDS = range(40)


def envelope(samples: Array) -> Array:
    """Loudness in steps of 10 ms."""
    whole = samples[: samples.size // 160 * 160]
    return np.log(np.sqrt((whole.reshape(-1, 160) ** 2).mean(axis=1)) + 1e-4)


def lag(before: Array, after: Array) -> int:
    """Samples by which `after` comes later than `before`."""
    return int(np.argmax(correlate(after, before, mode="full"))) - (before.size - 1)


def test_a_distorted_sound_keeps_length_range_and_about_its_level(voice: Waveform):
    others = [voice.samples[::-1].copy()]
    level = np.sqrt(np.mean(voice.samples**2))
    for seed in SEEDS:
        out = augment.distort(voice.samples, np.random.default_rng(seed), others=others)
        assert out.shape == voice.samples.shape
        assert out.dtype == np.float32
        assert np.isfinite(out).all()
        assert np.abs(out).max() <= 1
        assert 0.4 < np.sqrt(np.mean(out**2)) / level < 1.5


def test_the_same_chance_gives_the_same_sound_and_the_source_is_not_touched(voice: Waveform):
    before = voice.samples.copy()
    once, again = (augment.distort(voice.samples, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(once, again)
    assert np.array_equal(voice.samples, before)


def test_about_a_quarter_stays_clean(voice: Waveform):
    short = voice.samples[2_000:6_000]
    same = [
        np.array_equal(augment.distort(short, np.random.default_rng(i), coded=0), short)
        for i in range(200)
    ]
    assert 0.15 < np.mean(same) < 0.4


def test_silence_stays_silence():
    silence = np.zeros(5_000, np.float32)
    for seed in range(10):
        assert not augment.distort(silence, np.random.default_rng(seed)).any()


def test_labels_stay_in_time_through_every_filter_and_room(voice: Waveform):
    for change in (augment.equalised, augment.band_limited, augment.clipped):
        for seed in range(8):
            assert abs(lag(voice.samples, change(voice.samples, np.random.default_rng(seed)))) <= 2
    for seed in range(8):
        response = room_response(np.random.default_rng(seed))
        click = np.zeros(4_000, np.float32)
        click[1_000] = 1
        heard = in_room(click, response)
        assert not (np.abs(heard[:1_000]) > 1e-5).any()  # nothing sounds before its cause
        assert heard[1_000] > 0.1


def test_a_room_keeps_the_level_and_its_tail_decays():
    for seed in SEEDS:
        response = room_response(np.random.default_rng(seed))
        assert 0.09 * RATE <= response.size <= 0.91 * RATE
        assert np.abs(response[-response.size // 10 :]).max() < 0.05
        reflected = 10 * np.log10(1 / np.sum(response[1:] ** 2))
        assert -4.1 < reflected < 18.5


def test_interference_lies_as_far_below_the_speech_as_asked(voice: Waveform):
    rng = np.random.default_rng(0)
    size = voice.samples.size
    for other in (
        interference.coloured_noise(size, rng),
        interference.hum(size, rng),
        interference.music(size, rng),
        interference.babble(size, [voice.samples[:5_000]], rng),
    ):
        assert other.shape == (size,)
        added = interference.beside(voice.samples, other, 12.0) - voice.samples
        below = interference.speech_level(voice.samples) / np.sqrt(np.mean(added**2))
        assert 20 * np.log10(below) == pytest.approx(12, abs=0.1)


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_higher_voice_keeps_its_time(voice: Waveform, factor: float):
    other = repitch.repitched(voice.samples, factor)
    assert other.shape == voice.samples.shape
    before, after = envelope(voice.samples), envelope(other)
    inner = before[9:-9]
    match = [np.corrcoef(inner, np.roll(after, -k)[9:-9])[0, 1] for k in range(-8, 9)]
    assert abs(int(np.argmax(match)) - 8) <= 1
    assert max(match) > 0.9


@pytest.mark.parametrize("factor", [0.8, 1.0, 1.25])
def test_a_tone_is_moved_by_the_factor_in_pitch(factor: float):
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32)
    for moved in (repitch.repitched(tone, factor), repitch.tape_speed(tone, factor)):
        spectrum = np.abs(np.fft.rfft(moved * np.hanning(moved.size)))
        assert np.argmax(spectrum) * RATE / moved.size == pytest.approx(440 * factor, rel=0.01)


@pytest.mark.parametrize("rate", [0.85, 1.1])
def test_what_lay_at_a_second_lies_at_that_second_over_the_tapes_rate(rate: float):
    click = np.zeros(20_000, np.float32)
    click[12_000] = 1
    played = repitch.tape_speed(click, rate)
    assert played.size == round(20_000 / rate)
    assert abs(int(np.argmax(played)) - 12_000 / rate) <= 1
