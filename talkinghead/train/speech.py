"""Recorded and synthetic speech to utterances: sound beside its phones, pitch and voice."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from talkinghead.clock import RATE
from talkinghead.media.audio import normalise_loudness
from talkinghead.speech.phones import Timed, framewise
from talkinghead.speech.pitch import track_pitch
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.train.store import files_below, read_arrays, write_arrays
from talkinghead.types import Array, Waveform


@dataclass(frozen=True)
class Utterance:
    """One stretch of speech: what the voice network learns from."""

    samples: Array  # (n,) float32 at RATE, loudness normalised
    phones: Array  # (t,) int8 classes at MEL_FPS, t = ceil(n / HOP); UNKNOWN where nobody knows
    pitch: Array  # (t,) float32 Hz, 0 where unvoiced
    voice: Array  # (256,) float32 speaker embedding
    speaker: str
    source: str  # family/name: librispeech/..., flite/..., the clip's path

    @property
    def family(self) -> str:
        """Where it comes from: the part of the source that names the corpus."""
        return self.source.rsplit("/", 2)[-2] if "/" in self.source else self.source


def utterance(
    wave: Waveform, phones: Sequence[Timed], speaker: str, source: str, voices: SpeakerEncoder
) -> Utterance:
    """Measure what training needs of one recording at RATE."""
    level = normalise_loudness(wave)
    return Utterance(
        level.samples,
        framewise(phones, level.samples.size),
        track_pitch(level),
        voices(level),
        speaker,
        source,
    )


def save_utterance(one: Utterance, path: Path) -> None:
    """Write one utterance; sound as 16-bit."""
    write_arrays(
        path,
        samples=np.round(one.samples * 32767).astype(np.int16),
        phones=one.phones,
        pitch=one.pitch.astype(np.float16),
        voice=one.voice.astype(np.float16),
        speaker=one.speaker,
        source=one.source,
        rate=RATE,
    )


def load_utterance(path: Path) -> Utterance:
    """Read what `save_utterance` wrote."""
    with read_arrays(path) as stored:
        return Utterance(
            stored["samples"].astype(np.float32) / 32767,
            stored["phones"],
            stored["pitch"].astype(np.float32),
            stored["voice"].astype(np.float32),
            str(stored["speaker"]),
            str(stored["source"]),
        )


def utterances_in(folder: Path) -> Iterator[Utterance]:
    """Every utterance below a folder that `preprocess speech` filled, in a fixed order."""
    for path in files_below(folder, "utterances", "preprocess speech DATA"):
        yield load_utterance(path)
