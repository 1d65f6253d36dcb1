"""Whisper's words become words that a dictionary knows; without Whisper a line says what to do."""

import sys

import pytest

from talkinghead.errors import InputError
from talkinghead.train.labels.whisper import WhisperTeacher, split_words


def test_a_transcript_becomes_lower_case_words_without_punctuation():
    text = " Mrs. Linde\N{RIGHT SINGLE QUOTATION MARK}s road -- No. 99 -- dipped 'down'."
    words = ["mrs", "linde's", "road", "no", "99", "dipped", "down"]
    assert split_words(text) == words


def test_a_missing_teacher_is_named_with_the_way_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    with pytest.raises(InputError, match=r"ctranslate2 is not installed.*talkinghead\[teachers\]"):
        WhisperTeacher()
