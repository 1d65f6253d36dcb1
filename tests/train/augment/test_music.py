"""Composed music: varied, reproducible, and without jumps or silence."""

import numpy as np
import pytest

from talkinghead.sample_rates import RATE
from talkinghead.train.augment.music import Instrument, compose_music, drum
from talkinghead.types import Array


def test_a_piece_is_a_function_of_its_seed() -> None:
    first, again, other = (compose_music(RATE, np.random.default_rng(s)) for s in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


def test_every_piece_is_heard_throughout_and_equally_loud() -> None:
    for seed in range(6):
        piece = compose_music(3 * RATE, np.random.default_rng(seed))
        assert piece.dtype == np.float32
        assert np.sqrt(np.mean(piece**2)) == pytest.approx(0.1, rel=1e-3)
        assert np.abs(piece).max() < 5
        thirds = piece.reshape(3, -1)
        assert (np.abs(thirds).max(axis=1) > 0.01).all()


def spectrum_peak(samples: Array) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(spectrum.argmax() * RATE / samples.size)


def test_a_note_has_its_pitch_and_dies_away() -> None:
    rng = np.random.default_rng(0)
    instrument = Instrument(
        rolloff=2.0, odd=1.0, resonances=np.zeros((0, 3)), attack=0.01, decay=0.3, sustain=0,
        release=0.05, vibrato=0, vibrato_hz=5, vibrato_delay=0, glide=0, brightness=0.5,
        sweep_hz=0, breath=0, detune=0, drive=0, phases=rng.random(64),
    )  # fmt: skip
    note = instrument.note(440.0, 0.0, 1.0, rng)
    assert note.size == round(1.05 * RATE)
    assert spectrum_peak(note) == pytest.approx(440, abs=2)
    assert np.abs(note[-80:]).max() < 0.05 * np.abs(note).max()


@pytest.mark.parametrize("name", ["kick", "snare", "hat", "tom"])
def test_a_drum_is_short(name: str) -> None:
    hit = drum(name, 1.0, np.random.default_rng(0))
    assert hit.size < 0.4 * RATE
    assert np.abs(hit[-hit.size // 10 :]).max() < 0.05 * np.abs(hit).max()
