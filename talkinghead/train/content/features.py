"""Encoder features and speaker embeddings for training the content branch."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from talkinghead.models.conv_encoder import encode_mel
from talkinghead.models.mel import log_mel_from_power, power_spectrum
from talkinghead.sample_rates import FRAME_SAMPLES, STRIDE
from talkinghead.speech.content_encoder import load_content_voice
from talkinghead.speech.speaker_encoder import EMBEDDING_SIZE, SpeakerEncoder
from talkinghead.train.data.speakers import Speaker
from talkinghead.types import Array, Waveform


@dataclass(frozen=True)
class AudioEncoder:
    """A log-mel encoder and the speaker encoder that conditions it."""

    encode: Callable[[Array, Array], Array]  # (t, 80) log-mel, (256,) speaker -> (u, c) hidden
    embed: Callable[[Waveform], Array]  # speech -> (256,) speaker embedding

    def speaker_embedding(self, speaker: Speaker) -> Array:
        """(256,) embedding of a speaker: the stored one, or that of the speech."""
        return self.embed(speaker.speech) if speaker.embedding is None else speaker.embedding


def log_mel_encoder() -> AudioEncoder:
    """The log-mel as it is, for any speaker."""
    return AudioEncoder(lambda mel, _: mel, lambda _: np.zeros(EMBEDDING_SIZE, np.float32))


def content_voice_encoder(path: Path, device: str = "cpu") -> AudioEncoder:
    """The encoder of the content-voice model in `path`. Raises WeightsError."""
    net = load_content_voice(path, device)
    return AudioEncoder(lambda mel, speaker: encode_mel(net, mel, speaker), SpeakerEncoder(device))


def aligned_log_mel(samples: Array, frames: int) -> Array:
    """(STRIDE * frames, 80) log-mel of (n,) samples; its last row is repeated if they end early."""
    rows = frames * STRIDE
    mel = log_mel_from_power(power_spectrum(samples[: frames * FRAME_SAMPLES]))[:rows]
    return np.pad(mel, ((0, rows - len(mel)), (0, 0)), mode="edge")
