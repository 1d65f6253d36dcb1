"""Codecs keep the length of a sound and its place in time, and degrade it."""

import numpy as np
import pytest
from scipy.signal import correlate

from talkinghead.errors import AudioError
from talkinghead.train.augment.codecs import CODECS, apply_codec, available_codecs
from talkinghead.types import Waveform

BIT_RATE = {"amr": 12_200}


@pytest.mark.parametrize("name", available_codecs())
@pytest.mark.parametrize("size", [9_001, 20_000])
def test_what_comes_out_of_a_codec_is_as_long_as_what_went_in_and_not_delayed(
    voice: Waveform, name: str, size: int
):
    before = voice.samples[1_000 : 1_000 + size]
    after = apply_codec(before, name, BIT_RATE.get(name, 24_000))
    assert after.shape == before.shape
    assert after.dtype == np.float32
    match = correlate(after, before, mode="full")
    assert abs(int(np.argmax(match)) - (before.size - 1)) <= 4  # samples: a quarter of a ms
    assert not np.array_equal(after, before)
    assert np.corrcoef(after, before)[0, 1] > 0.5


def test_every_codec_is_in_the_pinned_wheel():
    assert set(available_codecs()) == set(CODECS)


def test_a_sound_shorter_than_a_codecs_frame_is_still_as_long():
    assert apply_codec(np.full(10, 0.1, np.float32), "opus", 8_000).shape == (10,)


def test_an_unknown_codec_is_refused_by_name():
    with pytest.raises(AudioError, match="speex"):
        apply_codec(np.zeros(100, np.float32), "speex", 8_000)
