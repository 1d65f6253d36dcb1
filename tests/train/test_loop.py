"""The loop resumes where it was killed, clips gradients, and keeps the best weights."""

import contextlib

import pytest
import torch
from torch import nn

from talkinghead.errors import InputError, OutputError
from talkinghead.train.loop import MAX_GRADIENT_NORM, AdversarialLoss, TrainConfig, train


def run(folder, steps, *, stop_at=None, inputs=3, score=None, seen_steps=None):
    """Train a linear layer to sum its inputs; `seen_steps` collects the steps of its loss."""
    torch.manual_seed(0)
    net = nn.Linear(inputs, 1)

    def loss(net, step):
        if step == stop_at:
            raise KeyboardInterrupt
        if seen_steps is not None:
            seen_steps.append(step)
        x = torch.randn(8, inputs)  # from the generator whose state a checkpoint keeps
        return {"square": (net(x) - x.sum(dim=1, keepdim=True)).pow(2).mean()}

    def validate(net):
        return {"score": score or -float((net.weight - 1).detach().abs().mean())}

    config = TrainConfig(steps=steps, lr=0.05, eval_every=10, warm_up_steps=1)
    return train(net, loss, validate, folder, config)


def test_a_killed_run_ends_like_one_that_was_not(tmp_path):
    whole = run(tmp_path / "whole", 60)
    with contextlib.suppress(KeyboardInterrupt):
        run(tmp_path / "killed", 60, stop_at=35)
    seen_steps = []
    resumed = run(tmp_path / "killed", 60, seen_steps=seen_steps)
    assert seen_steps == list(range(30, 60))
    torch.testing.assert_close(resumed.weight, whole.weight, rtol=0, atol=0)


def test_a_run_of_another_size_is_refused(tmp_path):
    run(tmp_path, 1)
    with pytest.raises(InputError, match="another network or size; give another folder"):
        run(tmp_path, 2, inputs=4)


def test_a_run_of_an_older_version_is_refused(tmp_path):
    torch.save({"net": {}, "adam": {}, "mean": {}, "step": 3}, tmp_path / "last.pt")
    with pytest.raises(InputError, match="older version; give another folder"):
        run(tmp_path, 2)


def test_scores_that_are_not_numbers_are_reported(tmp_path):
    with pytest.raises(InputError, match="no validation gave a score that is a number"):
        run(tmp_path, 20, score=float("nan"))


def test_a_full_disk_is_reported_with_its_file_and_leaves_the_last_checkpoint(tmp_path, full_disk):
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


@pytest.mark.parametrize("lr", [0.0, float("nan"), float("inf")])
def test_a_learning_rate_is_a_positive_number(lr):
    with pytest.raises(InputError, match="lr"):
        TrainConfig(lr=lr)


def test_a_seed_is_not_negative():
    with pytest.raises(InputError, match="seed must be 0 or more"):
        TrainConfig(seed=-1)


def test_it_learns_and_leaves_curves(tmp_path):
    net = run(tmp_path, 200)
    assert (net.weight - 1).abs().max() < 0.1
    assert (tmp_path / "curves.png").stat().st_size > 1000
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert rows[0].startswith("step,square,score")
    assert len(rows) == 21


def test_the_learning_rate_warms_up_and_comes_down():
    config = TrainConfig(steps=100, warm_up_steps=10)
    factors = [config.lr_factor(step) for step in range(100)]
    assert factors[0] < factors[5] < factors[9] == 1
    assert factors[10:] == sorted(factors[10:], reverse=True)
    assert factors[-1] < 0.05


def test_each_step_has_the_learning_rate_of_the_schedule_also_after_a_resume(tmp_path, monkeypatch):
    rates = []
    step = torch.optim.AdamW.step

    def recorded(optimizer, *args, **kwargs):
        rates.append(optimizer.param_groups[0]["lr"])
        return step(optimizer, *args, **kwargs)

    monkeypatch.setattr(torch.optim.AdamW, "step", recorded)
    run(tmp_path, 4)
    run(tmp_path, 20)
    short, long = (
        TrainConfig(steps=steps, lr=0.05, eval_every=10, warm_up_steps=1) for steps in (4, 20)
    )
    expected = [0.05 * short.lr_factor(i) for i in range(4)]
    expected += [0.05 * long.lr_factor(i) for i in range(4, 20)]
    assert rates == pytest.approx(expected)


def constant_loss(scale):
    """A loss whose gradient has the same large norm at every step."""
    return lambda net, step: {"sum": scale * net.weight.sum()}


@pytest.mark.parametrize("scale", [1000.0, 0.1])
def test_gradients_are_clipped_to_a_norm(tmp_path, scale):
    net = nn.Linear(4, 1, bias=False)
    config = TrainConfig(steps=1, eval_every=1)
    train(net, constant_loss(scale), lambda n: {"score": 1.0}, tmp_path, config)
    norm = float(net.weight.grad.norm())  # left by the last step
    assert norm == pytest.approx(min(2 * scale, MAX_GRADIENT_NORM), rel=1e-4)


def test_the_averaged_weights_are_those_validated_and_they_follow_the_formula(tmp_path):
    net = nn.Linear(1, 1, bias=False)
    nn.init.ones_(net.weight)
    weights, validated = [], []

    def loss(net, step):
        weights.append(net.weight.item())
        return {"square": net.weight.square().sum()}

    def validate(net):
        validated.append(net.weight.item())
        return {"score": 0.0}

    config = TrainConfig(steps=5, lr=0.1, eval_every=1, warm_up_steps=1, ema_decay=0.4)
    train(net, loss, validate, tmp_path, config)
    average = weights[0]
    for count, current in enumerate(weights[1:], 1):
        keep = min(0.4, count / (count + 9))
        average = keep * average + (1 - keep) * current
        assert validated[count - 1] == pytest.approx(average, rel=1e-5)


class ToyAdversarialLoss(AdversarialLoss[torch.Tensor]):
    """The generator moves to where the discriminator's weight points."""

    discriminator_lr = 2.0

    def __init__(self):
        self.discriminator = nn.Linear(1, 1)
        self.calls = []

    def forward(self, generator, step):
        self.calls.append(("forward", step))
        return generator.weight * 1.0

    def discriminator_loss(self, generator, forward):
        self.calls.append(("discriminator", 0))
        return {"discriminator": 100 * self.discriminator(forward.detach()).square().sum()}

    def generator_loss(self, generator, forward):
        self.calls.append(("generator", 0))
        return {"generator": self.discriminator(forward).sum()}


def test_each_batch_is_generated_once_for_a_step_of_either_side(tmp_path):
    torch.manual_seed(0)
    net, loss = nn.Linear(1, 1, bias=False), ToyAdversarialLoss()
    before = [p.detach().clone() for p in (net.weight, loss.discriminator.weight)]
    config = TrainConfig(steps=3, lr=0.1, eval_every=3)
    train(net, loss, lambda n: {"score": 1.0}, tmp_path, config)
    expected = []
    for step in range(3):
        expected += [("forward", step), ("discriminator", 0), ("generator", 0)]
    assert loss.calls == expected
    assert net.weight != before[0]
    assert loss.discriminator.weight != before[1]
    header = (tmp_path / "log.csv").read_text().splitlines()[0]
    assert header.startswith("step,generator,discriminator,score")


def test_a_discriminator_s_gradients_are_clipped_and_it_is_resumed(tmp_path):
    loss = ToyAdversarialLoss()
    config = TrainConfig(steps=2, lr=0.1, eval_every=1)
    norms = []
    clip = nn.utils.clip_grad_norm_

    def recorded(parameters, limit):
        parameters = list(parameters)
        total = clip(parameters, limit)
        norms.append(float(torch.stack([p.grad.norm() for p in parameters]).norm()))
        return total

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nn.utils, "clip_grad_norm_", recorded)
        train(nn.Linear(1, 1, bias=False), loss, lambda n: {"score": 1.0}, tmp_path, config)
    assert max(norms) <= MAX_GRADIENT_NORM + 1e-4
    again = ToyAdversarialLoss()
    train(nn.Linear(1, 1, bias=False), again, lambda n: {"score": 1.0}, tmp_path, config)
    assert again.calls == []
    torch.testing.assert_close(again.discriminator.weight, loss.discriminator.weight)
