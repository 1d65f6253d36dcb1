"""The loop resumes where it was killed, and keeps the weights that validated best."""

import contextlib

import pytest
import torch
from torch import nn

from talkinghead.errors import InputError, OutputError
from talkinghead.train.loop import Plan, train


def run(folder, steps, *, stop_at=None, inputs=3, score=None, asked=None):
    """Train a line to sum; `asked` collects the steps that its loss is asked for."""
    torch.manual_seed(0)
    net = nn.Linear(inputs, 1)

    def loss(net, step):
        if step == stop_at:
            raise KeyboardInterrupt
        if asked is not None:
            asked.append(step)
        x = torch.randn(8, inputs)  # of the chance that a checkpoint keeps
        return {"square": (net(x) - x.sum(dim=1, keepdim=True)).pow(2).mean()}

    def validate(net):
        return {"score": score or -float((net.weight - 1).detach().abs().mean())}

    plan = Plan(steps=steps, rate=0.05, every=10, warm_up=1)
    return train(net, loss, validate, folder, plan)


def test_a_killed_run_ends_like_one_that_was_not(tmp_path):
    whole = run(tmp_path / "whole", 60)
    with contextlib.suppress(KeyboardInterrupt):
        run(tmp_path / "killed", 60, stop_at=35)
    asked = []
    resumed = run(tmp_path / "killed", 60, asked=asked)
    assert asked == list(range(30, 60))
    torch.testing.assert_close(resumed.weight, whole.weight, rtol=0, atol=0)


def test_a_run_of_another_size_is_refused(tmp_path):
    run(tmp_path, 1)
    with pytest.raises(InputError, match="another network or size; give another folder"):
        run(tmp_path, 2, inputs=4)


def test_scores_that_are_no_numbers_are_told_of(tmp_path):
    with pytest.raises(InputError, match="no validation gave a score that is a number"):
        run(tmp_path, 20, score=float("nan"))


def test_a_full_disk_is_told_with_its_file_and_leaves_the_last_checkpoint(tmp_path, full_disk):
    run(tmp_path, 10)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with full_disk, pytest.raises(OutputError, match=r"\.pt: cannot be written"):
        run(tmp_path, 20)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    run(tmp_path, 20)


def test_a_damaged_checkpoint_is_named(tmp_path):
    run(tmp_path, 1)
    for damaged in (b"", b"x" * 99, (tmp_path / "last.pt").read_bytes()[:900]):
        (tmp_path / "last.pt").write_bytes(damaged)
        with pytest.raises(InputError, match=r"last\.pt: is damaged"):
            run(tmp_path, 2)


@pytest.mark.parametrize("rate", [0.0, float("nan"), float("inf")])
def test_a_rate_is_a_positive_number(rate):
    with pytest.raises(InputError, match="rate"):
        Plan(rate=rate)


def test_a_seed_is_not_negative():
    with pytest.raises(InputError, match="seed must be 0 or more"):
        Plan(seed=-1)


def test_it_learns_and_leaves_curves(tmp_path):
    net = run(tmp_path, 200)
    assert (net.weight - 1).abs().max() < 0.1
    assert (tmp_path / "curves.png").stat().st_size > 1000
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert rows[0].startswith("step,square,score")
    assert len(rows) == 21


def test_the_rate_warms_up_and_comes_down():
    plan = Plan(steps=100, warm_up=10)
    factors = [plan.factor(step) for step in range(100)]
    assert factors[0] < factors[5] < factors[9] == 1
    assert factors[10:] == sorted(factors[10:], reverse=True)
    assert factors[-1] < 0.05
