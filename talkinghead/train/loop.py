"""The training loop: resumable after a kill at any step, seeded, with curves."""

import io
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor, nn

from talkinghead.errors import InputError
from talkinghead.media.files import replacing
from talkinghead.train.curves import log_step
from talkinghead.train.team import team

Losses = dict[str, Tensor]
Report = Callable[[int, int, dict[str, float]], None]  # steps done, steps in all, figures


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train."""

    steps: int = 4000
    rate: float = 1e-3  # AdamW's peak learning rate
    decay: float = 0.02  # AdamW's weight decay
    warm_up: int = 100  # steps until the peak
    average: float = 0.998  # of the weights' running mean, which is what gets measured and kept
    every: int = 200  # steps between validations, each followed by a checkpoint
    seed: int = 0
    devices: int = 1  # that share each step, each with a batch of its own
    precision: str = "32"  # of the losses: 32 or, on CUDA, bf16

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise InputError(f"seed must be 0 or more, got {self.seed}")
        if min(self.steps, self.every, self.devices) < 1 or not 0 < self.rate < math.inf:
            raise InputError("steps, every, rate and devices must be positive numbers")

    def factor(self, step: int) -> float:
        """Share of the peak rate at a step: linear warm-up, then cosine down to 2 %."""
        if step < self.warm_up:
            return (step + 1) / self.warm_up
        share = (step - self.warm_up) / max(1, self.steps - self.warm_up)
        return 0.02 + 0.49 * (1 + float(torch.cos(torch.tensor(torch.pi * min(share, 1.0)))))


@dataclass(frozen=True)
class Rival:
    """Critics that are trained against the net: one step of theirs before each of its own."""

    net: nn.Module
    loss: Callable[[nn.Module, int], Losses]  # of the trained net and the step
    rate: float = 1.0  # their learning rate over the plan's


class _Run:
    """Everything that changes while training: what a checkpoint holds."""

    def __init__(
        self, net: nn.Module, plan: Plan, folder: Path, device: str, rival: Rival | None = None
    ):
        self.team = team(plan.devices, plan.precision, device)
        torch.manual_seed(plan.seed + self.team.rank)
        device = self.team.device
        self.net, self.plan, self.folder, self.device = net.to(device), plan, folder, device
        self.adam = torch.optim.AdamW(
            net.parameters(), lr=plan.rate, betas=(0.9, 0.99), weight_decay=plan.decay
        )
        self.mean = {name: value.detach().clone() for name, value in net.state_dict().items()}
        self.step, self.best = 0, float("-inf")
        self.rival = rival
        if rival is not None:
            critics = rival.net.to(device).parameters()
            self.against = torch.optim.AdamW(critics, lr=plan.rate, betas=(0.5, 0.99))
        folder.mkdir(parents=True, exist_ok=True)
        last = folder / "last.pt"
        if last.exists():
            try:
                stored = torch.load(last, map_location=device, weights_only=True)
            except (RuntimeError, EOFError, UnpicklingError) as error:
                raise InputError(
                    f"{last}: is damaged; give another folder, or delete it to train anew"
                ) from error
            self._resume(stored)
        self.team.agree([net] if rival is None else [net, rival.net])

    def _resume(self, stored: dict[str, Any]) -> None:
        try:
            self.net.load_state_dict(stored["net"])
            self.adam.load_state_dict(stored["adam"])
            if self.rival is not None:
                self.rival.net.load_state_dict(stored["rival"])
                self.against.load_state_dict(stored["rival adam"])
        except (KeyError, RuntimeError, ValueError) as error:
            raise InputError(
                f"{self.folder}: holds a run of another network or size; "
                "give another folder, or the settings that this one began with"
            ) from error
        self.mean, self.step, self.best = stored["mean"], stored["step"], stored["best"]
        if self.team.rank == 0:
            torch.set_rng_state(stored["chance"].cpu())

    def save(self) -> None:
        """Write last.pt: the next call of `train` goes on from here."""
        state = {
            "net": self.net.state_dict(),
            "adam": self.adam.state_dict(),
            "mean": self.mean,
            "step": self.step,
            "best": self.best,
            "chance": torch.get_rng_state(),
        }
        if self.rival is not None:
            state["rival"] = self.rival.net.state_dict()
            state["rival adam"] = self.against.state_dict()
        _save(state, self.folder / "last.pt")

    def oppose(self) -> Losses:
        """One step of the critics, where there are any."""
        if self.rival is None:
            return {}
        for group in self.against.param_groups:
            group["lr"] = self.plan.rate * self.plan.factor(self.step) * self.rival.rate
        with self.team.rounded():  # measuring left the net in eval mode
            parts = self.rival.loss(self.net.train(), self.team.turn(self.step))
        self.against.zero_grad(set_to_none=True)
        torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
        self.team.average(self.rival.net.parameters())
        nn.utils.clip_grad_norm_(self.rival.net.parameters(), 1.0)
        self.against.step()
        return parts

    def descend(self, loss: Callable[[nn.Module, int], Losses]) -> Losses:
        """One step of Adam, and the weights' running mean brought after it."""
        with self.team.rounded():
            parts = loss(self.net.train(), self.team.turn(self.step))
        for group in self.adam.param_groups:
            group["lr"] = self.plan.rate * self.plan.factor(self.step)
        self.adam.zero_grad(set_to_none=True)
        torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
        self.team.average(self.net.parameters())
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.adam.step()
        keep = min(self.plan.average, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            for name, value in self.net.state_dict().items():
                if value.is_floating_point():
                    self.mean[name].lerp_(value, 1 - keep)
                else:
                    self.mean[name].copy_(value)
        self.step += 1
        return parts

    def measure(self, validate: Callable[[nn.Module], dict[str, float]]) -> dict[str, float]:
        """The averaged weights' figures; the best of them go to best.pt."""
        raw = {name: value.clone() for name, value in self.net.state_dict().items()}
        self.net.load_state_dict(self.mean)
        figures = validate(self.net.eval())
        self.net.load_state_dict(raw)
        if figures["score"] > self.best:
            self.best = figures["score"]
            _save(self.mean, self.folder / "best.pt")
        return figures

    def finish(self) -> nn.Module:
        """The net with the weights that validated best. Raises InputError where none did."""
        self.team.wait()
        if not (self.folder / "best.pt").exists():
            raise InputError(
                f"{self.folder}: no validation gave a score that is a number (see log.csv); "
                "train anew in another folder with a smaller rate, or with other validation data"
            )
        best = torch.load(self.folder / "best.pt", map_location=self.device, weights_only=True)
        self.net.load_state_dict(best)
        return self.net.eval()


def train(
    net: nn.Module,
    loss: Callable[[nn.Module, int], Losses],
    validate: Callable[[nn.Module], dict[str, float]],
    folder: Path,
    plan: Plan,
    *,
    device: str = "cpu",
    report: Report | None = None,
    rival: Rival | None = None,
) -> nn.Module:
    """Minimise the sum of `loss(net, step)`; returns the averaged net that validated best.

    With a `rival` its critics take a step before each step of the net.
    `validate` gives figures of which `score` is maximised. `folder` receives last.pt (all that
    is needed to go on), best.pt, log.csv and curves.png; an existing last.pt is resumed. Of
    several `plan.devices` each takes batches of its own (`loss` is asked for steps far apart),
    gradients are averaged, and the first measures and writes. Raises InputError where `folder`
    holds the run of another network, and where no score was a number.
    """
    run = _Run(net, plan, folder, device, rival)
    smooth: dict[str, float] = {}
    began = time.monotonic()
    while run.step < plan.steps:
        against = run.oppose()
        parts = run.descend(loss)
        for name, part in (parts | against).items():
            value = part.item()
            smooth[name] = 0.95 * smooth.get(name, value) + 0.05 * value
        if run.team.rank == 0 and (run.step % plan.every == 0 or run.step == plan.steps):
            row = {**smooth, **run.measure(validate), "seconds": time.monotonic() - began}
            log_step(folder, run.step, row)
            run.save()
            if report is not None:
                report(run.step, plan.steps, row)
    return run.finish()


def _save(state: Any, path: Path) -> None:
    packed = io.BytesIO()  # to a full disk, torch writes what cannot be told from its own faults
    torch.save(state, packed)
    with replacing(path) as temporary:
        temporary.write_bytes(packed.getbuffer())
