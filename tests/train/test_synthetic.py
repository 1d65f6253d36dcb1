"""Synthetic speech: its phones are those that are taught, at the times they sound."""

# ruff: noqa: RUF001 - IPA letters look like others

import shutil

import numpy as np
import pytest

from talkinghead.clock import RATE
from talkinghead.errors import InputError
from talkinghead.speech.phones import PHONES
from talkinghead.train import synthetic
from talkinghead.train.espeak import PHONEME, WORD, espeak, timed_phones, with_closures
from talkinghead.train.ipa import ALONE, LONG, TOGETHER, phones_of
from talkinghead.train.synthetic import FLITE_PHONES, flite, flite_phones, speak
from talkinghead.train.texts import LANGUAGES, foreign

needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")


def check_in_time(wave, phones):
    """Phones are taught ones, in order, without overlap, inside the sound."""
    assert {phone for phone, _, _ in phones} <= set(PHONES)
    times = [time for _, start, end in phones for time in (start, end)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= wave.seconds + 0.01


def test_every_phone_that_sounds_map_to_is_taught():
    tables = (TOGETHER, ALONE, LONG, FLITE_PHONES)
    assert {phone for table in tables for phone in table.values()} <= set(PHONES)


@pytest.mark.parametrize(
    ("ipa", "phones"),
    [
        ("ˈɔɪ", ["OY"]),
        ("tʃ", ["CH"]),
        ("ɑ̃", ["AA"]),
        ("ˈeː", ["EY"]),
        ("ˈɛɹ", ["EH", "R"]),
        ("ts.", ["CH"]),
        ("ʔ", [None]),
        ("ʲ", []),
        ("(en)", []),
    ],
)
def test_a_sound_becomes_the_nearest_phones(ipa, phones):
    assert phones_of(ipa) == phones


def test_what_flite_prints_becomes_phones_in_time():
    printed = "pau:0.2 hh:0.25 ax:0.5 \npau:0.7 \npau:0.1 axr:0.3 "
    phones = flite_phones(printed)
    assert [phone for phone, _, _ in phones] == ["SIL", "HH", "AH", "SIL", "SIL", "ER"]
    ends = [end for _, _, end in phones]
    np.testing.assert_allclose(ends, [0.2, 0.25, 0.5, 0.7, 0.8, 1.0])
    assert [start for _, start, _ in phones[1:]] == ends[:-1]


def test_a_phone_lasts_until_the_next_event_and_a_modifier_lengthens_it():
    marks = [(PHONEME, 0, "n"), (PHONEME, 10, "ʲ"), (WORD, 15, ""), (PHONEME, 20, "ɛɹ")]
    marks += [(PHONEME, 40, "ʔ"), (PHONEME, 50, ""), (PHONEME, 90, "")]
    timed = timed_phones(marks, 90, 10)
    assert timed == [("N", 0, 2), ("EH", 2, 3), ("R", 3, 4), ("SIL", 5, 9)]


def test_a_plosive_begins_with_its_silence_but_takes_none_from_a_pause():
    samples = np.zeros(100, np.int16)
    samples[:30] = samples[50:60] = 5000
    timed = [("AA", 0.0, 5.0), ("T", 5.0, 6.0), ("SIL", 6.0, 9.0), ("K", 9.0, 10.0)]
    assert with_closures(timed, samples, 10) == [("AA", 0.0, 3.0), ("T", 3.0, 6.0), *timed[2:]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_espeak_says_every_language_in_phones_that_are_taught(language):
    text = foreign(language, np.random.default_rng(1))
    wave, phones = espeak().say(text, f"{language}+f2", speed=400)
    check_in_time(wave, phones)
    assert wave.rate == RATE
    named = sum(end - start for _, start, end in phones)
    assert named > 0.8 * wave.seconds


def test_a_hiss_sounds_where_espeak_says_so():
    wave, phones = espeak().say("see a sad assassin, sir", "en-us")
    for phone, start, end in phones:
        middle = int((start + end) / 2 * RATE)
        power = np.abs(np.fft.rfft(wave.samples[middle - 160 : middle + 160])) ** 2
        high = power[60:].sum() / max(power.sum(), 1e-9)  # above 3 kHz
        if phone == "S":
            assert high > 0.5
        elif phone in ("IY", "AE", "AH", "ER", "N"):
            assert high < 0.2


def test_espeak_refuses_a_voice_it_does_not_have():
    with pytest.raises(InputError, match="atlantis"):
        espeak().say("hello", "atlantis+f1")


def test_without_flite_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(synthetic.shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="apt install flite"):
        flite("hello", "slt")


@needs_flite
def test_the_mixture_is_the_same_for_the_same_seed_whatever_is_skipped():
    spoken = list(speak(6, seed=3))
    for one in spoken:
        check_in_time(one.wave, one.phones)
    names = [one.name for one in spoken]
    rest = list(speak(6, seed=3, skip=names[:4]))
    assert [(one.name, one.text) for one in rest] == [(one.name, one.text) for one in spoken[4:]]
    assert [one.voice for one in rest] == [one.voice for one in spoken[4:]]
    np.testing.assert_array_equal(rest[-1].wave.samples, spoken[-1].wave.samples)
