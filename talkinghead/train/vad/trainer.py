"""Trains the voice detector: voices of many kinds against music and other sounds."""

from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.models.voice_detector import VoiceDetector, VoiceDetectorSize
from talkinghead.sample_rates import MEL_FPS
from talkinghead.train.batches import Prefetcher
from talkinghead.train.data.speech import read_utterances
from talkinghead.train.data.splits import by_split
from talkinghead.train.loop import Losses, ProgressCallback, TrainConfig, train
from talkinghead.train.model_card import OPEN_DATA, save_model
from talkinghead.train.vad.batches import DetectorBatch, DetectorBatches, fixed_rows
from talkinghead.train.vad.metrics import validate

LICENCES = {
    "librispeech": "LibriSpeech: CC BY 4.0 (Panayotov, Chen, Povey, Khudanpur 2015)",
    "grid-s1": "GRID corpus: CC BY 4.0 (Cooke, Barker, Cunningham, Shao 2006)",
    "flite": "synthesised by flite (BSD-like)",
    "espeak": "synthesised by espeak-ng (a GPL-3.0 program, whose output is free)",
}
COMPOSED = "music and other sounds are composed by talkinghead.train.augment"
VALIDATION_ROWS = 160


def train_vad(
    data: Path,
    out: Path,
    run_folder: Path,
    config: TrainConfig,
    *,
    size: VoiceDetectorSize | None = None,
    batch_size: int = 24,
    device: str = "cpu",
    report: ProgressCallback | None = None,
) -> dict[str, float]:
    """Train on the utterances in `data`; returns the metrics on voices that were held out.

    Writes weights and model card to `out`, checkpoints and curves to `run_folder`. Music and
    sounds are composed as they are needed. Test speakers are never used.
    """
    utterances = (u for u in read_utterances(data) if u.family in LICENCES)
    parts = by_split(utterances, lambda utterance: utterance.speaker)
    batches = DetectorBatches(parts["train"], size=batch_size, seed=config.seed)
    unseen = DetectorBatches(parts["validation"] or parts["train"][:1], seed=config.seed + 1)
    held_out = DetectorBatch.stack(fixed_rows(unseen, VALIDATION_ROWS))
    make_batch = Prefetcher(batches)

    def loss(net: nn.Module, step: int) -> Losses:
        batch = make_batch(step).to(device)
        logits = net(batch.mel)
        return {
            "voice": functional.binary_cross_entropy_with_logits(
                logits, batch.voice, weight=batch.mask
            )
        }

    def validate_rows(net: nn.Module) -> dict[str, float]:
        assert isinstance(net, VoiceDetector)
        return validate(net, held_out)

    torch.manual_seed(config.seed)
    net = VoiceDetector(size)
    train(net, loss, validate_rows, run_folder, config, device=device, report=report)
    metrics = validate_rows(net)
    families = sorted({utterance.family for utterance in parts["train"]})
    save_model(
        net, out, "voice detector", net.size, config,
        settings={"batch_size": batch_size},
        description={
            "input": f"log-mel, {net.size.mel_bands} bands, {MEL_FPS} frames a second",
            "output": f"log-odds of a voice, {MEL_FPS // SUBSAMPLING} a second",
            "look_ahead": f"{net.look_ahead} mel frames",
            "training_speakers": len(batches.speakers),
            "validation_speakers": len(unseen.speakers),
        },
        metrics=metrics,
        licences="; ".join([*(LICENCES[name] for name in families), COMPOSED]),
        licence_class=OPEN_DATA,
    )  # fmt: skip
    return metrics
