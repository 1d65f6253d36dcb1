"""Hears for a branch in training, through the trained voice network."""

from pathlib import Path

from talkinghead import weights
from talkinghead.clock import STRIDE
from talkinghead.speech.content_encoder import encode
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.voice_net import HALVING, VoiceNet, VoiceNetSize
from talkinghead.train.data import Ear


def voice_ear(path: Path, device: str = "cpu") -> Ear:
    """The ear that the voice network in `path` gives. Raises WeightsError."""
    size = VoiceNetSize(**weights.read_card(path)["size"])
    net = weights.load(VoiceNet(size), path, device)
    voices = SpeakerEncoder(device)
    return Ear(lambda mel, voice: encode(net, mel, voice), voices, STRIDE // HALVING)
