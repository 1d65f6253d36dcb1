"""Trains the translator: first on reconstruction, then against discriminators as well.

The discriminators and the frozen SyncNet follow LipGAN and Wav2Lip (Prajwal et al. 2019, 2020).
"""

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from talkinghead.errors import InputError
from talkinghead.models.translator import Translator, TranslatorSize
from talkinghead.sync.score import load_syncnet
from talkinghead.train.data.frame_pairs import RUN_FRAMES, read_frame_pairs
from talkinghead.train.data.splits import by_split
from talkinghead.train.loop import (
    AdversarialLoss,
    LossFunction,
    ProgressCallback,
    TrainConfig,
    train,
)
from talkinghead.train.model_card import TALKING_CLIP_LICENCES, save_model
from talkinghead.train.translator.adversarial import (
    TranslatorAdversarialLoss,
    reconstruction_loss,
)
from talkinghead.train.translator.batches import (
    FramePair,
    FramePairBatches,
    RunBatches,
    all_pairs,
    all_runs,
    build_batch,
)
from talkinghead.train.translator.metrics import validate

RECONSTRUCTION_SHARE = 0.6  # of the steps, before the discriminators join
MAX_EMA_DECAY = 0.995  # a training has a few thousand steps
ADVERSARIAL_LR = 0.5  # learning rate of the second stage over that of the first
VALIDATION_PAIRS = 240
LICENCES = (
    "stills: HELEN (Le et al. 2012) and AFW (Zhu and Ramanan 2012), research only. "
    + TALKING_CLIP_LICENCES
)


@dataclass(frozen=True)
class _Stage:
    """A part of the training, with its own folder and loss."""

    name: str
    config: TrainConfig
    steps_before: int  # of the stages before it


def train_translator(
    data: Path,
    out: Path,
    run_folder: Path,
    config: TrainConfig,
    *,
    size: TranslatorSize | None = None,
    sync: Path | None = None,
    reconstruction_share: float = RECONSTRUCTION_SHARE,
    batch_size: int = 16,
    device: str = "cpu",
    report: ProgressCallback | None = None,
) -> dict[str, float]:
    """Train on the frame pairs in `data`; returns the metrics on the validation speakers.

    Writes weights and model card to `out`, and the checkpoints, curves and samples of the two
    stages to `run_folder`/reconstruction and `run_folder`/adversarial. The first stage, without
    discriminators, takes `reconstruction_share` of the steps. `sync` names the weights of a
    SyncNet, whose loss is added in the second stage. If that stage does not improve the score, the
    weights of the first are kept. Test speakers are never used. Raises InputError for pairs that
    are too small, WeightsError for `sync`.
    """
    if not 0 <= reconstruction_share <= 1:
        raise InputError(
            f"reconstruction-share is a share of the steps, 0 to 1, got {reconstruction_share:g}"
        )
    if sync is not None:
        load_syncnet(sync)  # fails now, not in the second stage; before the seed, as it draws
    parts = by_split(read_frame_pairs(data), lambda pairs: pairs.speaker)
    pairs, runs = all_pairs(parts["train"]), all_runs(parts["train"])
    torch.manual_seed(config.seed)
    net = Translator(size)
    side = net.size.side
    _check_crops(data, pairs, side)
    held_out = build_batch(_spread(all_pairs(parts["validation"]) or pairs), side)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    config = replace(config, ema_decay=min(config.ema_decay, MAX_EMA_DECAY))
    stages = _plan_stages(config, reconstruction_share)
    metrics: dict[str, float] = {}
    weights: dict[str, Tensor] = {}
    for stage in stages:
        seed = stage.config.seed
        batches = FramePairBatches(pairs, side, size=batch_size, seed=seed)
        loss: LossFunction | AdversarialLoss[Any] = reconstruction_loss(batches, device)
        if stage.name == "adversarial":
            run_count = max(1, round(batch_size / RUN_FRAMES))
            run_batches = RunBatches(runs, side, size=run_count, seed=seed) if runs else None
            syncnet = None if sync is None else load_syncnet(sync, device)
            loss = TranslatorAdversarialLoss(batches, run_batches, syncnet, device)
        folder = run_folder / stage.name
        train(
            net, loss, partial(validate, held_out=held_out, sheet=folder / "samples.png"), folder,
            stage.config, device=device, report=_count_all_steps(report, stage, config),
        )  # fmt: skip
        stage_metrics = validate(net, held_out)
        if not metrics or stage_metrics["score"] > metrics["score"]:
            metrics = stage_metrics
            weights = {name: value.clone() for name, value in net.state_dict().items()}
    net.load_state_dict(weights)
    save_model(
        net, out, "translator", net.size, config,
        settings={
            "batch_size": batch_size,
            "reconstruction_steps": stages[0].config.steps,
            "sync": sync is not None,
        },
        description={
            "input": "warped and original mouth, landmark drawing, masks; head-stabilised crop",
            "output": "flow and shading of the crop, colours of the lips and the mouth interior",
            "training_pairs": dict(sorted(Counter(pair.pairs.speaker for pair in pairs).items())),
            "validation_speakers": sorted({pairs.speaker for pairs in parts["validation"]}),
        },
        metrics=metrics,
        licences=LICENCES,
    )  # fmt: skip
    return metrics


def _spread(pairs: list[FramePair]) -> list[FramePair]:
    """At most VALIDATION_PAIRS, spread evenly."""
    count = min(VALIDATION_PAIRS, len(pairs))
    return [pairs[i] for i in np.linspace(0, len(pairs) - 1, count).astype(int)]


def _check_crops(data: Path, pairs: list[FramePair], side: int) -> None:
    """Raise InputError for no pairs, or for crops that are smaller than the translator's."""
    smallest = min((pair.pairs.targets.shape[1] for pair in pairs), default=0)
    if not pairs:
        raise InputError(f"{data}: all its speakers are held out from training; add others")
    if smallest < side:
        raise InputError(
            f"{data}: crops of {smallest} pixels, too small for a translator of {side}; "
            f"make them with 'talkinghead preprocess frame-pairs --side {side}'"
        )


def _plan_stages(config: TrainConfig, reconstruction_share: float) -> list[_Stage]:
    """Reconstruction for a share of the steps; then, if any are left, with discriminators."""
    steps = min(config.steps, max(1, round(reconstruction_share * config.steps)))
    stages = [_Stage("reconstruction", replace(config, steps=steps), 0)]
    if steps < config.steps:
        adversarial = replace(
            config,
            steps=config.steps - steps,
            lr=ADVERSARIAL_LR * config.lr,
            seed=config.seed + 1,
        )
        stages.append(_Stage("adversarial", adversarial, steps))
    return stages


def _count_all_steps(
    report: ProgressCallback | None, stage: _Stage, config: TrainConfig
) -> ProgressCallback | None:
    """`report`, called with the steps of all stages."""
    if report is None:
        return None
    return lambda step, _, row: report(stage.steps_before + step, config.steps, row)
