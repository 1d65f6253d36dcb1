"""Utterances as an encoder and the log-mel give them: what the probes are taught and asked."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

import numpy as np

from talkinghead.clock import MEL_FPS, RATE
from talkinghead.speech.content_encoder import ContentEncoder
from talkinghead.speech.mel import log_mel
from talkinghead.types import Array, Waveform

LONGEST = 6 * RATE  # samples of the speech that may be converted


class Spoken(Protocol):
    """One utterance with its phones."""

    @property
    def samples(self) -> Array:
        """(n,) float32 at RATE."""
        ...

    @property
    def phones(self) -> Array:
        """(t,) int8 classes at MEL_FPS, t = ceil(n / HOP); UNKNOWN where nobody knows."""
        ...

    @property
    def speaker(self) -> str:
        """Who speaks."""
        ...

    @property
    def source(self) -> str:
        """Where it comes from, as a path; the folder names the corpus."""
        ...


@dataclass(frozen=True)
class Heard:
    """One utterance as the encoder and the log-mel give it, at the encoder's pace."""

    speaker: str
    family: str
    content: Array  # (t, channels) float32
    mel: Array  # (t, BANDS) float32
    phones: Array  # (t,) classes
    samples: Array  # (n,) the first LONGEST at RATE, empty where nobody will convert them

    def features(self, of: str) -> Array:
        """`content` or `mel`."""
        return self.content if of == "content" else self.mel


def family_of(source: str) -> str:
    """The corpus of a source: the folder it lies in."""
    return PurePosixPath(source).parent.name or source


def at_pace(rows: Array, frames: int, fps: float) -> Array:
    """Rows at MEL_FPS read at the centres of `frames` frames at `fps`; the last one is held."""
    places = np.round(np.arange(frames) * (MEL_FPS / fps)).astype(int)
    return np.asarray(rows[np.minimum(places, len(rows) - 1)])


def hear(one: Spoken, encoder: ContentEncoder, *, keep_samples: bool = False) -> Heard:
    """Encode one utterance."""
    wave = Waveform(one.samples, RATE)
    content = encoder(wave)
    mel, phones = (at_pace(rows, len(content), encoder.fps) for rows in (log_mel(wave), one.phones))
    kept = one.samples[: LONGEST if keep_samples else 0]
    return Heard(one.speaker, family_of(one.source), content, mel, phones, kept)
