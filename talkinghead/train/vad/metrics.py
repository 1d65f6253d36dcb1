"""How often the voice detector misses a voice, and hears one where there is none."""

import torch
from torch.nn import functional

from talkinghead.models.voice_detector import VoiceDetector
from talkinghead.train.vad.batches import DetectorBatch


@torch.no_grad()
def validate(net: VoiceDetector, batch: DetectorBatch) -> dict[str, float]:
    """Shares of the scored outputs; the score is 1 minus the mean of both kinds of error.

    `false_rows` are the rows without any voice in which more than one output in fifty says voice.
    """
    device = next(net.parameters()).device.type
    batch = batch.to(device)
    logits = net(batch.mel)
    said, scored = logits > 0, batch.mask > 0
    voice = (batch.voice > 0) & scored
    none = (batch.voice == 0) & scored
    empty = batch.voice.sum(dim=1) == 0
    miss = (~said & voice).sum() / voice.sum().clamp(min=1)
    false = (said & none).sum() / none.sum().clamp(min=1)
    rows = said[empty].float().mean(dim=1) > 0.02
    cross_entropy = functional.binary_cross_entropy_with_logits(
        logits, batch.voice, weight=batch.mask
    )
    return {
        "score": 1 - float(miss + false) / 2,
        "miss": float(miss),
        "false_alarm": float(false),
        "false_rows": float(rows.float().mean()) if len(rows) else 0.0,
        "cross_entropy": float(cross_entropy),
    }
