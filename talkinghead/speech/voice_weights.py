"""The voice network as it was trained: read by all that hear through it."""

from pathlib import Path

from talkinghead import weights
from talkinghead.errors import WeightsError
from talkinghead.speech.voice_net import VoiceNet, VoiceNetSize

VOICE = "voice.safetensors"


def load_voice(path: Path, device: str = "cpu", checksum: str | None = None) -> VoiceNet:
    """The voice network in `path`, and no other than the one with `checksum`.

    Raises WeightsError.
    """
    card = weights.read_card(path)
    if checksum is not None and card["sha256"] != checksum:
        raise WeightsError(
            f"{path}: is not the voice network that the content branch was trained with; "
            "take both from one revision, or train the branch again"
        )
    return weights.build(VoiceNet, VoiceNetSize, path, device)
