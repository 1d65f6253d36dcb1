"""Content features: what is said, from the content-voice model or as plain log-mel."""

from pathlib import Path
from typing import Protocol

import numpy as np
import torch

from talkinghead.errors import WeightsError
from talkinghead.models import checkpoint
from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.models.conv_encoder import SUBSAMPLING, StreamingEncoder, encode_mel
from talkinghead.models.mel import MEL_BANDS, log_mel
from talkinghead.sample_rates import MEL_FPS, motion_frames
from talkinghead.speech.articulation import articulation
from talkinghead.speech.lip_closure import lip_closure
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.types import ARTICULATIONS, Array, Waveform

CONTENT_VOICE_FILE = "voice.safetensors"


class ContentStream(Protocol):
    """The content of one live stream."""

    def __call__(self, mel: Array, speaker: Array, last: bool = False) -> Array:
        """New log-mel (t, 80) and speaker embedding (256,) to the (u, channels) they complete.

        `last` ends the stream.
        """
        ...

    def preview(self, mel: Array, speaker: Array) -> Array:
        """What the call would return if the stream ended with `mel`; the stream is unchanged."""
        ...


class ContentEncoder(Protocol):
    """Speech to content features."""

    channels: int
    fps: int  # content frames per second
    look_ahead: int  # mel frames of the future that a content frame depends on

    def __call__(self, wave: Waveform, speaker: Array | None = None) -> Array:
        """(t, channels) float32 of a waveform at RATE, t = ceil(seconds * fps).

        `speaker` is the (256,) speaker embedding of the wave, if it is known already.
        """
        ...

    def encode(self, mel: Array, speaker: Array) -> Array:
        """(t, MEL_BANDS) log-mel and (256,) speaker embedding to the (u, channels) content."""
        ...

    def lip_closure(self, content: Array, samples: int) -> Array:
        """(frames, 2) float32 in [0, 1] at FPS: confidence that the lips are closed, and open.

        Of the content of `samples` samples; zeros where the encoder recognises no phones.
        """
        ...

    def articulation(self, content: Array, samples: int) -> Array:
        """(frames, 4) float32 in [0, 1] at FPS: confidence of each of ARTICULATIONS.

        Of the content of `samples` samples; zeros where the encoder recognises no phones.
        """
        ...

    def open_stream(self) -> ContentStream:
        """The encoder of one live stream."""
        ...


class LogMelEncoder:
    """The log-mel itself as content: no weights, no look-ahead."""

    channels = MEL_BANDS
    fps = MEL_FPS
    look_ahead = 0

    def __call__(self, wave: Waveform, speaker: Array | None = None) -> Array:
        """(t, 80) log-mel of `wave`."""
        del speaker
        return log_mel(wave)

    def encode(self, mel: Array, speaker: Array) -> Array:
        """The log-mel."""
        del speaker
        return mel

    def lip_closure(self, content: Array, samples: int) -> Array:
        """(frames, 2) zeros: no phones are recognised."""
        del content
        return np.zeros((motion_frames(samples), 2), dtype=np.float32)

    def articulation(self, content: Array, samples: int) -> Array:
        """(frames, 3) zeros: no phones are recognised."""
        del content
        return np.zeros((motion_frames(samples), len(ARTICULATIONS)), dtype=np.float32)

    def open_stream(self) -> ContentStream:
        """The log-mel itself, at once."""
        return _LogMelStream()


class ContentVoiceEncoder:
    """The content-voice model's code: independent of speaker and microphone."""

    fps = MEL_FPS // SUBSAMPLING

    def __init__(self, net: ContentVoiceModel, speaker_encoder: SpeakerEncoder):
        self.net, self._speaker_encoder = net, speaker_encoder
        self.channels, self.look_ahead = net.size.code_channels, net.look_ahead

    def __call__(self, wave: Waveform, speaker: Array | None = None) -> Array:
        """(t, channels) float32, of zero mean and unit variance in each frame."""
        embedding = self._speaker_encoder(wave) if speaker is None else speaker
        return self.encode(log_mel(wave), embedding)

    def encode(self, mel: Array, speaker: Array) -> Array:
        """(t, MEL_BANDS) log-mel to (ceil(t / SUBSAMPLING), channels) float32."""
        return encode_content(self.net, mel, speaker)

    def lip_closure(self, content: Array, samples: int) -> Array:
        """(frames, 2): see `lip_closure.lip_closure`."""
        return lip_closure(self.net, content, samples)

    def articulation(self, content: Array, samples: int) -> Array:
        """(frames, 4): see `articulation.articulation`."""
        return articulation(self.net, content, samples)

    def open_stream(self) -> ContentStream:
        """The code, `look_ahead` mel frames later."""
        return _ContentVoiceStream(self.net)


class _LogMelStream:
    def __call__(self, mel: Array, speaker: Array, last: bool = False) -> Array:
        del speaker, last
        return mel

    def preview(self, mel: Array, speaker: Array) -> Array:
        del speaker
        return mel


class _ContentVoiceStream:
    def __init__(self, net: ContentVoiceModel):
        self._net, self._encoder = net, StreamingEncoder(net)

    def __call__(self, mel: Array, speaker: Array, last: bool = False) -> Array:
        return project_to_code(self._net, self._encoder(mel, speaker, last))

    def preview(self, mel: Array, speaker: Array) -> Array:
        return project_to_code(self._net, self._encoder.preview(mel, speaker))


def encode_content(net: ContentVoiceModel, mel: Array, speaker: Array) -> Array:
    """(t, 80) log-mel and (256,) speaker to the (ceil(t / SUBSAMPLING), code) float32 content."""
    return project_to_code(net, encode_mel(net, mel, speaker))


@torch.inference_mode()
def project_to_code(net: ContentVoiceModel, hidden: Array) -> Array:
    """(t, width) hidden states, t may be 0, to the (t, code) float32 content."""
    if not len(hidden):
        return np.zeros((0, net.size.code_channels), np.float32)
    device = next(net.parameters()).device
    states = torch.as_tensor(hidden, dtype=torch.float32, device=device)[None]
    return np.asarray(net.project_to_code(states)[0].cpu())


def load_content_voice(
    path: Path, device: str = "cpu", expected: str | None = None
) -> ContentVoiceModel:
    """The content-voice model in `path`; with `expected`, only the one of that identity.

    Raises WeightsError.
    """
    if expected is not None and checkpoint.identity(path) != expected:
        raise WeightsError(
            f"{path}: is not the content-voice model that the content branch was trained with; "
            "take both from one revision, or train the branch again"
        )
    return checkpoint.build(ContentVoiceModel, ContentVoiceSize, path, device)
