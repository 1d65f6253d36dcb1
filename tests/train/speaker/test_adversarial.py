"""The speaker branch's adversarial loss: each side's gradients, in any order."""

import pytest
import torch

from talkinghead.models.speaker_branch import SpeakerBranch
from talkinghead.train.speaker.adversarial import SpeakerAdversarialLoss
from talkinghead.train.speaker.batches import SpeakerBatches
from talkinghead.train.speaker.motion_statistics import initialize_statistics
from tests.train.examples import SPEAKER_SIZE, recordings


@pytest.fixture
def net():
    torch.manual_seed(0)
    net = SpeakerBranch(SPEAKER_SIZE)
    initialize_statistics(net, recordings())
    return net.train()


@pytest.fixture
def loss(net):
    batches = SpeakerBatches(recordings(), SPEAKER_SIZE.stride, 4)
    return SpeakerAdversarialLoss(net, batches, "cpu", 0)


def test_the_discriminator_s_loss_does_not_train_the_branch(net, loss):
    losses = loss.discriminator_loss(net, loss.forward(net, 0))
    assert losses.keys() == {"discriminator", "r1"}
    torch.stack(list(losses.values())).sum().backward()
    assert all(p.grad is None for p in net.parameters())
    assert any(p.grad is not None for p in loss.discriminator.parameters())


def test_the_generator_s_losses_reach_the_branch_but_not_its_measured_style(net, loss):
    losses = loss.generator_loss(net, loss.forward(net, 0))
    assert {"landmark", "pose", "statistics", "mean_pose", "adversarial"} <= losses.keys()
    torch.stack(list(losses.values())).sum().backward()
    assert net.motion_head.weight.grad.abs().sum() > 0
    assert all(p.grad is None for p in net.style_head.parameters())


def test_the_same_step_gives_the_same_batch_and_noise(net, loss):
    first, again = loss.forward(net, 2), loss.forward(net, 2)
    torch.testing.assert_close(first.noise, again.noise)
    torch.testing.assert_close(first.real, again.real)
    assert len(first.noise) == int(first.batch.has_speech.sum())


def test_the_losses_of_a_step_do_not_depend_on_their_order(net, loss):
    forward = loss.forward(net.eval(), 1)
    loss.discriminator.eval()

    def generator_losses():
        torch.manual_seed(7)
        return loss.generator_loss(net, forward)

    first = generator_losses()
    loss.discriminator_loss(net, forward)
    torch.testing.assert_close(first, generator_losses())
