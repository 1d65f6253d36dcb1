"""Several devices that share each step of a training: who one is, and what all say together.

Lightning Fabric starts the processes and gives each its device; gradients are averaged here, so
that losses may call their networks as they like.
"""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn

from talkinghead.errors import InputError

if TYPE_CHECKING:
    from lightning_fabric import Fabric

PRECISIONS: Final = ("32", "bf16")
_APART: Final = 10_000_000  # steps between the batches of one process and those of the next


class Team:
    """One process of a training, of which there may be several."""

    def __init__(self, device: str, precision: str = "32", fabric: "Fabric | None" = None):
        self._fabric, self._half = fabric, precision == "bf16"
        self.rank = 0 if fabric is None else fabric.global_rank
        self.size = 1 if fabric is None else fabric.world_size
        self.device = device if fabric is None else str(fabric.device)

    def turn(self, step: int) -> int:
        """The step whose batch this process works on while all are at `step`."""
        return step + self.rank * _APART

    def rounded(self) -> AbstractContextManager[object]:
        """In which losses are worked out: in bfloat16, where that was asked for."""
        if not self._half:
            return nullcontext()
        return torch.autocast(torch.device(self.device).type, torch.bfloat16)

    def agree(self, nets: Iterable[nn.Module]) -> None:
        """Begin from the same weights: those of the first process."""
        if self._fabric is not None:
            for net in nets:
                for value in net.state_dict().values():
                    value.copy_(self._fabric.broadcast(value))

    def average(self, parameters: Iterable[nn.Parameter]) -> None:
        """Of each gradient the mean over all processes, in one message."""
        if self._fabric is None:
            return
        known = [p for p in parameters if p.requires_grad]
        parts = [torch.zeros_like(p) if p.grad is None else p.grad for p in known]
        mean = self._fabric.all_reduce(torch.cat([part.flatten() for part in parts]))
        assert isinstance(mean, Tensor)
        sizes = [p.numel() for p in known]
        for one, part in zip(known, torch.split(mean, sizes), strict=True):
            one.grad = part.view_as(one)

    @contextmanager
    def kept(self, path: Path) -> Iterator[Path]:
        """Where this process writes what all make and only the first is to leave: `path`, there."""
        if self.rank == 0:
            yield path
        else:
            with TemporaryDirectory() as aside:
                yield Path(aside) / path.name

    def wait(self) -> None:
        """Until all are here."""
        if self._fabric is not None:
            self._fabric.barrier()


@cache
def team(devices: int = 1, precision: str = "32", device: str = "cpu") -> Team:
    """The team this process belongs to; the first call starts the others with its own command.

    `device` is `cpu` or `cuda`, bf16 is for the latter. Raises InputError for what cannot be had.
    """
    kind = torch.device(device).type
    if precision not in PRECISIONS:
        raise InputError(f"precision must be one of {', '.join(PRECISIONS)}, got {precision}")
    if precision == "bf16" and kind != "cuda":
        raise InputError(f"bf16 is for cuda; on {kind} train with --precision 32")
    if kind == "cuda" and devices > torch.cuda.device_count():
        raise InputError(f"{devices} devices asked for; there are {torch.cuda.device_count()}")
    if devices == 1:
        return Team(device, precision)
    try:
        from lightning_fabric import Fabric
    except ImportError as error:
        raise InputError(
            "several devices need lightning-fabric: pip install -r requirements-dev.txt"
        ) from error
    fabric = Fabric(accelerator=kind, devices=devices, strategy="ddp")
    fabric.launch()
    return Team(device, precision, fabric)
