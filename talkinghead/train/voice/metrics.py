"""Validation metrics of the content-voice model: phone accuracy and log-mel error."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.models.mel import log_mel_from_power, power_spectrum
from talkinghead.sample_rates import HOP
from talkinghead.speech.f0 import normalise_f0
from talkinghead.speech.phonemes import UNKNOWN
from talkinghead.train.data.speech import Utterance
from talkinghead.train.voice.batches import code_phones
from talkinghead.train.voice.losses import VoiceTrainingModel

MAX_FRAMES = 600  # mel frames of an utterance that are validated
UTTERANCES_PER_FAMILY = 40


def validation_utterances(utterances: Sequence[Utterance]) -> list[Utterance]:
    """At most UTTERANCES_PER_FAMILY of each family, spread evenly over its speakers."""
    families: dict[str, list[Utterance]] = defaultdict(list)
    for utterance in utterances:
        families[utterance.family].append(utterance)
    return [
        family[i]
        for family in families.values()
        for i in np.linspace(
            0, len(family) - 1, min(UTTERANCES_PER_FAMILY, len(family))
        ).astype(int)
    ]  # fmt: skip


def validate(model: nn.Module, utterances: Sequence[Utterance]) -> dict[str, float]:
    """Phone accuracy per family on clean speech, and mean absolute error of the rebuilt log-mel."""
    assert isinstance(model, VoiceTrainingModel)
    net = model.net
    device = next(net.parameters()).device
    correct: dict[str, list[float]] = defaultdict(list)
    errors = []
    for utterance in utterances:
        frames = min(len(utterance.samples) // HOP, MAX_FRAMES) // SUBSAMPLING * SUBSAMPLING
        power = power_spectrum(utterance.samples[: frames * HOP])
        mel = torch.from_numpy(log_mel_from_power(power))[None].to(device)
        speaker = torch.from_numpy(utterance.speaker_embedding)[None].to(device)
        f0 = torch.from_numpy(normalise_f0(utterance.f0)[:frames])[None].to(device)
        with torch.inference_mode():
            code = net.encode_content(mel, speaker)
            rebuilt = net.decode(code, speaker, f0)
            predicted = net.phone_head(code)[0].argmax(-1).cpu().numpy()
        errors.append(float((rebuilt - mel).abs().mean()))
        true = code_phones(utterance.phones[:frames])
        labelled = true != UNKNOWN
        if labelled.any():
            correct[utterance.family].extend((predicted == true)[labelled])
    metrics = {f"{family} phones": float(np.mean(hits)) for family, hits in sorted(correct.items())}
    metrics["mel error"] = float(np.mean(errors))
    accuracies = [value for name, value in metrics.items() if name.endswith("phones")]
    metrics["score"] = float(np.mean(accuracies))
    return metrics
