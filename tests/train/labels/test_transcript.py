"""Phones of English speech: the words that Whisper recognises, aligned with the audio."""

import numpy as np
import pytest

from talkinghead.sample_rates import RATE
from talkinghead.train.labels import transcript
from talkinghead.train.labels.transcript import TranscriptLabeller
from talkinghead.types import Waveform


@pytest.mark.parametrize(("words", "expected"), [(["hi"], [("HH", 0.0, 0.1)]), ([], [])])
def test_recognised_words_are_aligned_and_speech_without_any_has_no_phones(
    monkeypatch: pytest.MonkeyPatch, words: list[str], expected: list[tuple[str, float, float]]
):
    class Teacher:
        def transcribe(self, wave: Waveform) -> list[str]:
            return words

    class Aligner:
        def align(self, wave: Waveform, words: list[str]) -> list[tuple[str, float, float]]:
            assert words == ["hi"]
            return [("HH", 0.0, 0.1)]

    monkeypatch.setattr(transcript, "WhisperTeacher", Teacher)
    monkeypatch.setattr(transcript, "PhoneLabeller", Aligner)
    assert TranscriptLabeller()(Waveform(np.zeros(RATE, np.float32), RATE)) == expected
