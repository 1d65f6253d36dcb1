"""F0: tracked to 1 %, unvoiced in noise, and independent of the speaker's range if normalised."""

import numpy as np
import pytest

from talkinghead.errors import AudioError
from talkinghead.sample_rates import HOP, RATE
from talkinghead.speech.f0 import (
    MAX_F0,
    MIN_F0,
    convert_f0,
    f0_statistics,
    normalise_f0,
    track_f0,
)
from talkinghead.types import Waveform


def harmonics(hz, numbers, seconds=1.0):
    """The sum of harmonics of `hz`, which may change from sample to sample."""
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(hz, int(seconds * RATE))) / RATE
    sound = sum(np.sin(n * phase) / n for n in numbers)
    return Waveform((0.3 * sound / np.abs(sound).max()).astype(np.float32), RATE)


@pytest.mark.parametrize("numbers", [[1], range(1, 9), range(2, 7)], ids=["pure", "full", "bare"])
@pytest.mark.parametrize("hz", [62.0, 100.0, 187.3, 333.0, 490.0])
def test_f0_is_found_even_without_the_fundamental(hz, numbers):
    found = track_f0(harmonics(hz, numbers))[5:-5]
    np.testing.assert_allclose(found, hz, rtol=0.01)


def test_vibrato_is_followed_without_octave_errors():
    time = np.arange(2 * RATE) / RATE
    hz = 150 * 2 ** (0.1 * np.sin(2 * np.pi * 5.5 * time))
    found = track_f0(harmonics(hz, range(1, 30), 2.0))
    np.testing.assert_allclose(found[5:-5], hz[::HOP][5:-5], rtol=0.02)


def test_noise_and_silence_are_unvoiced(rng):
    noise = rng.normal(0, 0.1, 2 * RATE).astype(np.float32)
    assert (track_f0(Waveform(noise, RATE)) > 0).mean() < 0.02
    assert not track_f0(Waveform(np.zeros(RATE, np.float32), RATE)).any()


def test_mains_hum_under_a_voice_is_ignored():
    voice = harmonics(210.0, range(1, 9), 2.0).samples.copy()
    voice[RATE:] = 0
    found = track_f0(Waveform(voice + 0.05 * harmonics(60.0, [1, 2], 2.0).samples, RATE))
    np.testing.assert_allclose(found[5:90], 210, rtol=0.01)
    assert not found[110:].any()


def test_one_value_for_each_mel_frame_and_no_seam_between_blocks(monkeypatch):
    wave = harmonics(120.0, range(1, 9), 1.003)
    whole = track_f0(wave)
    assert whole.dtype == np.float32
    assert len(whole) == -(-wave.samples.size // HOP)
    monkeypatch.setattr("talkinghead.speech.f0.BLOCK", 17)
    np.testing.assert_allclose(track_f0(wave), whole, rtol=1e-4)


def test_one_sample_is_long_enough():
    assert track_f0(Waveform(np.ones(1, np.float32), RATE)).shape == (1,)


def test_another_rate_is_refused():
    with pytest.raises(AudioError, match="resample"):
        track_f0(Waveform(np.zeros(100, np.float32), 8000))


def test_normalised_f0_does_not_depend_on_the_range():
    low = np.array([0, 100, 120, 110, 90, 0], dtype=np.float32)
    np.testing.assert_allclose(normalise_f0(low), normalise_f0(2 * low), atol=1e-5)


def test_normalised_f0_is_bounded_and_marks_voiced_frames():
    hz = np.array([0, *[100] * 98, 499], dtype=np.float32)
    contour, voiced = normalise_f0(hz).T
    assert contour.max() == 1
    assert contour[0] == 0
    assert voiced.tolist() == [0.0] + [1.0] * 99
    assert not normalise_f0(np.zeros(4, np.float32)).any()


def test_converted_f0_has_the_statistics_of_the_target():
    source = np.array([0, 100, 120, 110, 90, 0], dtype=np.float32)
    target = np.array([200, 240, 210, 0, 190], dtype=np.float32)
    moved = convert_f0(source, f0_statistics(source), f0_statistics(target))
    np.testing.assert_allclose(f0_statistics(moved), f0_statistics(target), rtol=1e-4)
    assert ((moved > 0) == (source > 0)).all()


def test_converted_f0_stays_in_range():
    source = np.array([100, 300], dtype=np.float32)
    moved = convert_f0(source, f0_statistics(source), (6.3, 2.0))
    assert ((moved >= MIN_F0) & (moved <= MAX_F0)).all()
