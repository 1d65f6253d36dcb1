"""Trains the content-voice model: a phone code that is independent of voice, room and language."""

from collections import defaultdict
from pathlib import Path

import torch
from torch import nn

from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.sample_rates import RATE
from talkinghead.train.batches import Prefetcher
from talkinghead.train.data.speech import FAMILY_SHARES, read_utterances
from talkinghead.train.data.splits import by_split
from talkinghead.train.loop import Losses, ProgressCallback, TrainConfig, train
from talkinghead.train.model_card import OPEN_DATA, save_model
from talkinghead.train.voice.batches import VoiceBatches
from talkinghead.train.voice.losses import VoiceTrainingModel, voice_loss
from talkinghead.train.voice.metrics import validate, validation_utterances

LICENCES = (
    "LibriSpeech: CC BY 4.0 (Panayotov, Chen, Povey, Khudanpur 2015), phones pseudo-labelled with "
    "pocketsphinx (BSD) and its models; GRID corpus: CC BY 4.0 (Cooke, Barker, Cunningham, Shao "
    "2006); the rest synthesised by flite (BSD-like) and espeak-ng (a GPL-3.0 program, whose "
    "output is free). Nothing that is for research only"
)


def train_voice(
    data: Path,
    out: Path,
    run_folder: Path,
    config: TrainConfig,
    *,
    size: ContentVoiceSize | None = None,
    batch_size: int = 16,
    device: str = "cpu",
    report: ProgressCallback | None = None,
) -> dict[str, float]:
    """Train on the utterances in `data`; returns the metrics on the validation speakers.

    Writes weights and model card to `out`, checkpoints and curves to `run_folder`. Test speakers
    are never used.
    """
    utterances = (u for u in read_utterances(data) if u.family in FAMILY_SHARES)
    parts = by_split(utterances, lambda utterance: utterance.speaker)
    held_out = validation_utterances(parts["validation"] or parts["train"][:1])
    batches = VoiceBatches(parts["train"], size=batch_size, seed=config.seed)
    make_batch = Prefetcher(batches)

    def loss(model: nn.Module, step: int) -> Losses:
        assert isinstance(model, VoiceTrainingModel)
        return voice_loss(model, make_batch(step).to(device))

    torch.manual_seed(config.seed)
    model = VoiceTrainingModel(ContentVoiceModel(size), len(batches.speaker_numbers))
    train(
        model, loss, lambda m: validate(m, held_out), run_folder, config,
        device=device, report=report,
    )  # fmt: skip
    metrics = validate(model, held_out)
    minutes: dict[str, float] = defaultdict(float)
    for utterance in parts["train"]:
        minutes[utterance.family] += utterance.samples.size / RATE / 60
    net = model.net
    save_model(
        net, out, "content-voice model", net.size, config,
        settings={"batch_size": batch_size},
        description={
            "input": "log-mel, 80 bands, 100 frames a second; resemblyzer embedding",
            "output": "code, 50 frames a second; phone classes; mel of the code in any voice",
            "look_ahead": f"{net.look_ahead} mel frames",
            "training_minutes": {
                family: round(value, 1) for family, value in sorted(minutes.items())
            },
            "training_speakers": len(batches.speaker_numbers),
        },
        metrics=metrics,
        licences=LICENCES,
        licence_class=OPEN_DATA,
    )  # fmt: skip
    return metrics
