"""espeak's phones are known ones, at the times they sound."""

# ruff: noqa: RUF001 - IPA letters look like others

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.sample_rates import RATE
from talkinghead.speech.espeak import PHONEME, WORD, espeak, timed_phones, with_closures
from talkinghead.train.data.texts import LANGUAGES, foreign_text
from tests.train.data.test_synthetic import check_phones


def test_a_phone_lasts_until_the_next_event_and_a_modifier_extends_it():
    marks = [(PHONEME, 0, "n"), (PHONEME, 10, "ʲ"), (WORD, 15, ""), (PHONEME, 20, "ɛɹ")]
    marks += [(PHONEME, 40, "ʔ"), (PHONEME, 50, ""), (PHONEME, 90, "")]
    timed = timed_phones(marks, 90, 10)
    assert timed == [("N", 0, 2), ("EH", 2, 3), ("R", 3, 4), ("SIL", 5, 9)]


def test_a_plosive_starts_with_its_closure_but_takes_nothing_from_a_pause():
    samples = np.zeros(100, np.int16)
    samples[:30] = samples[50:60] = 5000
    timed = [("AA", 0.0, 5.0), ("T", 5.0, 6.0), ("SIL", 6.0, 9.0), ("K", 9.0, 10.0)]
    assert with_closures(timed, samples, 10) == [("AA", 0.0, 3.0), ("T", 3.0, 6.0), *timed[2:]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_is_synthesised_with_known_phones(language):
    text = foreign_text(language, np.random.default_rng(1))
    wave, phones = espeak().synthesize(text, f"{language}+f2", speed=400)
    check_phones(wave, phones)
    assert wave.rate == RATE
    labelled = sum(end - start for _, start, end in phones)
    assert labelled > 0.8 * wave.seconds


def test_a_hiss_sounds_where_its_label_is():
    wave, phones = espeak().synthesize("see a sad assassin, sir", "en-us")
    for phone, start, end in phones:
        middle = int((start + end) / 2 * RATE)
        power = np.abs(np.fft.rfft(wave.samples[middle - 160 : middle + 160])) ** 2
        high = power[60:].sum() / max(power.sum(), 1e-9)  # above 3 kHz
        if phone == "S":
            assert high > 0.5
        elif phone in ("IY", "AE", "AH", "ER", "N"):
            assert high < 0.2


def test_an_unknown_voice_is_refused():
    with pytest.raises(InputError, match="atlantis"):
        espeak().synthesize("hello", "atlantis+f1")
