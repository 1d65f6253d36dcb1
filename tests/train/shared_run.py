"""Small trainings that several processes share; a module of its own, for processes to import."""

import csv
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from talkinghead.train.loop import TrainConfig, train


def average_opposites(folder: Path, rank: int) -> None:
    """Train one weight to the mean of what two processes want."""
    torch.manual_seed(rank)  # of weights that differ, the main process's are taken
    net = nn.Linear(1, 1, bias=False)
    numbers = []

    def loss(net: nn.Module, number: int) -> dict[str, Tensor]:
        numbers.append(number)
        # The two want weights of 1 and 3: together they want 2.
        return {"off": (net.weight - (1 + 2 * rank)).square().sum()}

    def validate(net: nn.Module) -> dict[str, float]:
        return {"score": -abs(net.weight.item() - 2)}

    config = TrainConfig(60, lr=0.2, warm_up_steps=1, ema_decay=0.5, eval_every=60, devices=2)
    train(net, loss, validate, folder, config)
    (folder / f"of_{rank}.txt").write_text(f"{net.weight.item()} {numbers[0]} {len(numbers)}")


def train_curve(folder: Path, steps: int, devices: int = 1, batches: int = 0) -> None:
    """Train a small network with dropout, whose loss is logged at every step."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Dropout(0.2), nn.Linear(16, 1))

    def loss(net: nn.Module, number: int) -> dict[str, Tensor]:
        rng = np.random.default_rng([7, number])
        x = torch.from_numpy(rng.normal(size=(8, 4)).astype(np.float32))
        return {"square": (net(x) - x.prod(dim=1, keepdim=True)).square().mean()}

    config = TrainConfig(
        steps, lr=0.01, warm_up_steps=1, eval_every=1, devices=devices, batches_per_step=batches
    )
    train(net, loss, lambda net: {"score": 0.0}, folder, config)


def read_curve(folder: Path) -> np.ndarray:
    """The losses in the log of a training."""
    with (folder / "log.csv").open() as file:
        return np.array([float(row["square"]) for row in csv.DictReader(file)])
