"""What is said: content features that a branch can follow."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import torch

from talkinghead.clock import MEL_FPS, motion_frames
from talkinghead.encoder import HALVING, Follower, hear
from talkinghead.speech.mel import BANDS, log_mel
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.visemes import visemes
from talkinghead.speech.voice_net import VoiceNet
from talkinghead.types import Array, Waveform

# New log-mel (t, 80), the voice (256,), whether the sound ends: the (u, channels) they complete.
Follows = Callable[[Array, Array, bool], Array]


class ContentEncoder(Protocol):
    """Sound at RATE to content features."""

    channels: int
    fps: int  # content frames a second
    look_ahead: int  # mel frames of the future that a content frame hears

    def __call__(self, wave: Waveform, speaker: Array | None = None) -> Array:
        """(t, channels) float32, t = ceil(seconds * fps).

        `speaker` is the (256,) embedding of the wave, where it is known already.
        """
        ...

    def visemes(self, content: Array, samples: int) -> Array:
        """(frames, 2) float32 in [0, 1] at FPS: how surely the content of `samples` samples
        has the lips shut, and apart; zeros where the encoder knows no phones.
        """
        ...

    def follow(self) -> Follows:
        """A hearer for one stream, as its sound arrives."""
        ...


class LogMel:
    """The log-mel itself: no weights, no look-ahead."""

    channels = BANDS
    fps = MEL_FPS
    look_ahead = 0

    def __call__(self, wave: Waveform, speaker: Array | None = None) -> Array:
        """(t, 80) log-mel of `wave`, whoever speaks."""
        del speaker
        return log_mel(wave)

    def visemes(self, content: Array, samples: int) -> Array:
        """(frames, 2) zeros: no phones are known."""
        del content
        return np.zeros((motion_frames(samples), 2), dtype=np.float32)

    def follow(self) -> Follows:
        """The log-mel itself, at once."""
        return lambda mel, speaker, last: mel


class VoiceContent:
    """The voice network's code: what is said, whoever says it, wherever."""

    fps = MEL_FPS // HALVING

    def __init__(self, net: VoiceNet, voices: SpeakerEncoder):
        self.net, self.voices = net, voices
        self.channels, self.look_ahead = net.size.code, net.look_ahead

    def __call__(self, wave: Waveform, speaker: Array | None = None) -> Array:
        """(t, channels) float32, of zero mean and unit spread in each frame."""
        voice = self.voices(wave) if speaker is None else speaker
        return encode(self.net, log_mel(wave), voice)

    def visemes(self, content: Array, samples: int) -> Array:
        """(frames, 2) how surely the lips are shut, and apart: see `visemes.visemes`."""
        return visemes(self.net, content, samples)

    def follow(self) -> Follows:
        """The code of what is said, `look_ahead` mel frames later."""
        follower = Follower(self.net)
        return lambda mel, speaker, last: narrow(self.net, follower(mel, speaker, last))


def encode(net: VoiceNet, mel: Array, speaker: Array) -> Array:
    """(t, 80) log-mel and (256,) speaker to the (ceil(t / HALVING), code) float32 content."""
    return narrow(net, hear(net, mel, speaker))


@torch.inference_mode()
def narrow(net: VoiceNet, hidden: Array) -> Array:
    """(t, width) hidden states, t may be 0, to the (t, code) float32 content."""
    if not len(hidden):
        return np.zeros((0, net.size.code), np.float32)
    device = next(net.parameters()).device
    states = torch.as_tensor(hidden, dtype=torch.float32, device=device)[None]
    return np.asarray(net.squeeze(states)[0].cpu())
