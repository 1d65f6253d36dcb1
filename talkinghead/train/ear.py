"""Hears for a branch in training, through the trained voice network."""

from pathlib import Path

from talkinghead.encoder import hear
from talkinghead.speech.content_encoder import narrow
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.voice_weights import load_voice
from talkinghead.train.data import Ear


def voice_ear(path: Path, device: str = "cpu") -> Ear:
    """The ear that the voice network in `path` gives. Raises WeightsError."""
    net = load_voice(path, device)

    return Ear(
        lambda mel, voice: hear(net, mel, voice),
        SpeakerEncoder(device),
        lambda hidden: narrow(net, hidden),
    )
