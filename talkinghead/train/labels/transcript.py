"""Phone labels of English speech without a text: Whisper's words, aligned with the audio."""

from talkinghead.speech.phonemes import TimedPhone
from talkinghead.train.labels.sphinx import PhoneLabeller
from talkinghead.train.labels.whisper import WhisperTeacher
from talkinghead.types import Waveform


class TranscriptLabeller:
    """Words by Whisper, phones by pocketsphinx's forced alignment of them.

    Raises InputError where the packages of the extra `teachers` are not installed.
    """

    def __init__(self) -> None:
        self._teacher = WhisperTeacher()
        self._aligner = PhoneLabeller()

    def __call__(self, wave: Waveform) -> list[TimedPhone]:
        """The phones of a recording at RATE; none where no English is recognised with certainty."""
        words = self._teacher.transcribe(wave)
        return self._aligner.align(wave, words) if words else []
