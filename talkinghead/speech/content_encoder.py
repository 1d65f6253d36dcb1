"""What is said: content features that a branch can follow."""

from typing import Protocol

import numpy as np
import torch

from talkinghead.clock import HOP, MEL_FPS, motion_frames
from talkinghead.speech.mel import BANDS, log_mel
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.visemes import visemes
from talkinghead.speech.voice_net import HALVING, VoiceNet
from talkinghead.types import Array, Waveform

BLOCK = 3000  # mel frames encoded at a time, 30 seconds: memory stays flat


class ContentEncoder(Protocol):
    """Sound at RATE to content features."""

    channels: int
    fps: int  # content frames a second
    look_ahead: int  # mel frames of the future that a content frame hears

    def __call__(self, wave: Waveform) -> Array:
        """(t, channels) float32, t = ceil(seconds * fps)."""
        ...

    def hidden(self, wave: Waveform) -> Array:
        """(t, w) float32: all that is heard, before it is narrowed to the content."""
        ...

    def narrowed(self, hidden: Array) -> Array:
        """(t, w) hidden states to the (t, channels) content, frame by frame."""
        ...

    def visemes(self, content: Array, samples: int) -> Array:
        """(frames, 2) float32 in [0, 1] at FPS: how surely the content of `samples` samples
        has the lips shut, and apart; zeros where the encoder knows no phones.
        """
        ...


class LogMel:
    """The log-mel itself: no weights, no look-ahead."""

    channels = BANDS
    fps = MEL_FPS
    hop = HOP
    look_ahead = 0

    def __call__(self, wave: Waveform) -> Array:
        """(t, 80) log-mel of `wave`."""
        return log_mel(wave)

    def hidden(self, wave: Waveform) -> Array:
        """The same: there is no more."""
        return self(wave)

    def narrowed(self, hidden: Array) -> Array:
        """The same."""
        return hidden

    def visemes(self, content: Array, samples: int) -> Array:
        """(frames, 2) zeros: no phones are known."""
        del content
        return np.zeros((motion_frames(samples), 2), dtype=np.float32)


class VoiceContent:
    """The voice network's code: what is said, whoever says it, wherever."""

    fps = MEL_FPS // HALVING
    hop = HOP * HALVING

    def __init__(self, net: VoiceNet, voices: SpeakerEncoder):
        self.net, self.voices = net, voices
        self.channels, self.look_ahead = net.size.code, net.look_ahead

    def __call__(self, wave: Waveform) -> Array:
        """(t, channels) float32, of zero mean and unit spread in each frame."""
        return self.narrowed(self.hidden(wave))

    def hidden(self, wave: Waveform) -> Array:
        """(t, w) float32 hidden states: more of the sound than of what is said."""
        return hear(self.net, log_mel(wave), self.voices(wave))

    def narrowed(self, hidden: Array) -> Array:
        """(t, w) hidden states to the (t, channels) content."""
        return narrow(self.net, hidden)

    def visemes(self, content: Array, samples: int) -> Array:
        """(frames, 2) how surely the lips are shut, and apart: see `visemes.visemes`."""
        return visemes(self.net, content, samples)


def encode(net: VoiceNet, mel: Array, speaker: Array) -> Array:
    """(t, 80) log-mel and (256,) speaker to the (ceil(t / HALVING), code) float32 content."""
    return narrow(net, hear(net, mel, speaker))


@torch.inference_mode()
def hear(net: VoiceNet, mel: Array, speaker: Array) -> Array:
    """(t, 80) log-mel and (256,) speaker to (ceil(t / HALVING), width) float32 hidden states.

    Blocks overlap by all that a frame hears, so that the result is that of one pass.
    """
    device = next(net.parameters()).device
    mel = np.pad(mel, ((0, len(mel) % HALVING), (0, 0)), mode="edge")
    voice = torch.as_tensor(speaker, dtype=torch.float32, device=device)[None]
    back, ahead = (-(-n // HALVING) * HALVING for n in (net.look_back, net.look_ahead))
    parts = []
    for start in range(0, len(mel), BLOCK):
        first = max(0, start - back)
        heard = torch.as_tensor(mel[first : start + BLOCK + ahead], device=device)[None]
        hidden = net.hear(heard, voice)[0].cpu().numpy()
        skip = (start - first) // HALVING
        parts.append(hidden[skip : skip + BLOCK // HALVING])
    return np.concatenate(parts)


@torch.inference_mode()
def narrow(net: VoiceNet, hidden: Array) -> Array:
    """(t, width) hidden states to the (t, code) float32 content."""
    device = next(net.parameters()).device
    states = torch.as_tensor(hidden, dtype=torch.float32, device=device)[None]
    return np.asarray(net.squeeze(states)[0].cpu())
