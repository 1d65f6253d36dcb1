"""Trains the translator: first by the truth alone, then against a critic as well (LipGAN)."""

from collections import Counter
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from talkinghead import weights
from talkinghead.errors import InputError
from talkinghead.render.translator import Translator, TranslatorSize
from talkinghead.sync.net import load_expert
from talkinghead.train.card import LICENCES, card
from talkinghead.train.duel import Critics, Duel, by_truth
from talkinghead.train.loop import Plan, Report, Rival, train
from talkinghead.train.paintings import (
    Pair,
    RunBatches,
    SceneBatches,
    every_pair,
    every_run,
    scenes,
)
from talkinghead.train.pairs import TOGETHER, pairs_in
from talkinghead.train.splits import by_split
from talkinghead.train.translator_figures import validate

ALONE = 0.6  # share of the steps before the critic joins
AVERAGE = 0.995  # of the weights' running mean: some thousand steps are all there is
SLOWER = 0.5  # its stage's learning rate over the first stage's
FASTER = 4.0  # the critics' learning rate over the translator's
MEASURED = 240  # pairs that validation paints
STILL_LICENCE = (
    "stills: HELEN (Le et al. 2012) and AFW (Zhu and Ramanan 2012), research only. " + LICENCES
)


def _spread(pairs: list[Pair], count: int) -> list[Pair]:
    return [pairs[i] for i in np.linspace(0, len(pairs) - 1, min(count, len(pairs))).astype(int)]


def _check_room(data: Path, pairs: list[Pair], side: int) -> None:
    """Raise InputError for pairs whose squares are smaller than what is to be painted."""
    least = min((pair.pairs.targets.shape[1] for pair in pairs), default=0)
    if not pairs:
        raise InputError(f"{data}: all its talkers are left out of training; add others")
    if least < side:
        raise InputError(
            f"{data}: squares of {least} pixels, too small for a translator of {side}; "
            f"make them with 'talkinghead preprocess pairs --side {side}'"
        )


@dataclass(frozen=True)
class _Stage:
    """A part of the training, with a folder and a loss of its own."""

    name: str
    plan: Plan
    before: int  # steps of the stages before it


def _stages(plan: Plan, alone: float) -> list[_Stage]:
    """By the truth alone for a share of the steps; then, if any are left, against critics."""
    first = replace(plan, steps=min(plan.steps, max(1, round(alone * plan.steps))))
    stages = [_Stage("alone", first, 0)]
    if first.steps < plan.steps:
        rest = plan.steps - first.steps
        second = replace(plan, steps=rest, rate=SLOWER * plan.rate, seed=plan.seed + 1)
        stages.append(_Stage("critic", second, first.steps))
    return stages


def train_translator(
    data: Path,
    out: Path,
    run: Path,
    plan: Plan,
    *,
    size: TranslatorSize | None = None,
    sync: Path | None = None,
    alone: float = ALONE,
    batch: int = 16,
    device: str = "cpu",
    report: Report | None = None,
) -> dict[str, float]:
    """Train on the pairs in `data`; weights and card to `out`, progress to `run`.

    `run`/alone and `run`/critic keep the two stages' checkpoints, curves and samples. Returns
    the figures on the validation talkers. Test talkers are never looked at. A share `alone` of
    the steps is by the truth alone, the rest against critics; `sync` names the weights of a sync
    expert to please as well. Where the critics did no good, the weights before them are kept.
    Raises InputError for pairs that cannot be learnt from, WeightsError for such a `sync`.
    """
    if not 0 <= alone <= 1:
        raise InputError(f"alone is a share of the steps, 0 to 1, got {alone:g}")
    if sync is not None:
        load_expert(sync)  # refused now, not when the critics join; before the seed, for it draws
    parts = by_split(pairs_in(data), lambda one: one.talker)
    taught, runs = every_pair(parts["train"]), every_run(parts["train"])
    torch.manual_seed(plan.seed)
    net = Translator(size)
    side = net.size.side
    _check_room(data, taught, side)
    held_out = scenes(_spread(every_pair(parts["validation"]) or taught, MEASURED), side)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    plan = replace(plan, average=min(plan.average, AVERAGE))
    stages = _stages(plan, alone)
    figures: dict[str, float] = {}
    kept: dict[str, Tensor] = {}
    for stage in stages:
        batches = SceneBatches(taught, side, size=batch, seed=stage.plan.seed)
        loss, rival = by_truth(batches, device), None
        if stage.name == "critic":
            few = max(1, round(batch / TOGETHER))
            follow = RunBatches(runs, side, size=few, seed=stage.plan.seed) if runs else None
            expert = None if sync is None else load_expert(sync, device)
            duel = Duel(batches, follow, Critics(), expert, device)
            loss, rival = duel.loss, Rival(duel.critics, duel.critics_loss, FASTER)
        samples = run / stage.name / "samples.png"
        train(
            net, loss, partial(validate, held_out=held_out, grid=samples), run / stage.name,
            stage.plan, device=device, report=_reported(report, stage, plan), rival=rival,
        )  # fmt: skip
        reached = validate(net, held_out)
        if not figures or reached["score"] > figures["score"]:
            figures, kept = reached, {k: v.clone() for k, v in net.state_dict().items()}
    net.load_state_dict(kept)
    told = {"batch": batch, "alone": stages[0].plan.steps, "sync": sync is not None}
    said = {
        "input": "warped and original mouth, landmark drawing, masks; on the skull's square",
        "output": "flow and shades of the square, paint on the lips and, less, between them",
        "plan": asdict(plan) | told,
        "pairs": dict(sorted(Counter(pair.pairs.talker for pair in taught).items())),
        "validation talkers": sorted({one.talker for one in parts["validation"]}),
    }
    weights.save(net, out, card("translator", net.size.as_dict(), figures, said, STILL_LICENCE))
    return figures


def _reported(report: Report | None, stage: _Stage, plan: Plan) -> Report | None:
    """`report` with the steps of one stage counted among those of all."""
    if report is None:
        return None
    return lambda step, _, row: report(stage.before + step, plan.steps, row)
