"""Trains the speaker branch: many voices to the way their heads, brows and mouths move."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn

from talkinghead import weights
from talkinghead.clock import FPS, RATE
from talkinghead.motion.speaker_branch import (
    AXES,
    FIGURES,
    SpeakerBranch,
    SpeakerBranchSize,
    UnitMotion,
    speaker_motion,
)
from talkinghead.motion.windows import BANDS, noise
from talkinghead.speech.mel import log_mel
from talkinghead.speech.speaker_encoder import SpeakerEncoder
from talkinghead.train.card import LICENCES, revision
from talkinghead.train.clips import examples_in
from talkinghead.train.critics import Critics, steepness, taken_for_real, told_apart
from talkinghead.train.data import plain_ear
from talkinghead.train.dynamics import likeness_loss, rest_loss, shape_losses
from talkinghead.train.ear import voice_ear
from talkinghead.train.loop import Losses, Plan, Rival, train
from talkinghead.train.measured import prepare
from talkinghead.train.sequences import (
    ROWS,
    Listen,
    Recording,
    SequenceBatch,
    Sequences,
    by_talker,
    figures_of,
    recordings_of,
)
from talkinghead.train.splits import split_of
from talkinghead.types import Array, Waveform

POOL = 40_000  # frames of noise that the rows of all batches are cut from
HEARD_OUT = 6  # clips of each validation talker
SHAPE, POSE, LIKENESS, REST, FOOLED = 0.3, 0.05, 1.0, 0.3, 0.5  # weights of the losses
PENALTY = 2.0  # weight of R1
HIDDEN = 0.2  # of the rows are judged without knowing what was said


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


def real_motion(net: SpeakerBranch, batch: SequenceBatch, manner: Tensor) -> Tensor:
    """(b, t, k) what really moved, in the units of `SpeakerBranch.unit`."""

    def read(modes: Tensor) -> Tensor:
        return torch.einsum("btpc,kpc->btk", batch.residual, modes) / modes.pow(2).sum(dim=(1, 2))

    scale = manner.exp()
    pose = batch.pose / scale[:, None, :AXES]
    brows = read(net.brow_modes) / scale[:, None, AXES : AXES + 1]
    return UnitMotion(pose, brows, read(net.lip_modes)).joined()


class _Game:
    """The branch against its critics: one batch and one draw of chance a step for both."""

    def __init__(self, net: SpeakerBranch, batches: Sequences, device: str, seed: int):
        size = net.size
        self.batches, self.device, self.seed = batches, device, seed
        self.chance = torch.from_numpy(noise(seed, 0, POOL, size.chance))
        channels = AXES + size.brows + size.lips
        self.critics = Critics(channels, size.content * size.stride, FIGURES + size.voice)

    def _deal(self, net: SpeakerBranch, step: int) -> tuple[SequenceBatch, Tensor, Tensor, Tensor]:
        """The batch, its heard rows' chance, its manners and its real motion."""
        batch = self.batches(step).to(self.device)
        heard = int(batch.known.sum())
        rng = np.random.default_rng([self.seed, step, 1])
        frames = batch.pose.shape[1]
        starts = rng.integers(0, POOL - frames, size=heard)
        chance = torch.stack([self.chance[s : s + frames] for s in starts.tolist()])
        own = net.manner_of(batch.speaker)
        seen = batch.figures.clone()  # who is not heard has the range that is seen
        seen[:, AXES:] = 0
        manner = torch.where(batch.known[:, None] > 0, own, seen)
        return batch, chance.to(self.device), manner, real_motion(net, batch, manner)

    def _judge(self, net: SpeakerBranch, batch: SequenceBatch, motion: Tensor) -> list[Tensor]:
        """The critics on rows of a batch; what was said and who spoke is hidden now and then."""
        level = (batch.content - net.content_mean) / net.content_spread
        level = level.reshape(*motion.shape[:2], -1)
        talker = net.talker_of(batch.speaker).detach()
        known = batch.known * (torch.rand_like(batch.known) >= HIDDEN)
        return cast(list[Tensor], self.critics(motion, level, talker, known))

    def against(self, module: nn.Module, step: int) -> Losses:
        """The critics' losses."""
        net = cast(SpeakerBranch, module)
        with torch.no_grad():
            batch, chance, _, real = self._deal(net, step)
            heard = _rows(batch)
            made = _centred(net.unit(heard.content, heard.speaker, chance).joined())
        real.requires_grad_(True)
        seen = self._judge(net, batch, real)
        return {
            "critics": told_apart(seen, self._judge(net, heard, made)),
            "steepness": PENALTY * steepness(seen, real),
        }

    def losses(self, module: nn.Module, step: int) -> Losses:
        """The branch's losses.

        What sound determines is taught with the noise silent, by distance from the truth;
        what it leaves open with noise, by critics and statistics.
        """
        net = cast(SpeakerBranch, module)
        batch, chance, manner, real = self._deal(net, step)
        heard, own, real = _rows(batch), manner[batch.known > 0], real[batch.known > 0]
        calm = net.unit(heard.content, heard.speaker, torch.zeros_like(chance))
        wild = net.unit(heard.content, heard.speaker, chance).joined()
        shape = shape_losses(torch.as_tensor(net.ranged(calm, own).residual), heard.residual)
        off = _centred(calm.pose) - real[..., :AXES]
        made = _centred(wild)
        return {
            **{name: SHAPE * part for name, part in shape.items()},
            "pose": POSE * off.abs().mean(),
            "likeness": LIKENESS * likeness_loss(made, real),
            "rest": REST * rest_loss(wild),
            "fooled": FOOLED * taken_for_real(self._judge(net, heard, made)),
        }


def _rows(batch: SequenceBatch) -> SequenceBatch:
    """The rows in which the talker is heard."""
    heard = batch.known > 0
    return SequenceBatch(*(part[heard] for part in vars(batch).values()))


def _centred(motion: Tensor) -> Tensor:
    return motion - motion.mean(dim=1, keepdim=True)


def validate(net: nn.Module, recordings: list[Recording], seeds: int = 2) -> dict[str, float]:
    """Are talkers' ranges and speeds like the true ones, and do the ranges rank alike?

    `range` and `speed` are mean log ratios over the axes, 0 at best; `apart` the mean
    distance of log ratios of the talkers from 0; `rank` is Spearman's, over talkers, mean of
    the axes. Distance from the truth frame by frame is not measured: heads are free.
    """
    branch = cast(SpeakerBranch, net)
    shown, true, speeds, mouths = [], [], [], []
    for talker in by_talker(r for r in recordings if r.speaks).values():
        rows = defaultdict(list)
        for number, clip in enumerate(talker[:HEARD_OUT]):
            for seed in range(seeds):
                drawn = 1000 * number + seed
                frames = len(clip.pose)
                made = speaker_motion(branch, clip.content, clip.speaker, frames, drawn)
                pose = np.asarray(made.pose)
                rows["range"].append(figures_of(np.asarray(made.residual), pose)[: AXES + 1])
                rows["mouth"].append(np.log(made.mouth))
                quick = np.diff(pose, axis=0).std(axis=0) / np.diff(clip.pose, axis=0).std(axis=0)
                rows["speed"].append(np.log(quick + 1e-3))
        shown.append(np.mean(rows["range"], axis=0))
        speeds.append(np.mean(rows["speed"], axis=0))
        mouths.append(float(np.mean(rows["mouth"])))
        true.append(np.mean([clip.figures for clip in talker[:HEARD_OUT]], axis=0))
    made_up, real = np.array(shown), np.array(true)
    ratio = made_up[:, :AXES] - real[:, :AXES]
    figures = {
        "range": float(ratio.mean()),
        "speed": float(np.mean(speeds)),
        "apart": float(np.abs(ratio).mean()),
    }
    if len(real) > 2:
        ranks = [_rank(made_up[:, k], real[:, k]) for k in range(AXES + 1)]
        figures["rank"] = float(np.mean(ranks[:AXES]))
        figures["rank brows"], figures["rank mouth"] = ranks[AXES], _rank(mouths, real[:, -1])
    off = np.abs(ratio.mean(axis=0)).mean() + np.abs(np.mean(speeds, axis=0)).mean()
    figures["score"] = float(0.5 * figures.get("rank", 0.0) - off)
    return figures


def _rank(a: Any, b: Any) -> float:
    """Spearman's correlation; 0 where one side is all alike."""
    return float(spearmanr(a, b)[0]) if np.ptp(a) > 0 and np.ptp(b) > 0 else 0.0


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
    report: Callable[[int, int, dict[str, float]], None] | None = None,
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
    report: Callable[[int, int, dict[str, float]], None] | None = None,
    voice: str | None = None,
) -> dict[str, float]:
    """`train_speaker` on recordings already heard."""
    torch.manual_seed(plan.seed)
    net = SpeakerBranch(size)
    ridges = prepare(net, taught)
    game = _Game(net, Sequences(taught, size.stride, batch, plan.seed), device, plan.seed)
    train(
        net, game.losses, lambda n: validate(n, held_out), run, plan,
        device=device, report=report, rival=Rival(game.critics, game.against),
    )  # fmt: skip
    figures = validate(net, held_out)
    weights.save(
        net,
        out,
        {
            "model": "speaker branch",
            "size": size.as_dict(),
            "input": f"{size.content} channels, {size.stride * FPS} frames a second; speaker "
            f"embedding; noise in {len(BANDS)} bands",
            "voice": voice,
            "output": "head pose in degrees and face widths, displacements of brows, lids and "
            "lip style in face widths, mouth range; 25 frames a second",
            "plan": asdict(plan) | {"batch": batch, "ridges of the manner": ridges},
            "talkers": {name: sum(len(r.pose) for r in g) for name, g in by_talker(taught).items()},
            "validation talkers": list(by_talker(held_out)),
            "validation": {name: round(value, 4) for name, value in figures.items()},
            "licences": LICENCES,
            "revision": revision(),
        },
    )
    return figures
