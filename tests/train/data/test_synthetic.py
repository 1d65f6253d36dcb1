"""Synthetic speech has known phones at the times they sound."""

import shutil

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.speech.phonemes import PHONES
from talkinghead.train.data import synthetic
from talkinghead.train.data.synthetic import FLITE_PHONES, flite_phones, speak_flite, synthesize

needs_flite = pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")


def check_phones(wave, phones):
    """Phones are known ones, in order, without overlap, within the sound."""
    assert {phone for phone, _, _ in phones} <= set(PHONES)
    times = [time for _, start, end in phones for time in (start, end)]
    assert times == sorted(times)
    assert times[0] >= 0
    assert times[-1] <= wave.seconds + 0.01


def test_flites_phones_are_known():
    assert set(FLITE_PHONES.values()) <= set(PHONES)


def test_the_output_of_flite_becomes_phones_in_time():
    printed = "pau:0.2 hh:0.25 ax:0.5 \npau:0.7 \npau:0.1 axr:0.3 "
    phones = flite_phones(printed)
    assert [phone for phone, _, _ in phones] == ["SIL", "HH", "AH", "SIL", "SIL", "ER"]
    ends = [end for _, _, end in phones]
    np.testing.assert_allclose(ends, [0.2, 0.25, 0.5, 0.7, 0.8, 1.0])
    assert [start for _, start, _ in phones[1:]] == ends[:-1]


def test_without_flite_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(synthetic.shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="apt install flite"):
        speak_flite("hello", "slt")


@needs_flite
def test_the_mixture_is_a_function_of_the_seed_whatever_is_skipped():
    utterances = list(synthesize(6, seed=3))
    for utterance in utterances:
        check_phones(utterance.wave, utterance.phones)
    names = [utterance.name for utterance in utterances]
    rest = list(synthesize(6, seed=3, skip=names[:4]))
    assert [(u.name, u.text) for u in rest] == [(u.name, u.text) for u in utterances[4:]]
    assert [u.speaker for u in rest] == [u.speaker for u in utterances[4:]]
    np.testing.assert_array_equal(rest[-1].wave.samples, utterances[-1].wave.samples)
