"""Several devices that share each step of a training, with Lightning Fabric.

Fabric starts the processes and gives each its device. Gradients are averaged here, since the
losses call other methods of the networks than `forward`, the only one that Fabric wraps.
"""

import logging
import os
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn

from talkinghead.errors import InputError

if TYPE_CHECKING:
    from lightning_fabric import Fabric

PRECISIONS: Final = {"32": "32-true", "bf16": "bf16-mixed"}  # ours -> Fabric's


def launch_fabric(devices: int = 1, precision: str = "32", device: str = "cpu") -> "Fabric":
    """The process group of a training; the first call starts the other processes.

    Each of them runs the command line of this process. Under torchrun the processes are those
    that it started, on one machine or several, and `devices` counts for nothing. `device` is `cpu`
    or `cuda`, with or without an index; bf16 needs CUDA. Raises InputError for devices or a
    precision that this machine does not have.
    """
    kind = torch.device(device).type
    if precision not in PRECISIONS:
        raise InputError(f"precision must be one of {', '.join(PRECISIONS)}, got {precision}")
    if precision == "bf16" and kind != "cuda":
        raise InputError(f"bf16 is for cuda; on {kind} train with --precision 32")
    nodes = 1
    if "TORCHELASTIC_RUN_ID" in os.environ:
        devices, nodes = int(os.environ["LOCAL_WORLD_SIZE"]), int(os.environ["GROUP_WORLD_SIZE"])
    if kind == "cuda" and devices > torch.cuda.device_count():
        raise InputError(f"{devices} devices asked for; there are {torch.cuda.device_count()}")
    return _launch(devices, precision, kind, nodes)


@cache
def _launch(devices: int, precision: str, kind: str, nodes: int = 1) -> "Fabric":
    try:
        from lightning_fabric import Fabric
    except ImportError as error:
        raise InputError(
            "lightning-fabric is not installed, and training runs on it; "
            "pip install 'talkinghead[train]'"
        ) from error
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    strategy = "auto" if devices * nodes == 1 else "ddp"
    fabric = Fabric(
        accelerator=kind, devices=devices, num_nodes=nodes, strategy=strategy,
        precision=PRECISIONS[precision],  # type: ignore[arg-type]
    )  # fmt: skip
    fabric.launch()
    return fabric


def is_main_process() -> bool:
    """Whether this is the process that validates and writes files."""
    group = torch.distributed
    return not (group.is_available() and group.is_initialized()) or group.get_rank() == 0


def average_losses(fabric: "Fabric", losses: dict[str, Tensor]) -> dict[str, Tensor]:
    """The mean of each loss over all processes."""
    if fabric.world_size == 1:
        return losses
    mean = fabric.all_reduce(torch.stack([value.float() for value in losses.values()]))
    assert isinstance(mean, Tensor)
    return dict(zip(losses, mean, strict=True))


def average_gradients(fabric: "Fabric", parameters: Iterable[nn.Parameter]) -> None:
    """Replace each gradient by its mean over all processes, in one message."""
    if fabric.world_size == 1:
        return
    trained = [p for p in parameters if p.requires_grad]
    gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in trained]
    mean = fabric.all_reduce(torch.cat([gradient.flatten() for gradient in gradients]))
    assert isinstance(mean, Tensor)
    parts = torch.split(mean, [p.numel() for p in trained])
    for parameter, part in zip(trained, parts, strict=True):
        parameter.grad = part.view_as(parameter)
