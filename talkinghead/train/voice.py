"""Trains the voice network: code, phones and mel of any voice, room and language."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from talkinghead import weights
from talkinghead.clock import HOP, RATE
from talkinghead.encoder import HALVING
from talkinghead.speech.mel import log_mel_of, power_spectrum
from talkinghead.speech.phones import PHONES, SILENCE, UNKNOWN
from talkinghead.speech.pitch import normalised_pitch
from talkinghead.speech.voice_net import VoiceNet, VoiceNetSize
from talkinghead.train.ahead import Ahead
from talkinghead.train.card import card
from talkinghead.train.loop import Losses, Plan, Report, train
from talkinghead.train.speech import Utterance, utterances_in
from talkinghead.train.splits import by_split
from talkinghead.train.voice_data import SHARES, VoiceBatch, VoiceBatches, code_phones

LICENCES = (
    "LibriSpeech: CC BY 4.0 (Panayotov, Chen, Povey, Khudanpur 2015), phones pseudo-labelled with "
    "pocketsphinx (BSD) and its models; GRID corpus: CC BY 4.0 (Cooke, Barker, Cunningham, Shao "
    "2006); the rest synthesised by flite (BSD-like) and espeak-ng (a GPL-3.0 program, whose "
    "output is free). Nothing that is for research only"
)
PHONE, MEL, LEAK, OFFSET = 1.5, 0.7, 0.5, 8.0  # weights of the losses
QUIET = 0.4  # weight of silence among the phones: a third of all frames
LONGEST = 600  # mel frames of an utterance that validation hears
MEASURED = 40  # utterances a family that validation hears


class _Reversed(torch.autograd.Function):
    """Passes values on and turns gradients round (Ganin and Lempitsky 2015)."""

    @staticmethod
    def forward(ctx: object, x: Tensor) -> Tensor:
        del ctx
        return x.view_as(x)

    @staticmethod
    def backward(ctx: object, *gradients: Tensor) -> Tensor:
        del ctx
        return -gradients[0]


class Taught(nn.Module):
    """The voice network beside an adversary that guesses the speaker from its code."""

    def __init__(self, net: VoiceNet, speakers: int):
        super().__init__()
        self.net = net
        self.adversary = nn.Sequential(
            nn.Linear(2 * net.size.code, 128), nn.GELU(), nn.Linear(128, speakers)
        )

    def guess(self, code: Float[Tensor, "b u code"]) -> Float[Tensor, "b speakers"]:
        """Logits; the code learns to make it fail."""
        turned: Tensor = _Reversed.apply(code)  # type: ignore[no-untyped-call]
        logits: Tensor = self.adversary(torch.cat([turned.mean(1), turned.std(1)], dim=-1))
        return logits


def offset_loss(code: Float[Tensor, "b u code"], phones: Int[Tensor, "b u"]) -> Float[Tensor, ""]:
    """How far recordings lie from one another where they say the same.

    What is left of a recording's mean after each phone's mean over the batch is taken out is
    its voice and its microphone.
    """
    known = (phones != UNKNOWN).to(code)
    said = functional.one_hot(phones.clamp(min=0), len(PHONES)).to(code) * known[..., None]
    centres = torch.einsum("btp,btc->pc", said, code) / said.sum((0, 1)).clamp(min=1)[:, None]
    rest = (code - centres[phones.clamp(min=0)]) * known[..., None]
    mean = rest.sum(dim=1) / known.sum(dim=1).clamp(min=1)[:, None]
    return mean.square().mean()


def voice_loss(taught: Taught, batch: VoiceBatch) -> Losses:
    """Phone, mel and speaker losses of one batch."""
    net = taught.net
    code = net.encode(batch.heard, batch.known)
    logits = net.phones(code).flatten(0, 1)
    scale = torch.ones(len(PHONES), device=logits.device)
    scale[PHONES.index(SILENCE)] = QUIET
    phone = functional.cross_entropy(
        logits, batch.phones.flatten(), scale, ignore_index=UNKNOWN, label_smoothing=0.05
    )
    rebuilt = net.decode(code, batch.voice, batch.pitch)
    return {
        "phone": PHONE * phone,
        "mel": MEL * (rebuilt - batch.clean).abs().mean(),
        "offset": OFFSET * offset_loss(code, batch.phones),
        "leak": LEAK * functional.cross_entropy(taught.guess(code), batch.speaker),
    }


def validate(taught: nn.Module, utterances: Sequence[Utterance]) -> dict[str, float]:
    """Phone accuracy of the net's own phone layer on clean sound, and the rebuilt mel's error."""
    assert isinstance(taught, Taught)
    net = taught.net
    device = next(net.parameters()).device
    right: dict[str, list[float]] = defaultdict(list)
    errors = []
    for one in utterances:
        frames = min(len(one.samples) // HOP, LONGEST) // HALVING * HALVING
        power = power_spectrum(one.samples[: frames * HOP])
        mel = torch.from_numpy(log_mel_of(power))[None].to(device)
        voice = torch.from_numpy(one.voice)[None].to(device)
        pitch = torch.from_numpy(normalised_pitch(one.pitch)[:frames])[None].to(device)
        with torch.inference_mode():
            code = net.encode(mel, voice)
            rebuilt = net.decode(code, voice, pitch)
            said = net.phones(code)[0].argmax(-1).cpu().numpy()
        errors.append(float((rebuilt - mel).abs().mean()))
        true = code_phones(one.phones[:frames])
        known = true != UNKNOWN
        if known.any():
            right[one.family].extend((said == true)[known])
    result = {f"{family} phones": float(np.mean(hits)) for family, hits in sorted(right.items())}
    result["mel error"] = float(np.mean(errors))
    result["score"] = float(np.mean([v for k, v in result.items() if k.endswith("phones")]))
    return result


def _measured(utterances: Sequence[Utterance]) -> list[Utterance]:
    """At most MEASURED of each family, spread evenly over its speakers."""
    families: dict[str, list[Utterance]] = defaultdict(list)
    for one in utterances:
        families[one.family].append(one)
    return [
        family[i]
        for family in families.values()
        for i in np.linspace(0, len(family) - 1, min(MEASURED, len(family))).astype(int)
    ]


def train_voice(
    data: Path,
    out: Path,
    run: Path,
    plan: Plan,
    *,
    size: VoiceNetSize | None = None,
    batch: int = 16,
    device: str = "cpu",
    report: Report | None = None,
) -> dict[str, float]:
    """Train on the utterances in `data`; weights and card to `out`, progress to `run`.

    Returns the figures on the validation voices. Test voices are never looked at.
    """
    known = (one for one in utterances_in(data) if one.family in SHARES)
    parts = by_split(known, lambda one: one.speaker)
    taught = parts["train"]
    held_out = _measured(parts["validation"] or taught[:1])
    batches = VoiceBatches(taught, size=batch, seed=plan.seed)
    ahead = Ahead(batches)

    def loss(net: nn.Module, step: int) -> Losses:
        assert isinstance(net, Taught)
        return voice_loss(net, ahead(step).to(device))

    torch.manual_seed(plan.seed)
    both = Taught(VoiceNet(size), len(batches.numbers))
    train(both, loss, lambda n: validate(n, held_out), run, plan, device=device, report=report)
    figures = validate(both, held_out)
    minutes: dict[str, float] = defaultdict(float)
    for one in taught:
        minutes[one.family] += one.samples.size / RATE / 60
    said = {
        "input": "log-mel, 80 bands, 100 frames a second; resemblyzer embedding",
        "output": "code, 50 frames a second; phone classes; mel of the code in any voice",
        "look ahead": f"{both.net.look_ahead} mel frames",
        "plan": asdict(plan) | {"batch": batch},
        "minutes": {family: round(value, 1) for family, value in sorted(minutes.items())},
        "speakers": len(batches.numbers),
    }
    net = both.net
    weights.save(net, out, card("voice network", net.size.as_dict(), figures, said, LICENCES))
    return figures
