"""Hears for a branch in training, through the trained voice network."""

from pathlib import Path

import numpy as np
import torch

from talkinghead.clock import STRIDE
from talkinghead.speech.content_encoder import encode
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.voice_net import HALVING
from talkinghead.speech.voice_weights import load_voice
from talkinghead.train.data import Ear
from talkinghead.types import Array


def voice_ear(path: Path, device: str = "cpu") -> Ear:
    """The ear that the voice network in `path` gives. Raises WeightsError."""
    net = load_voice(path, device)

    @torch.inference_mode()
    def phones(content: Array) -> Array:
        logits = net.phones(torch.as_tensor(content, dtype=torch.float32, device=device))
        return np.asarray(torch.softmax(logits, dim=-1).cpu())

    return Ear(
        lambda mel, voice: encode(net, mel, voice),
        SpeakerEncoder(device),
        STRIDE // HALVING,
        phones,
    )
