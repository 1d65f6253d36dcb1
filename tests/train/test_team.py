"""Laws of trainings on several devices: they learn as one."""

import subprocess
import sys

import pytest
import torch

from talkinghead.errors import InputError
from talkinghead.train.loop import Plan
from talkinghead.train.team import Team, team

SCRIPT = """
import sys
from pathlib import Path

import torch
from torch import nn

from talkinghead.train.loop import Plan, train
from talkinghead.train.team import team

folder = Path(sys.argv[1])
mine = team(2)
torch.manual_seed(mine.rank)  # of weights that differ, the first process's are taken
net = nn.Linear(1, 1, bias=False)
asked = []


def loss(net, step):
    asked.append(step)
    # The two want weights of 1 and 3: together they want 2.
    return {"off": (net.weight - (1 + 2 * mine.rank)).square().sum()}


def validate(net):
    return {"score": -abs(net.weight.item() - 2)}


train(net, loss, validate, folder, Plan(60, rate=0.2, warm_up=1, average=0.5, every=60, devices=2))
(folder / f"of_{mine.rank}.txt").write_text(f"{net.weight.item()} {asked[0]} {len(asked)}")
"""


def test_two_processes_average_their_gradients_and_write_one_checkpoint(tmp_path):
    script, folder = tmp_path / "script.py", tmp_path / "run"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, script, folder], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    first, second = ((folder / f"of_{rank}.txt").read_text().split() for rank in (0, 1))
    assert float(first[0]) == pytest.approx(2, abs=0.05)
    assert first[0] == second[0]
    assert first[1] != second[1]  # batches of their own
    assert first[2] == second[2] == "60"
    assert len((folder / "log.csv").read_text().splitlines()) == 2
    assert sorted(p.name for p in folder.glob("*.pt")) == ["best.pt", "last.pt"]


def test_one_device_is_alone():
    alone = team()
    assert (alone.rank, alone.size, alone.turn(7)) == (0, 1, 7)
    weight = torch.nn.Parameter(torch.ones(2))
    alone.average([weight])
    assert weight.grad is None


def test_half_precision_is_for_gpus():
    with pytest.raises(InputError, match="cuda"):
        team(1, "bf16", "cpu")
    with pytest.raises(InputError, match="precision"):
        team(1, "16", "cpu")
    with pytest.raises(InputError, match="devices"):
        Plan(devices=0)


def test_losses_of_half_precision_are_rounded():
    rounded = Team("cpu", "bf16")
    with rounded.rounded():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.bfloat16
    with Team("cpu").rounded():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32
