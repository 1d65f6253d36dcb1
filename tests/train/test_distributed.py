"""Training on several devices: they learn as one."""

import subprocess
import sys

import pytest
import torch
from lightning_fabric import Fabric

from talkinghead.errors import InputError
from talkinghead.train import distributed
from talkinghead.train.distributed import (
    PRECISIONS,
    average_gradients,
    is_main_process,
    launch_fabric,
)
from talkinghead.train.loop import TrainConfig

SCRIPT = """
import sys
from pathlib import Path

import torch
from torch import nn

from talkinghead.train.distributed import is_main_process, launch_fabric
from talkinghead.train.loop import TrainConfig, train

folder = Path(sys.argv[1])
rank = launch_fabric(2).global_rank
assert is_main_process() == (rank == 0)
torch.manual_seed(rank)  # of weights that differ, the main process's are taken
net = nn.Linear(1, 1, bias=False)
steps = []


def loss(net, step):
    steps.append(step)
    # The two want weights of 1 and 3: together they want 2.
    return {"off": (net.weight - (1 + 2 * rank)).square().sum()}


def validate(net):
    return {"score": -abs(net.weight.item() - 2)}


config = TrainConfig(
    60, lr=0.2, warm_up_steps=1, ema_decay=0.5, eval_every=60, devices=2
)
train(net, loss, validate, folder, config)
(folder / f"of_{rank}.txt").write_text(f"{net.weight.item()} {steps[0]} {len(steps)}")
"""


def test_two_processes_average_their_gradients_and_write_one_checkpoint(tmp_path):
    script, folder = tmp_path / "script.py", tmp_path / "run"
    script.write_text(SCRIPT)
    result = subprocess.run([sys.executable, script, folder], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    first, second = ((folder / f"of_{rank}.txt").read_text().split() for rank in (0, 1))
    assert float(first[0]) == pytest.approx(2, abs=0.05)
    assert first[0] == second[0]
    assert first[1] != second[1]  # batches of their own
    assert first[2] == second[2] == "60"
    assert len((folder / "log.csv").read_text().splitlines()) == 2
    assert sorted(p.name for p in folder.glob("*.pt")) == ["best.pt", "last.pt"]


def test_a_single_process_is_the_main_one_and_has_nothing_to_average():
    fabric = launch_fabric()
    assert launch_fabric(1, "32", "cpu:0") is fabric  # launched once, whatever the device is called
    assert (fabric.global_rank, fabric.world_size) == (0, 1)
    assert is_main_process()
    weight = torch.nn.Parameter(torch.ones(2))
    average_gradients(fabric, [weight])
    assert weight.grad is None


def test_half_precision_is_for_gpus():
    with pytest.raises(InputError, match="cuda"):
        launch_fabric(1, "bf16", "cpu")
    with pytest.raises(InputError, match="precision"):
        launch_fabric(1, "16", "cpu")
    with pytest.raises(InputError, match="devices"):
        TrainConfig(devices=0)


@pytest.mark.parametrize(("precision", "dtype"), [("bf16", torch.bfloat16), ("32", torch.float32)])
def test_losses_are_computed_in_the_given_precision(precision, dtype):
    fabric = Fabric(accelerator="cpu", devices=1, precision=PRECISIONS[precision])
    with fabric.autocast():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == dtype


def test_without_fabric_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "lightning_fabric", None)
    with pytest.raises(InputError, match=r"pip install 'talkinghead\[train\]'"):
        distributed._launch.__wrapped__(1, "32", "cpu")
