"""Trains the speaker branch: speech to the head motion, brows and lip style of its speaker."""

from pathlib import Path

import torch

from talkinghead.models import checkpoint
from talkinghead.models.speaker_branch import NOISE_SCALES, SpeakerBranch, SpeakerBranchSize
from talkinghead.sample_rates import FPS
from talkinghead.speech.content_encoder import (
    ContentEncoder,
    ContentVoiceEncoder,
    LogMelEncoder,
    load_content_voice,
)
from talkinghead.speech.speaker_encoder import EMBEDDING_SIZE, SpeakerEncoder
from talkinghead.train.data.clips import read_examples
from talkinghead.train.data.splits import is_test_speaker, split_of
from talkinghead.train.loop import ProgressCallback, TrainConfig, train
from talkinghead.train.model_card import save_model
from talkinghead.train.speaker.adversarial import SpeakerAdversarialLoss
from talkinghead.train.speaker.batches import (
    BATCH_SIZE,
    Recording,
    SpeakerBatches,
    build_recordings,
    group_by_speaker,
)
from talkinghead.train.speaker.metrics import validate
from talkinghead.train.speaker.motion_statistics import initialize_statistics
from talkinghead.types import Array, Waveform


def train_speaker(
    data: Path,
    out: Path,
    run_folder: Path,
    config: TrainConfig,
    *,
    content_voice: Path | None = None,
    size: SpeakerBranchSize | None = None,
    batch_size: int = BATCH_SIZE,
    device: str = "cpu",
    report: ProgressCallback | None = None,
) -> dict[str, float]:
    """Train on the examples in `data`; returns the metrics on the validation speakers.

    Writes weights and model card to `out`, checkpoints and curves to `run_folder`. Content is the
    code of the content-voice model `content_voice`, or the log-mel without one. Test speakers are
    never used.
    """
    speaker_encoder = SpeakerEncoder(device)
    content_encoder: ContentEncoder = LogMelEncoder()
    if content_voice:
        net = load_content_voice(content_voice, device)
        content_encoder = ContentVoiceEncoder(net, speaker_encoder)
    stride = content_encoder.fps // FPS
    size = size or SpeakerBranchSize(content_encoder.channels, stride, EMBEDDING_SIZE)

    def extract_features(wave: Waveform) -> tuple[Array, Array]:
        embedding = speaker_encoder(wave)
        return content_encoder(wave, embedding), embedding

    examples = (e for e in read_examples(data) if not is_test_speaker(e.speaker))
    recordings = build_recordings(examples, extract_features, size)
    training = [r for r in recordings if split_of(r.speaker) == "train"]
    held_out = [r for r in recordings if split_of(r.speaker) == "validation" and r.has_speech]
    return fit(
        training, held_out or training, out, run_folder, config,
        size=size, batch_size=batch_size, device=device, report=report,
        content_voice=checkpoint.identity(content_voice) if content_voice else None,
    )  # fmt: skip


def fit(
    training: list[Recording],
    held_out: list[Recording],
    out: Path,
    run_folder: Path,
    config: TrainConfig,
    *,
    size: SpeakerBranchSize,
    batch_size: int = BATCH_SIZE,
    device: str = "cpu",
    report: ProgressCallback | None = None,
    content_voice: str | None = None,
) -> dict[str, float]:
    """`train_speaker` on recordings; `content_voice` is the identity of their content model."""
    torch.manual_seed(config.seed)
    net = SpeakerBranch(size)
    ridges = initialize_statistics(net, training)
    batches = SpeakerBatches(training, size.stride, batch_size, config.seed)
    loss = SpeakerAdversarialLoss(net, batches, device, config.seed)
    train(
        net, loss, lambda n: validate(n, held_out), run_folder, config,
        device=device, report=report,
    )  # fmt: skip
    metrics = validate(net, held_out)
    frames = {
        name: sum(len(clip.pose) for clip in clips)
        for name, clips in group_by_speaker(training).items()
    }
    save_model(
        net, out, "speaker branch", size, config,
        settings={"batch_size": batch_size, "style_ridges": ridges},
        description={
            "input": f"{size.content_channels} channels, {size.stride * FPS} frames a second; "
            f"speaker embedding; noise in {len(NOISE_SCALES)} bands",
            "content_voice_model": content_voice,
            "output": "head pose in degrees and face widths, displacements of brows, lids and "
            "lip style in face widths, mouth range; 25 frames a second",
            "training_frames": frames,
            "validation_speakers": list(group_by_speaker(held_out)),
        },
        metrics=metrics,
    )  # fmt: skip
    return metrics
