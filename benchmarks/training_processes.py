"""Loss curves of one training on one process, on several, and on two nodes of torchrun.

    python benchmarks/training_processes.py [--steps 40] [--width 512]

A network with dropout learns from four batches a step, by the loop of every training here. Prints
the largest relative difference of its losses from those of one process, and seconds a step.
"""

import argparse
import csv
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

BATCHES = 4  # a step, over all processes


def train_here(folder: Path, steps: int, width: int, devices: int) -> None:
    """Train, or go on, in this process and those that it starts or belongs to."""
    import torch
    from torch import Tensor, nn

    from talkinghead.train.loop import TrainConfig, train

    torch.manual_seed(0)
    hidden = [layer for _ in range(4) for layer in
              (nn.Linear(width, width), nn.GELU(), nn.Dropout(0.2))]  # fmt: skip
    net = nn.Sequential(nn.Linear(64, width), *hidden, nn.Linear(width, 64))

    def loss(net: nn.Module, number: int) -> dict[str, Tensor]:
        rng = np.random.default_rng([7, number])
        x = torch.from_numpy(rng.normal(size=(256, 64)).astype(np.float32))
        return {"square": (net(x) - x.cumsum(dim=1).tanh()).square().mean()}

    config = TrainConfig(
        steps, lr=1e-3, warm_up_steps=5, eval_every=1, devices=devices, batches_per_step=BATCHES
    )
    train(net, loss, lambda net: {"score": 0.0}, folder, config)


def run(folder: Path, args: argparse.Namespace, steps: int, devices: int, nodes: int) -> float:
    """Train in new processes, under torchrun on some `nodes`; returns the seconds it took."""
    words = [__file__, "--folder", str(folder), "--steps", str(steps)]
    words += ["--width", str(args.width), "--devices", str(devices)]
    commands = [[sys.executable, *words]]
    if nodes:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--nnodes", str(nodes)]
        torchrun += ["--nproc-per-node", str(devices), "--master-addr", "127.0.0.1"]
        commands = [
            [*torchrun, "--master-port", str(port), "--node-rank", str(rank), *words]
            for rank in range(nodes)
        ]
    began = time.monotonic()
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    processes = [subprocess.Popen(command, env=environment) for command in commands]
    if any(process.wait() for process in processes):
        raise SystemExit(f"{commands[0]} failed")
    return time.monotonic() - began


def curve(folder: Path) -> np.ndarray:
    """The losses in the log of a training."""
    with (folder / "log.csv").open() as file:
        return np.array([float(row["square"]) for row in csv.DictReader(file)])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--width", type=int, default=512)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--devices", type=int, default=1, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.folder:
        train_here(args.folder, args.steps, args.width, args.devices)
        return
    half = args.steps // 2
    with tempfile.TemporaryDirectory() as name:
        rows: dict[str, list[tuple[int, int, int]]] = {  # steps, devices, nodes
            "one process": [(args.steps, 1, 0)],
            "--devices 2": [(args.steps, 2, 0)],
            "torchrun, 2 nodes of 1": [(args.steps, 1, 2)],
            "torchrun, 2 nodes of 2": [(args.steps, 2, 2)],
            "one process, in two parts": [(half, 1, 0), (args.steps, 1, 0)],
            "--devices 2, then one process": [(half, 2, 0), (args.steps, 1, 0)],
            "one process, then 2 nodes of 2": [(half, 1, 0), (args.steps, 2, 2)],
        }
        for label, parts in rows.items():
            folder = Path(name) / label.replace(" ", "_")
            seconds = sum(run(folder, args, steps, *where) for steps, *where in parts)
            # A run in parts has a schedule of the learning rate for each.
            compared = "one process, in two parts" if len(parts) == 2 else "one process"
            losses, expected = curve(folder), curve(Path(name) / compared.replace(" ", "_"))
            worst = float(np.abs(losses / expected - 1).max())
            print(f"{label:32} last loss {losses[-1]:.6f}, largest difference {worst:.1e}, "
                  f"{seconds:.0f} s", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
