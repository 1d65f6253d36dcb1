"""The trained networks as a set that was trained together, and what they extract from speech."""

from dataclasses import dataclass
from pathlib import Path

import torch

from talkinghead.errors import InputError, WeightsError
from talkinghead.media.loudness import normalise_loudness
from talkinghead.models import checkpoint
from talkinghead.models.content_branch import ContentBranch, ContentBranchSize
from talkinghead.models.conv_encoder import encode_mel
from talkinghead.models.speaker_branch import SpeakerBranch, SpeakerBranchSize
from talkinghead.models.translator import Translator, TranslatorSize
from talkinghead.models.translator_runtime import MouthTranslator, pick_runtime, run_translator
from talkinghead.models.voice_detector import VoiceDetector, detect_voice
from talkinghead.speech.content_encoder import (
    CONTENT_VOICE_FILE,
    ContentEncoder,
    ContentVoiceEncoder,
    LogMelEncoder,
    load_content_voice,
)
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.speech.vad import (
    load_voice_detector,
    log_mel_and_band_level,
    voice_activity,
)
from talkinghead.types import Array, SpeechFeatures, Waveform

CONTENT_BRANCH_FILE = "content.safetensors"
SPEAKER_BRANCH_FILE = "speaker.safetensors"
TRANSLATOR_FILE = "translator.safetensors"


def pick_device(name: str) -> str:
    """The torch device for `auto`, `cpu` or `cuda`.

    Raises InputError for an unknown name, and for `cuda` without a GPU.
    """
    if name not in ("auto", "cpu", "cuda"):
        raise InputError(f"unknown device {name!r}; choose auto, cpu or cuda")
    if name == "cuda" and not torch.cuda.is_available():
        raise InputError("no CUDA device on this machine; choose --device cpu or auto")
    return "cuda" if name != "cpu" and torch.cuda.is_available() else "cpu"


@dataclass(frozen=True)
class ModelSet:
    """The networks that an animation needs."""

    speaker_encoder: SpeakerEncoder
    content_encoder: ContentEncoder
    content_branch: ContentBranch
    # None if it was trained with another content-voice model: lips move, the head does not.
    speaker_branch: SpeakerBranch | None
    translator: MouthTranslator | None  # None: mouths are warped but not refined
    voice_detector: VoiceDetector | None = None  # None: music moves the lips as a voice does

    def extract_features(
        self, wave: Waveform, speaking_style: Array | None = None
    ) -> SpeechFeatures:
        """The features of a recording at RATE, its loudness normalised.

        `speaking_style` is the speaker embedding (256,) for head and brows; None: its own. Raises
        AudioError for another sample rate.
        """
        level = normalise_loudness(wave)
        speaker = self.speaker_encoder(level)
        mel, band_level = log_mel_and_band_level(level)
        content = self.content_encoder.encode(mel, speaker)
        return SpeechFeatures(
            content=content,
            voice_activity=self._voice_activity(level, mel, band_level),
            speaker_embedding=speaker if speaking_style is None else speaking_style,
            encoder_features=encode_mel(self.content_branch.encoder, mel, speaker),
            content_fps=self.content_encoder.fps,
            lip_closure=self.content_encoder.lip_closure(content, level.samples.size),
            articulation=self.content_encoder.articulation(content, level.samples.size),
        )

    def holds_speech(self, wave: Waveform) -> bool:
        """Whether somebody speaks in a recording at RATE."""
        level = normalise_loudness(wave)
        return bool(self._voice_activity(level, *log_mel_and_band_level(level)).any())

    def _voice_activity(self, level: Waveform, mel: Array, band_level: Array) -> Array:
        detector = self.voice_detector
        voice = None if detector is None else detect_voice(detector, mel)
        return voice_activity(level, band_level, voice)


def load_models(
    folder: Path | None = None,
    device: str = "cpu",
    *,
    content_voice: Path | None = None,
    content_branch: Path | None = None,
    speaker_branch: Path | None = None,
    translator: Path | None = None,
    refine: bool = True,
    runtime: str = "auto",
) -> ModelSet:
    """Load the networks in `folder` (default: the shipped ones), or single ones from other files.

    The translator is left out if the folder has none or `refine` is False, the voice detector if
    the folder has none, and the folder's speaker branch if it was trained with another
    content-voice model than the content branch. On a CPU the translator runs on `runtime`, see
    `pick_runtime`.
    Raises InputError for a runtime that is not installed, WeightsError for weights that are
    missing, damaged or were not trained together.
    """
    folder = folder or checkpoint.FOLDER
    content_path = content_branch or folder / CONTENT_BRANCH_FILE
    speaker_path = speaker_branch or folder / SPEAKER_BRANCH_FILE
    # Identities of the content-voice models that the branches were trained with; None: log-mel.
    content_model = checkpoint.read_card(content_path).get("content_voice_model")
    speaker_model = checkpoint.read_card(speaker_path).get("content_voice_model")
    speaker_encoder = SpeakerEncoder(device)
    content_encoder: ContentEncoder = LogMelEncoder()
    if content_model:
        voice_path = content_voice or folder / CONTENT_VOICE_FILE
        net = load_content_voice(voice_path, device, content_model)
        content_encoder = ContentVoiceEncoder(net, speaker_encoder)
    content_net = checkpoint.build(ContentBranch, ContentBranchSize, content_path, device)
    speaker_net = None
    if speaker_model == content_model:
        speaker_net = checkpoint.build(SpeakerBranch, SpeakerBranchSize, speaker_path, device)
    elif speaker_branch is not None:
        raise WeightsError(
            f"{speaker_branch}: was trained with another content-voice model than {content_path}; "
            "choose a speaker branch and a content branch trained with the same one"
        )
    translator_net: MouthTranslator | None = None
    chosen = pick_runtime(runtime)
    if refine and (translator or (folder / TRANSLATOR_FILE).exists()):
        translator_path = translator or folder / TRANSLATOR_FILE
        torch_net = checkpoint.build(Translator, TranslatorSize, translator_path, device)
        translator_net = run_translator(torch_net, chosen if device == "cpu" else "torch")
    detector = load_voice_detector(folder, device)
    return ModelSet(
        speaker_encoder, content_encoder, content_net, speaker_net, translator_net, detector
    )
