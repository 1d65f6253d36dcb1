import numpy as np
import pytest

from talkinghead.clock import HOP, RATE
from talkinghead.errors import AudioError
from talkinghead.speech.pitch import (
    HIGHEST,
    LOWEST,
    normalised_pitch,
    pitch_statistics,
    track_pitch,
    transpose,
)
from talkinghead.types import Waveform


def harmonics(hz, numbers, seconds=1.0):
    """The sum of harmonics of `hz`, which may change from sample to sample."""
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(hz, int(seconds * RATE))) / RATE
    sound = sum(np.sin(n * phase) / n for n in numbers)
    return Waveform((0.3 * sound / np.abs(sound).max()).astype(np.float32), RATE)


@pytest.mark.parametrize("numbers", [[1], range(1, 9), range(2, 7)], ids=["pure", "full", "bare"])
@pytest.mark.parametrize("hz", [62.0, 100.0, 187.3, 333.0, 490.0])
def test_tones_are_found_even_without_their_fundamental(hz, numbers):
    found = track_pitch(harmonics(hz, numbers))[5:-5]
    np.testing.assert_allclose(found, hz, rtol=0.01)


def test_vibrato_is_followed_without_octave_errors():
    time = np.arange(2 * RATE) / RATE
    hz = 150 * 2 ** (0.1 * np.sin(2 * np.pi * 5.5 * time))
    found = track_pitch(harmonics(hz, range(1, 30), 2.0))
    np.testing.assert_allclose(found[5:-5], hz[::HOP][5:-5], rtol=0.02)


def test_noise_and_silence_are_unvoiced(rng):
    noise = rng.normal(0, 0.1, 2 * RATE).astype(np.float32)
    assert (track_pitch(Waveform(noise, RATE)) > 0).mean() < 0.02
    assert not track_pitch(Waveform(np.zeros(RATE, np.float32), RATE)).any()


def test_mains_hum_under_a_voice_is_not_heard():
    voice = harmonics(210.0, range(1, 9), 2.0).samples.copy()
    voice[RATE:] = 0
    found = track_pitch(Waveform(voice + 0.05 * harmonics(60.0, [1, 2], 2.0).samples, RATE))
    np.testing.assert_allclose(found[5:90], 210, rtol=0.01)
    assert not found[110:].any()


def test_one_value_for_each_mel_frame_and_no_seam_between_blocks(monkeypatch):
    wave = harmonics(120.0, range(1, 9), 1.003)
    whole = track_pitch(wave)
    assert whole.dtype == np.float32
    assert len(whole) == -(-wave.samples.size // HOP)
    monkeypatch.setattr("talkinghead.speech.pitch.BLOCK", 17)
    np.testing.assert_allclose(track_pitch(wave), whole, rtol=1e-4)


def test_one_sample_is_long_enough():
    assert track_pitch(Waveform(np.ones(1, np.float32), RATE)).shape == (1,)


def test_another_rate_is_refused():
    with pytest.raises(AudioError, match="resample"):
        track_pitch(Waveform(np.zeros(100, np.float32), 8000))


def test_the_melody_does_not_depend_on_the_register():
    low = np.array([0, 100, 120, 110, 90, 0], dtype=np.float32)
    np.testing.assert_allclose(normalised_pitch(low), normalised_pitch(2 * low), atol=1e-5)


def test_normalised_pitch_is_bounded_and_flags_the_voiced_frames():
    hz = np.array([0, *[100] * 98, 499], dtype=np.float32)
    melody, voiced = normalised_pitch(hz).T
    assert melody.max() == 1
    assert melody[0] == 0
    assert voiced.tolist() == [0.0] + [1.0] * 99
    assert not normalised_pitch(np.zeros(4, np.float32)).any()


def test_a_transposed_melody_has_the_statistics_of_its_new_voice():
    source = np.array([0, 100, 120, 110, 90, 0], dtype=np.float32)
    target = np.array([200, 240, 210, 0, 190], dtype=np.float32)
    moved = transpose(source, pitch_statistics(source), pitch_statistics(target))
    np.testing.assert_allclose(pitch_statistics(moved), pitch_statistics(target), rtol=1e-4)
    assert ((moved > 0) == (source > 0)).all()


def test_transposing_stays_within_human_pitch():
    source = np.array([100, 300], dtype=np.float32)
    moved = transpose(source, pitch_statistics(source), (6.3, 2.0))
    assert ((moved >= LOWEST) & (moved <= HIGHEST)).all()
