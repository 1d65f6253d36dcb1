"""The loop resumes where it was killed, and keeps the weights that validated best."""

import contextlib

import torch
from torch import nn

from talkinghead.train.loop import Plan, train


def run(folder, steps, stop_at=None):
    torch.manual_seed(0)
    net = nn.Linear(3, 1)

    def loss(net, step):
        if step == stop_at:
            raise KeyboardInterrupt
        x = torch.randn(8, 3, generator=torch.Generator().manual_seed(step))
        return {"square": (net(x) - x.sum(dim=1, keepdim=True)).pow(2).mean()}

    def validate(net):
        return {"score": -float((net.weight - 1).detach().abs().mean())}

    plan = Plan(steps=steps, rate=0.05, every=10, warm_up=1)
    return train(net, loss, validate, folder, plan)


def test_a_killed_run_ends_like_one_that_was_not(tmp_path):
    whole = run(tmp_path / "whole", 60)
    with contextlib.suppress(KeyboardInterrupt):
        run(tmp_path / "killed", 60, stop_at=35)
    resumed = run(tmp_path / "killed", 60)
    torch.testing.assert_close(resumed.weight, whole.weight)


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
