"""Training on several devices: they learn as one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
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
from tests.train.shared_run import read_curve, train_curve

ROOT = Path(__file__).resolve().parents[2]

SCRIPT = """
import sys
from pathlib import Path

from tests.train.shared_run import average_opposites, train_curve
from talkinghead.train.distributed import is_main_process, launch_fabric

folder = Path(sys.argv[1])
rank = launch_fabric(2).global_rank
assert is_main_process() == (rank == 0)
average_opposites(folder, rank)
train_curve(folder / "curve", steps=8, devices=2)
"""


@pytest.fixture(scope="module")
def of_two_processes(tmp_path_factory):
    """The folder in which two processes trained two networks."""
    folder = tmp_path_factory.mktemp("run")
    script = folder / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, script, folder]
    result = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert result.returncode == 0, result.stderr
    return folder


def test_two_processes_average_their_gradients_and_write_one_checkpoint(of_two_processes):
    folder = of_two_processes
    first, second = ((folder / f"of_{rank}.txt").read_text().split() for rank in (0, 1))
    assert float(first[0]) == pytest.approx(2, abs=0.05)
    assert first[0] == second[0]
    assert (first[1], second[1]) == ("0", "1")  # batches of their own
    assert first[2] == second[2] == "60"
    assert len((folder / "log.csv").read_text().splitlines()) == 2
    assert sorted(p.name for p in folder.glob("*.pt")) == ["best.pt", "last.pt"]


def test_two_processes_give_the_loss_curve_of_one_with_as_many_batches(of_two_processes, tmp_path):
    train_curve(tmp_path, steps=8, batches=2)
    expected = read_curve(tmp_path)
    np.testing.assert_allclose(read_curve(of_two_processes / "curve"), expected, rtol=1e-5)
    train_curve(tmp_path / "half", steps=8, batches=1)
    assert np.abs(read_curve(tmp_path / "half") / expected - 1).max() > 0.01


def test_a_run_of_two_processes_goes_on_in_one_with_the_same_curve(of_two_processes, tmp_path):
    shutil.copytree(of_two_processes / "curve", tmp_path / "resumed")
    train_curve(tmp_path / "resumed", steps=16)
    train_curve(tmp_path / "whole", steps=8, batches=2)
    train_curve(tmp_path / "whole", steps=16)
    expected = read_curve(tmp_path / "whole")
    assert len(expected) == 16
    np.testing.assert_allclose(read_curve(tmp_path / "resumed"), expected, rtol=1e-5)


def test_batches_that_the_devices_cannot_share_are_refused(tmp_path, monkeypatch):
    class Three:
        world_size, global_rank, device = 3, 0, "cpu"
        broadcast = staticmethod(lambda value: value)

    monkeypatch.setattr("talkinghead.train.loop.launch_fabric", lambda *_: Three())
    with pytest.raises(InputError, match="2 batches a step cannot be shared by 3 devices"):
        train_curve(tmp_path, steps=1, batches=2)


def test_torchrun_says_how_many_processes_there_are(monkeypatch):
    asked = []
    monkeypatch.setattr(distributed, "_launch", lambda *options: asked.append(options))
    monkeypatch.setenv("TORCHELASTIC_RUN_ID", "a")
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    monkeypatch.setenv("GROUP_WORLD_SIZE", "2")
    launch_fabric(1)
    assert asked == [(4, "32", "cpu", 2)]


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
