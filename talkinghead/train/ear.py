"""Hears for a branch in training: through the trained voice network, or log-mel as it is."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from talkinghead.encoder import hear
from talkinghead.speech.content_encoder import narrow
from talkinghead.speech.speaker_encoder import SIZE, SpeakerEncoder
from talkinghead.speech.voice_weights import load_voice
from talkinghead.train.data import Talker
from talkinghead.types import Array, Waveform


@dataclass(frozen=True)
class Ear:
    """How a branch hears: what turns log-mel and speaker into hidden states, and on."""

    hear: Callable[[Array, Array], Array]  # (t, 80) log-mel, (256,) voice -> (u, w) hidden states
    voice: Callable[[Waveform], Array]  # speech to a (256,) embedding
    narrow: Callable[[Array], Array] = np.asarray  # (t, w) hidden states to (t, c) content

    def voice_of(self, talker: Talker) -> Array:
        """(256,) of a talker: as measured before, or now."""
        return self.voice(talker.speech) if talker.voice is None else talker.voice


def plain_ear() -> Ear:
    """Log-mel as it is, whoever speaks."""
    return Ear(lambda mel, _: mel, lambda _: np.zeros(SIZE, np.float32))


def voice_ear(path: Path, device: str = "cpu") -> Ear:
    """The ear that the voice network in `path` gives. Raises WeightsError."""
    net = load_voice(path, device)

    return Ear(
        lambda mel, voice: hear(net, mel, voice),
        SpeakerEncoder(device),
        lambda hidden: narrow(net, hidden),
    )
