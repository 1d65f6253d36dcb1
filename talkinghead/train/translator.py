"""Trains the translator: first by the truth alone, then against a critic as well (LipGAN)."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from talkinghead import weights
from talkinghead.errors import InputError
from talkinghead.render.translator import Translator, TranslatorSize
from talkinghead.sync.net import load_expert
from talkinghead.train.card import LICENCES, revision
from talkinghead.train.duel import Critics, Duel, losses_alone
from talkinghead.train.loop import Losses, Plan, Rival, train
from talkinghead.train.paintings import (
    Pair,
    RunBatches,
    SceneBatches,
    every_pair,
    every_run,
    scenes,
)
from talkinghead.train.pairs import TOGETHER, Pairs, pairs_in
from talkinghead.train.splits import split_of
from talkinghead.train.translator_figures import validate

ALONE = 0.6  # share of the steps before the critic joins
AVERAGE = 0.995  # of the weights' running mean: some thousand steps are all there is
SLOWER = 0.5  # its stage's learning rate over the first stage's
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
    report: Callable[[int, int, dict[str, float]], None] | None = None,
) -> dict[str, float]:
    """Train on the pairs in `data`; weights and card to `out`, progress to `run`.

    `run`/alone and `run`/critic keep the two stages' checkpoints, curves and samples. Returns
    the figures on the validation talkers. Test talkers are never looked at. A share `alone` of
    the steps is by the truth alone, the rest against critics; `sync` names the weights of a sync
    expert to please as well. Where the critics did no good, the weights before them are kept.
    Raises InputError for pairs that cannot be learnt from, WeightsError for such a `sync`.
    """
    if sync is not None:
        load_expert(sync)  # refused now, not when the critics join; before the seed, for it draws
    by_split: dict[str, list[Pairs]] = defaultdict(list)
    for one in pairs_in(data):
        by_split[split_of(one.talker)].append(one)
    taught = every_pair(by_split["train"])
    torch.manual_seed(plan.seed)
    net = Translator(size)
    side = net.size.side
    _check_room(data, taught, side)
    held_out = scenes(_spread(every_pair(by_split["validation"]) or taught, MEASURED), side)
    batches = SceneBatches(taught, side, size=batch, seed=plan.seed)
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def by_truth(net: nn.Module, step: int) -> Losses:
        scene = batches(step).to(device)
        painting = net(scene.seen, scene.room)
        return losses_alone(painting, painting.on(scene.warped), scene)

    plan = replace(plan, average=min(plan.average, AVERAGE))
    first = replace(plan, steps=min(plan.steps, max(1, round(alone * plan.steps))))
    stages = [("alone", first, 0)]
    if first.steps < plan.steps:
        rest = plan.steps - first.steps
        second = replace(plan, steps=rest, rate=SLOWER * plan.rate, seed=plan.seed + 1)
        stages.append(("critic", second, first.steps))
    figures: dict[str, float] = {}
    kept: dict[str, Tensor] = {}
    for name, stage, before in stages:
        folder = run / name
        rival, loss = None, by_truth
        if name == "critic":
            fresh = SceneBatches(taught, side, size=batch, seed=stage.seed)
            runs = every_run(by_split["train"])
            few = max(1, round(batch / TOGETHER))
            follow = RunBatches(runs, side, size=few, seed=stage.seed) if runs else None
            expert = None if sync is None else load_expert(sync, device)
            duel = Duel(fresh, follow, Critics(), expert, device)
            rival, loss = Rival(duel.critics, duel.critics_loss, 4.0), duel.loss

        def measured(n: nn.Module, folder: Path = folder) -> dict[str, float]:
            return validate(n, held_out, folder / "samples.png")

        def said(step: int, _: int, row: dict[str, float], before: int = before) -> None:
            if report is not None:
                report(before + step, plan.steps, row)

        train(net, loss, measured, folder, stage, device=device, report=said, rival=rival)
        reached = validate(net, held_out)
        if not figures or reached["score"] > figures["score"]:
            figures, kept = reached, {k: v.clone() for k, v in net.state_dict().items()}
    net.load_state_dict(kept)
    talkers: dict[str, int] = defaultdict(int)
    for pair in taught:
        talkers[pair.pairs.talker] += 1
    weights.save(
        net,
        out,
        {
            "model": "translator",
            "size": net.size.as_dict(),
            "input": "warped and original mouth, landmark drawing, masks; on the skull's square",
            "output": "flow and shades of the square, paint on the lips and, less, between them",
            "plan": asdict(plan) | {"batch": batch, "alone": first.steps, "sync": sync is not None},
            "pairs": dict(sorted(talkers.items())),
            "validation talkers": sorted({one.talker for one in by_split["validation"]}),
            "validation": {name: round(value, 4) for name, value in figures.items()},
            "licences": STILL_LICENCE,
            "revision": revision(),
        },
    )
    return figures
