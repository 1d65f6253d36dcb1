"""Sample recordings: where the first sentence ends."""

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.types import Waveform
from talkinghead.web.sample_speech import SampleSpeech, cut_first_sentence


def test_a_sentence_ends_at_its_first_pause():
    rate = 1000
    samples = np.zeros(3 * rate, np.float32)
    samples[: rate + 200] = samples[2 * rate :] = 0.5
    assert 1.2 < cut_first_sentence(Waveform(samples, rate)).seconds < 1.6


def test_a_folder_without_recordings_is_reported(tmp_path):
    speech = SampleSpeech(tmp_path)
    assert speech.sentences() == []
    with pytest.raises(InputError, match="has no recordings"):
        speech.first_sentence("hello")
