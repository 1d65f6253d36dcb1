"""Validation metrics of SyncNet: does it find the true audio offset of whole clips?"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from talkinghead.sync.score import sync_score
from talkinghead.train.data.mouth_crops import MouthClip
from talkinghead.train.sync.batches import full_clip
from talkinghead.train.sync.losses import SyncTrainingModel

CLIPS_PER_SPEAKER = 24


@dataclass(frozen=True)
class SyncValidationClip:
    """One whole clip, without augmentation."""

    speaker: str
    crops: Tensor  # (1, t, s, s)
    mel: Tensor  # (1, mel_frames(t), MEL_BANDS)


def validation_clips(speakers: dict[str, list[MouthClip]], side: int) -> list[SyncValidationClip]:
    """At most CLIPS_PER_SPEAKER of each speaker, spread evenly."""
    return [
        SyncValidationClip(name, *full_clip(clip, side))
        for name, clips in speakers.items()
        for clip in clips[:: -(-len(clips) // CLIPS_PER_SPEAKER)]
    ]


@torch.inference_mode()
def validate(model: nn.Module, clips: list[SyncValidationClip]) -> dict[str, float]:
    """Metrics, each a mean over clips and then over speakers.

    `accuracy` is the share of clips whose offset is found to within a frame, `confidence` that of
    `sync_score`, `margin` the distance of the true offset from the mean of the others in their
    standard deviations: less coarse than the accuracy, it is the score.
    """
    assert isinstance(model, SyncTrainingModel)
    device = next(model.parameters()).device
    rows: dict[str, list[tuple[float, ...]]] = defaultdict(list)
    for clip in clips:
        faces = model.syncnet.embed_faces(clip.crops.to(device))[0].cpu().numpy()
        audio = model.syncnet.embed_audio(clip.mel.to(device))[0].cpu().numpy()
        score = sync_score(faces, audio)
        middle = len(score.curve) // 2
        true, others = np.split(np.roll(score.curve, 1 - middle), [3])
        margin = (others.mean() - true.min()) / others.std()
        rows[clip.speaker].append((abs(score.offset) <= 1, score.confidence, margin))
    accuracy, confidence, margin = np.mean([np.mean(r, axis=0) for r in rows.values()], axis=0)
    return {
        "accuracy": float(accuracy),
        "confidence": float(confidence),
        "margin": float(margin),
        "score": float(margin),
    }
