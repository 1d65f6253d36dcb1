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
        return encode(self.net, log_mel(wave), self.voices(wave))

    def visemes(self, content: Array, samples: int) -> Array:
        """(frames, 2) how surely the lips are shut, and apart: see `visemes.visemes`."""
        return visemes(self.net, content, samples)


@torch.inference_mode()
def encode(net: VoiceNet, mel: Array, speaker: Array) -> Array:
    """(t, 80) log-mel and (256,) speaker to the (ceil(t / HALVING), code) float32 content.

    Blocks overlap by all that a frame hears, so that the result is that of one pass.
    """
    device = next(net.parameters()).device
    mel = np.pad(mel, ((0, len(mel) % HALVING), (0, 0)), mode="edge")
    voice = torch.as_tensor(speaker, dtype=torch.float32, device=device)[None]
    back, ahead = (-(-n // HALVING) * HALVING for n in (net.look_back, net.look_ahead))
    codes = []
    for start in range(0, len(mel), BLOCK):
        first = max(0, start - back)
        heard = torch.as_tensor(mel[first : start + BLOCK + ahead], device=device)[None]
        code = net.encode(heard, voice)[0].cpu().numpy()
        skip = (start - first) // HALVING
        codes.append(code[skip : skip + BLOCK // HALVING])
    return np.concatenate(codes)
