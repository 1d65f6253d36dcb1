"""The training loop: seeded, resumable after a kill at any step, on one device or several."""

import io
import math
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, Final, Generic, TypeVar

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR
from torch.optim.swa_utils import AveragedModel

from talkinghead.errors import InputError
from talkinghead.media.atomic_write import atomic_write
from talkinghead.train.distributed import average_gradients, average_losses, launch_fabric
from talkinghead.train.training_log import append_to_log

Losses = dict[str, Tensor]  # name -> scalar; their sum is minimised
LossFunction = Callable[[nn.Module, int], Losses]  # of the network and the batch's number
Validate = Callable[[nn.Module], dict[str, float]]  # metrics, of which `score` is maximised
ProgressCallback = Callable[[int, int, dict[str, float]], None]  # step, steps in all, metrics
Forward = TypeVar("Forward")
T = TypeVar("T")
_Tensors = tuple[Tensor, ...] | list[Tensor]

MAX_GRADIENT_NORM: Final = 1.0


@dataclass(frozen=True)
class TrainConfig:
    """How long and how fast to train."""

    steps: int = 4000
    lr: float = 1e-3  # AdamW's peak learning rate
    weight_decay: float = 0.02
    warm_up_steps: int = 100  # until the peak
    ema_decay: float = 0.998  # of the averaged weights, which are validated and kept
    eval_every: int = 200  # steps between validations, each followed by a checkpoint
    seed: int = 0
    devices: int = 1  # that share each step
    batches_per_step: int = 0  # of all devices together; 0: one each, or as the run began
    precision: str = "32"  # of the losses: 32 or, on CUDA, bf16

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise InputError(f"seed must be 0 or more, got {self.seed}")
        if self.batches_per_step < 0:
            raise InputError(f"batches-per-step must be 0 or more, got {self.batches_per_step}")
        if min(self.steps, self.eval_every, self.devices) < 1 or not 0 < self.lr < math.inf:
            raise InputError("steps, eval-every, lr and devices must be positive numbers")

    def lr_factor(self, step: int) -> float:
        """Share of the peak learning rate: linear warm-up, then a half cosine down to 2 %."""
        if step < self.warm_up_steps:
            return (step + 1) / self.warm_up_steps
        share = (step - self.warm_up_steps) / max(1, self.steps - self.warm_up_steps)
        return 0.02 + 0.49 * (1 + float(torch.cos(torch.tensor(torch.pi * min(share, 1.0)))))


class AdversarialLoss(ABC, Generic[Forward]):
    """The losses of a generator and its discriminator.

    The loop takes one step of each per batch, the discriminator's first. Both losses are of what
    `forward` returns, so neither depends on the other having been called.
    """

    discriminator: nn.Module
    discriminator_lr: float = 1.0  # over the generator's

    @abstractmethod
    def forward(self, generator: nn.Module, step: int) -> Forward:
        """A batch by its number, and whatever of the generator's output both losses share."""

    @abstractmethod
    def discriminator_loss(self, generator: nn.Module, forward: Forward) -> Losses:
        """What the discriminator minimises; the generator receives no gradient."""

    @abstractmethod
    def generator_loss(self, generator: nn.Module, forward: Forward) -> Losses:
        """What the generator minimises; the discriminator is not stepped."""


def train(
    net: nn.Module,
    loss: LossFunction | AdversarialLoss[Any],
    validate: Validate,
    folder: Path,
    config: TrainConfig,
    *,
    device: str = "cpu",
    report: ProgressCallback | None = None,
) -> nn.Module:
    """Minimise the sum of the losses of `net`; returns its averaged weights that validated best.

    `folder` receives last.pt (all that is needed to resume), best.pt, log.csv and curves.png; an
    existing last.pt is resumed. A step takes the gradients' mean over `config.batches_per_step`
    batches, which the devices share: the losses are asked for numbers of batches, and the same
    numbers give the same training on any number of devices. The main process validates and writes.
    Raises InputError where `folder` holds the run of another network or version, where the devices
    cannot share the batches, and where no score was a number.
    """
    run = _Run(net, loss, folder, config, device)
    smoothed: dict[str, float] = {}
    start = time.monotonic()
    while run.step < config.steps:
        for name, value in run.train_step().items():
            number = value.item()
            smoothed[name] = 0.95 * smoothed.get(name, number) + 0.05 * number
        due = run.step % config.eval_every == 0 or run.step == config.steps
        if due and run.fabric.is_global_zero:
            row = {**smoothed, **run.validate(validate), "seconds": time.monotonic() - start}
            append_to_log(folder, run.step, row)
            run.save()
            if report is not None:
                report(run.step, config.steps, row)
    return run.load_best()


class _Run:
    """Everything that changes during a training: what a checkpoint holds."""

    def __init__(
        self,
        net: nn.Module,
        loss: LossFunction | AdversarialLoss[Any],
        folder: Path,
        config: TrainConfig,
        device: str,
    ):
        self.fabric = launch_fabric(config.devices, config.precision, device)
        self.net, self.loss, self.folder, self.config = net, loss, folder, config
        self.batches_per_step = config.batches_per_step
        self.step, self.best_score = 0, float("-inf")
        self.modules = {"net": net.to(self.fabric.device)}
        self.optimizers = {"net": _adamw(net, config.lr, 0.9, config.weight_decay)}
        self.average = AveragedModel(net, multi_avg_fn=_ema(config.ema_decay), use_buffers=True)
        self.average.n_averaged += 1  # the initial weights
        rates = {"net": config.lr}
        if isinstance(loss, AdversarialLoss):
            rates["discriminator"] = loss.discriminator_lr * config.lr
            self.modules["discriminator"] = loss.discriminator.to(self.fabric.device)
            self.optimizers["discriminator"] = _adamw(
                loss.discriminator, rates["discriminator"], 0.5, 0.01
            )
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "last.pt").exists():
            self._resume(folder / "last.pt")
        self._share_batches()
        self.schedulers = {}
        for name, optimizer in self.optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = group["initial_lr"] = rates[name]
            self.schedulers[name] = LambdaLR(optimizer, config.lr_factor, self.step - 1)
        for module in self.modules.values():
            for value in module.state_dict().values():
                value.copy_(self.fabric.broadcast(value))

    def _resume(self, path: Path) -> None:
        try:
            stored = torch.load(path, map_location=self.fabric.device, weights_only=True)
        except (RuntimeError, EOFError, UnpicklingError) as error:
            raise InputError(
                f"{path}: is damaged; give another folder, or delete it to train anew"
            ) from error
        if "average" not in stored:
            raise InputError(f"{self.folder}: holds a run of an older version; give another folder")
        try:
            for name, module in self.modules.items():
                module.load_state_dict(stored[name])
                self.optimizers[name].load_state_dict(stored[f"{name} optimizer"])
            self.average.load_state_dict(stored["average"])
        except (KeyError, RuntimeError, ValueError) as error:
            raise InputError(
                f"{self.folder}: holds a run of another network or size; "
                "give another folder, or the settings that this one began with"
            ) from error
        self.step, self.best_score = stored["step"], stored["best score"]
        self.batches_per_step = self.batches_per_step or stored.get("batches per step", 0)

    def _share_batches(self) -> None:
        """Give this process its batches of each step. Raises InputError."""
        world_size = self.fabric.world_size
        count = self.batches_per_step = self.batches_per_step or world_size
        if count % world_size:
            raise InputError(
                f"{self.folder}: {count} batches a step cannot be shared by {world_size} devices; "
                f"give a number of --devices that divides {count}, or other --batches-per-step"
            )
        own = count // world_size
        self.batches = range(self.fabric.global_rank * own, (self.fabric.global_rank + 1) * own)
        steps = self.fabric.all_reduce(torch.tensor(float(self.step), device=self.fabric.device))
        if steps != self.step:
            raise InputError(
                f"{self.folder}: not all processes see its last.pt; give a folder on a disk that "
                "all machines share"
            )

    def save(self) -> None:
        """Write last.pt, which the next call of `train` resumes."""
        state: dict[str, Any] = {
            "average": self.average.state_dict(),
            "step": self.step,
            "best score": self.best_score,
            "batches per step": self.batches_per_step,
        }
        for name, module in self.modules.items():
            state |= {name: module.state_dict()}
            state |= {f"{name} optimizer": self.optimizers[name].state_dict()}
        _save(state, self.folder / "last.pt")

    def train_step(self) -> Losses:
        """One step of the network, after one of its discriminator if there is one."""
        net, loss = self.net.train(), self.loss  # validation leaves modules in eval mode
        numbers = [self.step * self.batches_per_step + batch for batch in self.batches]
        if isinstance(loss, AdversarialLoss):
            forwards = [self._compute(partial(loss.forward, net, number), number)
                        for number in numbers]  # fmt: skip
            sides = {"discriminator": loss.discriminator_loss, "net": loss.generator_loss}
            losses: Losses = {}
            for name, side in sides.items():
                computes = [partial(side, net, forward) for forward in forwards]
                losses = self._minimise(name, computes, numbers) | losses
        else:
            losses = self._minimise(
                "net", [partial(loss, net, number) for number in numbers], numbers
            )
        self.average.update_parameters(net)
        self.step += 1
        return losses

    def _compute(self, compute: Callable[[], T], number: int) -> T:
        """What is computed of a batch, with random numbers that depend on its number alone."""
        torch.manual_seed((self.config.seed << 40) + number)
        with self.fabric.autocast():
            return compute()

    def _minimise(
        self, name: str, computes: Sequence[Callable[[], Losses]], numbers: Sequence[int]
    ) -> Losses:
        """One optimizer step down the sum of some losses, means over the batches of the step."""
        module, optimizer = self.modules[name], self.optimizers[name]
        optimizer.zero_grad(set_to_none=True)
        means: Losses = {}
        for compute, number in zip(computes, numbers, strict=True):
            losses = self._compute(compute, number)
            self.fabric.backward(torch.stack(list(losses.values())).sum() / len(computes))
            for key, value in losses.items():
                means[key] = means.get(key, 0) + value.detach() / len(computes)
        average_gradients(self.fabric, module.parameters())
        nn.utils.clip_grad_norm_(module.parameters(), MAX_GRADIENT_NORM)
        optimizer.step()
        self.schedulers[name].step()
        return average_losses(self.fabric, means)

    def validate(self, validate: Validate) -> dict[str, float]:
        """The metrics of the averaged weights; the best ones are written to best.pt."""
        averaged: nn.Module = self.average.module
        metrics = validate(averaged.eval())
        if metrics["score"] > self.best_score:
            self.best_score = metrics["score"]
            _save(averaged.state_dict(), self.folder / "best.pt")
        return metrics

    def load_best(self) -> nn.Module:
        """The network with the weights that validated best. Raises InputError if none did."""
        self.fabric.barrier()
        path = self.folder / "best.pt"
        if not path.exists():
            raise InputError(
                f"{self.folder}: no validation gave a score that is a number (see log.csv); "
                "train anew in another folder with a smaller lr, or with other validation data"
            )
        best = torch.load(path, map_location=self.fabric.device, weights_only=True)
        self.net.load_state_dict(best)
        return self.net.eval()


def _adamw(
    module: nn.Module, lr: float, momentum: float, weight_decay: float
) -> torch.optim.Optimizer:
    return torch.optim.AdamW(
        module.parameters(), lr=lr, betas=(momentum, 0.99), weight_decay=weight_decay
    )


def _ema(decay: float) -> Callable[[_Tensors, _Tensors, Tensor | int], None]:
    """An exponential moving average for AveragedModel, faster while there are few steps."""

    @torch.no_grad()
    def update(averaged: _Tensors, current: _Tensors, count: Tensor | int) -> None:
        keep = min(decay, int(count) / (int(count) + 9))
        if averaged[0].is_floating_point():
            torch._foreach_lerp_(averaged, current, 1 - keep)
        else:
            torch._foreach_copy_(averaged, current)

    return update


def _save(state: Any, path: Path) -> None:
    packed = io.BytesIO()  # torch's own error on a full disk does not differ from other faults
    torch.save(state, packed)
    with atomic_write(path) as partial_path:
        partial_path.write_bytes(packed.getbuffer())
