"""Trains the speaker branch: many voices to the way their heads, brows and mouths move."""

from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from talkinghead import weights
from talkinghead.clock import FPS, RATE
from talkinghead.motion.speaker_branch import SpeakerBranch, SpeakerBranchSize
from talkinghead.motion.windows import BANDS
from talkinghead.speech.mel import log_mel
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.train.card import card
from talkinghead.train.clips import examples_in
from talkinghead.train.ear import plain_ear, voice_ear
from talkinghead.train.loop import Plan, Report, Rival, train
from talkinghead.train.measured import prepare
from talkinghead.train.sequences import ROWS, Listen, Recording, Sequences, by_talker, recordings_of
from talkinghead.train.speaker_duel import SpeakerDuel
from talkinghead.train.speaker_figures import validate
from talkinghead.train.splits import split_of
from talkinghead.types import Array, Waveform


def listener(voice: Path | None = None, device: str = "cpu") -> Listen:
    """Content through the voice network in `voice`, or plain log-mel; whose voice it is."""
    ear = voice_ear(voice, device) if voice else plain_ear()
    encoder = SpeakerEncoder(device)

    def listen(wave: Waveform) -> tuple[Array, Array]:
        mel, speaker = log_mel(wave), encoder(wave)
        return ear.narrow(ear.hear(mel, speaker)), speaker

    return listen


def size_for(listen: Listen) -> SpeakerBranchSize:
    """The branch that understands what `listen` gives, found by a second of noise."""
    sound = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    content, speaker = listen(Waveform(sound, RATE))
    return SpeakerBranchSize(content.shape[1], round(len(content) / FPS), len(speaker))


def train_speaker(
    data: Path,
    out: Path,
    run: Path,
    plan: Plan,
    *,
    voice: Path | None = None,
    size: SpeakerBranchSize | None = None,
    listen: Listen | None = None,
    batch: int = ROWS,
    device: str = "cpu",
    report: Report | None = None,
) -> dict[str, float]:
    """Train on the examples in `data`; weights and card to `out`, progress to `run`.

    The branch hears through the voice network in `voice`, or plain log-mel without one;
    `listen` stands in for both. Returns the figures on the validation talkers. Test talkers
    are never looked at.
    """
    listen = listen or listener(voice, device)
    size = size or size_for(listen)
    kept = (e for e in examples_in(data) if split_of(e.talker) != "test")
    recordings = recordings_of(kept, listen, size)
    taught = [r for r in recordings if split_of(r.talker) == "train"]
    held_out = [r for r in recordings if split_of(r.talker) == "validation" and r.speaks]
    return fit(
        taught, held_out or taught, out, run, plan,
        size=size, batch=batch, device=device, report=report,
        voice=weights.read_card(voice)["sha256"] if voice else None,
    )  # fmt: skip


def fit(
    taught: list[Recording],
    held_out: list[Recording],
    out: Path,
    run: Path,
    plan: Plan,
    *,
    size: SpeakerBranchSize,
    batch: int = ROWS,
    device: str = "cpu",
    report: Report | None = None,
    voice: str | None = None,
) -> dict[str, float]:
    """`train_speaker` on recordings already heard."""
    torch.manual_seed(plan.seed)
    net = SpeakerBranch(size)
    ridges = prepare(net, taught)
    game = SpeakerDuel(net, Sequences(taught, size.stride, batch, plan.seed), device, plan.seed)
    train(
        net, game.losses, lambda n: validate(n, held_out), run, plan,
        device=device, report=report, rival=Rival(game.critics, game.against),
    )  # fmt: skip
    figures = validate(net, held_out)
    said = {
        "input": f"{size.content} channels, {size.stride * FPS} frames a second; speaker "
        f"embedding; noise in {len(BANDS)} bands",
        "voice": voice,
        "output": "head pose in degrees and face widths, displacements of brows, lids and "
        "lip style in face widths, mouth range; 25 frames a second",
        "plan": asdict(plan) | {"batch": batch, "ridges of the manner": ridges},
        "talkers": {name: sum(len(r.pose) for r in g) for name, g in by_talker(taught).items()},
        "validation talkers": list(by_talker(held_out)),
    }
    weights.save(net, out, card("speaker branch", size.as_dict(), figures, said))
    return figures
