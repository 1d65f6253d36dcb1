"""The networks, loaded together: those that were taught by one another, or none."""

from dataclasses import dataclass
from pathlib import Path

import torch

from talkinghead import weights
from talkinghead.errors import InputError, WeightsError
from talkinghead.motion.content_branch import ContentBranch, ContentBranchSize
from talkinghead.motion.speaker_branch import SpeakerBranch, SpeakerBranchSize
from talkinghead.render.translator import Translator, TranslatorSize
from talkinghead.speech.content_encoder import ContentEncoder, LogMel, VoiceContent
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.voice_weights import VOICE, load_voice

CONTENT = "content.safetensors"
SPEAKER = "speaker.safetensors"
TRANSLATOR = "translator.safetensors"


def pick_device(name: str) -> str:
    """`auto`, `cpu` or `cuda` to the device there is."""
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"unknown device {name!r}; choose auto, cpu or cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("no CUDA device on this machine; choose --device cpu or auto")
    return "cuda" if name != "cpu" and torch.cuda.is_available() else "cpu"


@dataclass(frozen=True)
class Models:
    """What hears, moves and paints."""

    speaker_encoder: SpeakerEncoder
    content_encoder: ContentEncoder
    content_branch: ContentBranch
    speaker_branch: SpeakerBranch | None  # None: lips only; it hears through another voice network
    translator: Translator | None  # None: mouths are warped and drawn


def load_models(
    folder: Path | None = None,
    device: str = "cpu",
    *,
    voice: Path | None = None,
    content: Path | None = None,
    speaker: Path | None = None,
    translator: Path | None = None,
    finish: bool = True,
) -> Models:
    """The networks of `folder` (default: the repository's), any of them from its own file.

    The translator may be missing there, and without `finish` it is left out, as is a speaker
    branch of the folder that hears through another voice network than `content`. Raises
    WeightsError for weights that are missing, damaged, or taught by another network.
    """
    folder = folder or weights.FOLDER
    content, mover = content or folder / CONTENT, speaker or folder / SPEAKER
    # Checksums of the voice networks that the two branches hear through; None: log-mel as it is.
    content_voice = weights.read_card(content).get("voice")
    speaker_voice = weights.read_card(mover).get("voice")
    speaker_encoder = SpeakerEncoder(device)
    content_encoder: ContentEncoder = LogMel()
    if content_voice:
        net = load_voice(voice or folder / VOICE, device, content_voice)
        content_encoder = VoiceContent(net, speaker_encoder)
    content_branch = weights.build(ContentBranch, ContentBranchSize, content, device)
    speaker_branch = None
    if speaker_voice == content_voice:
        speaker_branch = weights.build(SpeakerBranch, SpeakerBranchSize, mover, device)
    elif speaker is not None:
        raise WeightsError(
            f"{speaker}: hears through another voice network than {content}; "
            "name a speaker branch and a content branch that one voice network taught"
        )
    painter = None
    if finish and (translator or (folder / TRANSLATOR).exists()):
        path = translator or folder / TRANSLATOR
        painter = weights.build(Translator, TranslatorSize, path, device)
    return Models(speaker_encoder, content_encoder, content_branch, speaker_branch, painter)
