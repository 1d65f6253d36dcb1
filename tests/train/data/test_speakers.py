"""Speakers keep their mouth opening absolute; silent clips cannot teach."""

from dataclasses import replace

import numpy as np
import pytest

from talkinghead.errors import InputError
from talkinghead.train.data.speakers import corpus_of, group_speakers
from tests.train.examples import example


def test_a_shift_of_the_mouth_by_registration_is_taken_out():
    clips = group_speakers([example(shift=0.0), example(shift=0.03, seed=1)])[0].clips
    np.testing.assert_allclose(clips[0].offsets, clips[1].offsets, atol=1e-5)


def test_silent_examples_alone_cannot_teach():
    silent = replace(example(), samples=np.zeros(0, np.float32))
    with pytest.raises(InputError, match="audio"):
        group_speakers([silent])


def test_the_corpus_of_a_clip_is_its_folder():
    assert corpus_of("talking/grid/s1.mp4") == "grid"
    assert corpus_of("s1.mp4") == ""
