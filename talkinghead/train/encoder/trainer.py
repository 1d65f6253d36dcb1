"""Trains an audio encoder to give the features of a speech recogniser, however speech sounds."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from talkinghead.models import checkpoint
from talkinghead.models.conv_encoder import SUBSAMPLING, AudioEncoder, AudioEncoderSize
from talkinghead.models.mel import log_mel_from_power, power_spectrum
from talkinghead.sample_rates import HOP
from talkinghead.speech.content_encoder import load_content_voice
from talkinghead.train.batches import Prefetcher
from talkinghead.train.data.splits import by_split
from talkinghead.train.data.teacher_features import (
    TaughtRecording,
    read_recordings,
)
from talkinghead.train.encoder.batches import EncoderBatches
from talkinghead.train.labels.teacher import TEACHER, TEACHER_CHANNELS
from talkinghead.train.loop import Losses, ProgressCallback, TrainConfig, train
from talkinghead.train.model_card import save_model

VALIDATION_RECORDINGS, VALIDATION_FRAMES = 120, 1000  # and mel frames of each
LICENCES = (
    "LibriSpeech: CC BY 4.0 (Panayotov, Chen, Povey, Khudanpur 2015); GRID corpus: CC BY 4.0 "
    "(Cooke, Barker, Cunningham, Shao 2006); the speech of all other talking clips: research only. "
    f"Teacher: {TEACHER}"
)


class EncoderTrainingModel(nn.Module):
    """The encoder, and a linear map from its hidden states to the teacher's features."""

    def __init__(self, net: AudioEncoder):
        super().__init__()
        self.net = net
        self.teacher_head = nn.Linear(net.size.conv_channels, TEACHER_CHANNELS)

    def forward(
        self, mel: Float[Tensor, "b t 80"], speaker: Float[Tensor, "b 256"]
    ) -> Float[Tensor, f"b t//{SUBSAMPLING} {TEACHER_CHANNELS}"]:
        predicted: Tensor = self.teacher_head(self.net.encode(mel, speaker))
        return predicted


def train_encoder(
    data: Path,
    out: Path,
    run_folder: Path,
    config: TrainConfig,
    *,
    content_voice: Path | None = None,
    batch_size: int = 16,
    device: str = "cpu",
    report: ProgressCallback | None = None,
) -> dict[str, float]:
    """Distil the teacher features in `data`; returns the metrics on the validation speakers.

    The encoder starts as that of `content_voice`, if one is given. Writes weights and model card to
    `out`, checkpoints and curves to `run_folder`. Test speakers are never used.
    """
    parts = by_split(read_recordings(data), lambda recording: recording.speaker)
    held_out = parts["validation"] or parts["train"][:1]
    chosen = np.linspace(0, len(held_out) - 1, min(VALIDATION_RECORDINGS, len(held_out)))
    validated = [held_out[i] for i in chosen.astype(int)]
    make_batch = Prefetcher(EncoderBatches(parts["train"], size=batch_size, seed=config.seed))

    def loss(model: nn.Module, step: int) -> Losses:
        batch = make_batch(step).to(device)
        error = (model(batch.mel, batch.speaker_embedding) - batch.teacher).square().mean(dim=-1)
        return {"features": (error * batch.mask).sum() / batch.mask.sum().clamp(min=1)}

    torch.manual_seed(config.seed)
    net = AudioEncoder()
    if content_voice:
        weights = load_content_voice(content_voice).state_dict()
        net.load_state_dict({name: weights[name] for name in net.state_dict()})
    model = EncoderTrainingModel(net)
    train(
        model, loss, lambda m: validate(m, validated), run_folder, config,
        device=device, report=report,
    )  # fmt: skip
    metrics = validate(model, validated)
    save_model(
        net, out, "audio encoder", net.size, config,
        settings={"batch_size": batch_size},
        description={
            "input": "log-mel, 80 bands, 100 frames a second; resemblyzer embedding",
            "output": "hidden states, 50 a second",
            "look_ahead": f"{net.look_ahead} mel frames",
            "training_speakers": len({recording.speaker for recording in parts["train"]}),
        },
        metrics=metrics,
        licences=LICENCES,
    )  # fmt: skip
    return metrics


@torch.inference_mode()
def validate(model: nn.Module, recordings: Sequence[TaughtRecording]) -> dict[str, float]:
    """The share of the teacher features' variance that is explained on clean speech."""
    assert isinstance(model, EncoderTrainingModel)
    device = next(model.parameters()).device
    errors, variances = [], []
    for recording in recordings:
        frames = min(len(recording.features), recording.samples.size // (HOP * SUBSAMPLING),
                     VALIDATION_FRAMES // SUBSAMPLING)  # fmt: skip
        power = power_spectrum(recording.samples[: frames * HOP * SUBSAMPLING])
        mel = log_mel_from_power(power)[: frames * SUBSAMPLING]
        embedding = torch.from_numpy(recording.speaker_embedding)[None].to(device)
        predicted = model(torch.from_numpy(mel)[None].to(device), embedding)[0].cpu().numpy()
        true = recording.features[:frames].astype(np.float32)
        errors.append(np.square(predicted - true).mean())
        variances.append(true.var(axis=0).mean())
    explained = 1 - float(np.mean(errors)) / float(np.mean(variances))
    return {"explained": explained, "score": explained}


def load_audio_encoder(path: Path) -> AudioEncoder:
    """The encoder in `path`. Raises WeightsError."""
    return checkpoint.build(AudioEncoder, AudioEncoderSize, path)
