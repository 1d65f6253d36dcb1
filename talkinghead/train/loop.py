"""The training loop: resumable after a kill at any step, seeded, with curves."""

import csv
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from torch import Tensor, nn

from talkinghead.errors import InputError

Losses = dict[str, Tensor]


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train."""

    steps: int = 4000
    rate: float = 1e-3  # Adam's peak learning rate
    warm_up: int = 100  # steps until the peak
    average: float = 0.998  # of the weights' running mean, which is what gets measured and kept
    every: int = 200  # steps between validations, each followed by a checkpoint
    seed: int = 0

    def __post_init__(self) -> None:
        if min(self.steps, self.every) < 1 or self.rate <= 0:
            raise InputError("steps, every and rate must be positive")

    def factor(self, step: int) -> float:
        """Share of the peak rate at a step: linear warm-up, then cosine down to 2 %."""
        if step < self.warm_up:
            return (step + 1) / self.warm_up
        share = (step - self.warm_up) / max(1, self.steps - self.warm_up)
        return 0.02 + 0.49 * (1 + float(torch.cos(torch.tensor(torch.pi * min(share, 1.0)))))


def train(
    net: nn.Module,
    loss: Callable[[nn.Module, int], Losses],
    validate: Callable[[nn.Module], dict[str, float]],
    folder: Path,
    plan: Plan,
    *,
    device: str = "cpu",
    report: Callable[[int, int, dict[str, float]], None] | None = None,
) -> nn.Module:
    """Minimise the sum of `loss(net, step)`; returns the averaged net that validated best.

    `validate` gives figures of which `score` is maximised. `folder` receives last.pt (all that
    is needed to go on), best.pt, log.csv and curves.png; an existing last.pt is resumed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(plan.seed)
    net = net.to(device)
    adam = torch.optim.Adam(net.parameters(), lr=plan.rate, betas=(0.9, 0.99))
    mean = {name: value.detach().clone() for name, value in net.state_dict().items()}
    first, best = 0, float("-inf")
    last = folder / "last.pt"
    if last.exists():
        stored = torch.load(last, map_location=device, weights_only=True)
        net.load_state_dict(stored["net"])
        adam.load_state_dict(stored["adam"])
        mean, first, best = stored["mean"], stored["step"], stored["best"]
        torch.set_rng_state(stored["chance"].cpu())
    rows: dict[str, float] = {}
    began = time.monotonic()
    for step in range(first, plan.steps):
        net.train()
        for group in adam.param_groups:
            group["lr"] = plan.rate * plan.factor(step)
        parts = loss(net, step)
        total = torch.stack(list(parts.values())).sum()
        adam.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        adam.step()
        keep = min(plan.average, (step + 1) / (step + 10))
        with torch.no_grad():
            for name, value in net.state_dict().items():
                if value.is_floating_point():
                    mean[name].lerp_(value, 1 - keep)
                else:
                    mean[name].copy_(value)
        for name, part in parts.items():
            value = part.item()
            rows[name] = 0.95 * rows.get(name, value) + 0.05 * value
        if (step + 1) % plan.every and step + 1 != plan.steps:
            continue
        raw = {name: value.clone() for name, value in net.state_dict().items()}
        net.load_state_dict(mean)
        net.eval()
        figures = validate(net)
        net.load_state_dict(raw)
        row = {**rows, **figures, "seconds": time.monotonic() - began}
        _log(folder, step + 1, row)
        if figures["score"] > best:
            best = figures["score"]
            _save(mean, folder / "best.pt")
        _save(
            {
                "net": net.state_dict(),
                "adam": adam.state_dict(),
                "mean": mean,
                "step": step + 1,
                "best": best,
                "chance": torch.get_rng_state(),
            },
            last,
        )
        if report is not None:
            report(step + 1, plan.steps, row)
    net.load_state_dict(torch.load(folder / "best.pt", map_location=device, weights_only=True))
    return net.eval()


def _save(state: Any, path: Path) -> None:
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def _log(folder: Path, step: int, row: dict[str, float]) -> None:
    """Append to log.csv and redraw curves.png."""
    path = folder / "log.csv"
    fresh = not path.exists()
    with path.open("a", newline="") as lines:
        writer = csv.writer(lines)
        if fresh:
            writer.writerow(["step", *row])
        writer.writerow([step, *(f"{value:.6g}" for value in row.values())])
    with path.open(newline="") as lines:
        history = list(csv.DictReader(lines))
    names = [name for name in row if name != "seconds"]
    figure = Figure(figsize=(12, 2.2 * -(-len(names) // 3)), layout="constrained")
    FigureCanvasAgg(figure)
    for place, name in enumerate(names, 1):
        axes = figure.add_subplot(-(-len(names) // 3), 3, place)
        axes.plot([int(r["step"]) for r in history], [float(r[name]) for r in history])
        axes.set_title(name, fontsize=9)
    figure.savefig(folder / "curves.png", dpi=80)
