"""pocketsphinx labels the phones of known words, and nothing where it cannot."""

import numpy as np
import pytest

from talkinghead.sample_rates import RATE
from talkinghead.speech.espeak import espeak
from talkinghead.speech.phonemes import PHONES
from talkinghead.train.labels.sphinx import PhoneLabeller
from talkinghead.types import Waveform


@pytest.fixture(scope="module")
def labeller():
    return PhoneLabeller()


def test_aligned_phones_are_those_of_the_words_in_their_order(labeller):
    wave, _ = espeak().synthesize("see a sad man", "en-us", speed=130)
    phones = labeller.align(wave, ["see", "a", "sad", "man"])
    names = [name for name, _, _ in phones if name != "SIL"]
    assert names[:2] == ["S", "IY"]
    assert names[-3:] == ["M", "AE", "N"]
    assert set(names) <= set(PHONES)
    times = [time for _, start, end in phones for time in (start, end)]
    assert times == sorted(times)


def test_words_that_the_dictionary_lacks_have_no_phones(labeller):
    silence = Waveform(np.zeros(RATE, np.float32), RATE)
    assert labeller.align(silence, ["xqzzy"]) == []
    assert labeller.align(silence, []) == []
