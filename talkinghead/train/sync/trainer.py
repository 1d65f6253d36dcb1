"""Trains SyncNet: which moment of a speaker's audio does this mouth belong to?

SyncNet (Chung and Zisserman 2016), trained on other moments of the same speaker as negatives.
"""

from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from talkinghead.models.syncnet import SyncNet, SyncNetSize
from talkinghead.train.batches import Prefetcher
from talkinghead.train.data.mouth_crops import read_mouth_clips
from talkinghead.train.data.splits import by_split
from talkinghead.train.loop import Losses, ProgressCallback, TrainConfig, train
from talkinghead.train.model_card import save_model
from talkinghead.train.sync.batches import SyncBatches, group_by_speaker
from talkinghead.train.sync.losses import SyncTrainingModel, syncnet_losses
from talkinghead.train.sync.metrics import validate, validation_clips

MAX_EMA_DECAY = 0.99


def train_sync(
    data: Path,
    out: Path,
    run_folder: Path,
    config: TrainConfig,
    *,
    size: SyncNetSize | None = None,
    batch_size: int = 16,
    workers: int = 1,
    device: str = "cpu",
    report: ProgressCallback | None = None,
) -> dict[str, float]:
    """Train on the mouth crops in `data`; returns the metrics on the validation speakers.

    Writes weights and model card to `out`, checkpoints and curves to `run_folder`. A batch is of
    `batch_size` clips of about a second, two of each speaker, made by `workers` processes. Test
    speakers are never used.
    """
    parts = by_split(read_mouth_clips(data), lambda clip: clip.speaker)
    speakers = group_by_speaker(parts["train"])
    torch.manual_seed(config.seed)
    model = SyncTrainingModel(SyncNet(size))
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    syncnet = model.syncnet
    held_out = group_by_speaker(parts["validation"]) if parts["validation"] else speakers
    clips = validation_clips(held_out, syncnet.size.side)
    batches = SyncBatches(speakers, syncnet.size.side, size=batch_size, seed=config.seed)
    make_batch = Prefetcher(batches, workers)

    def loss(model: nn.Module, step: int) -> Losses:
        assert isinstance(model, SyncTrainingModel)
        return syncnet_losses(model, make_batch(step).to(device))

    config = replace(config, ema_decay=min(config.ema_decay, MAX_EMA_DECAY))
    train(
        model, loss, lambda m: validate(m, clips), run_folder, config, device=device, report=report
    )
    metrics = validate(model, clips)
    save_model(
        syncnet, out, "SyncNet", syncnet.size, config,
        settings={"batch_size": batch_size},
        description={
            "input": "5 grey head-stabilised mouth crops, 25 a second; 0.4 s of log-mel",
            "output": "two embeddings of unit norm: the closer, the better they fit",
            "training_frames": {name: sum(map(len, c)) for name, c in speakers.items()},
            "validation_speakers": sorted({clip.speaker for clip in clips}),
        },
        metrics=metrics,
    )  # fmt: skip
    return metrics
