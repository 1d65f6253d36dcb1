"""Utterances: recorded or synthetic speech with its phones, f0 and speaker embedding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from talkinghead.media.loudness import normalise_loudness
from talkinghead.sample_rates import RATE
from talkinghead.speech.f0 import track_f0
from talkinghead.speech.phonemes import TimedPhone, frame_labels
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.train.data.array_store import (
    from_int16,
    read_arrays,
    require_files,
    to_int16,
    write_arrays,
)
from talkinghead.types import Array, Waveform

# How often the utterances of a family are drawn: real voices most, synthetic ones for their exact
# phone times and the sounds of other languages. Families that are not listed here are not trained
# on as audio: these have phones, and licences that put no terms on the weights.
FAMILY_SHARES = {"librispeech": 0.45, "grid-s1": 0.1, "flite": 0.17, "espeak": 0.28}


@dataclass(frozen=True)
class Utterance:
    """One utterance of one speaker."""

    samples: Array  # (n,) float32 at RATE, loudness normalised
    phones: Array  # (t,) int8 classes at MEL_FPS, t = ceil(n / HOP); UNKNOWN where not labelled
    f0: Array  # (t,) float32 Hz, 0 where unvoiced
    speaker_embedding: Array  # (256,) float32
    speaker: str
    source: str  # family/name: librispeech/..., flite/..., or the path of a clip

    @property
    def family(self) -> str:
        """The corpus or synthesiser, a part of the source."""
        return self.source.rsplit("/", 2)[-2] if "/" in self.source else self.source


def build_utterance(
    wave: Waveform,
    phones: Sequence[TimedPhone],
    speaker: str,
    source: str,
    speaker_encoder: SpeakerEncoder,
) -> Utterance:
    """The utterance of one recording at RATE."""
    wave = normalise_loudness(wave)
    labels = frame_labels(phones, wave.samples.size)
    f0, embedding = track_f0(wave), speaker_encoder(wave)
    return Utterance(wave.samples, labels, f0, embedding, speaker, source)


def save_utterance(utterance: Utterance, path: Path) -> None:
    """Write one utterance, its samples as 16-bit. Raises OutputError."""
    write_arrays(
        path,
        samples=to_int16(utterance.samples),
        phones=utterance.phones,
        f0=utterance.f0.astype(np.float16),
        speaker_embedding=utterance.speaker_embedding.astype(np.float16),
        speaker=utterance.speaker,
        source=utterance.source,
        rate=RATE,
    )


def load_utterance(path: Path) -> Utterance:
    """Read what `save_utterance` wrote. Raises InputError."""
    with read_arrays(path) as stored:
        return Utterance(
            from_int16(stored["samples"]),
            stored["phones"],
            stored["f0"].astype(np.float32),
            stored["speaker_embedding"].astype(np.float32),
            str(stored["speaker"]),
            str(stored["source"]),
        )


def read_utterances(folder: Path) -> Iterator[Utterance]:
    """Every utterance below a folder that `preprocess speech` filled, in a fixed order."""
    for path in require_files(folder, "utterances", "preprocess speech DATA"):
        yield load_utterance(path)
