"""Discriminators of motion learn to tell smooth from rough motion; R1 is the gradient penalty."""

import pytest
import torch

from talkinghead.motion.windows import noise
from talkinghead.train.speaker.discriminators import (
    MotionDiscriminators,
    discriminator_loss,
    generator_loss,
    r1_penalty,
)


def test_discriminators_learn_to_tell_motion_apart():
    torch.manual_seed(0)
    discriminators = MotionDiscriminators(5, 12, 12, width=16)
    content, speaker, condition = torch.zeros(8, 64, 12), torch.zeros(8, 12), torch.ones(8)
    curve = torch.from_numpy(noise(0, 0, 8 * 64, 1)[:, 1:2].reshape(8, 64, 1))
    smooth, rough = curve.repeat(1, 1, 5), torch.randn(8, 64, 5)
    optimizer = torch.optim.Adam(discriminators.parameters(), lr=1e-2)
    for _ in range(25):
        real = smooth.clone().requires_grad_(True)
        scores = discriminators(real, content, speaker, condition)
        fake_scores = discriminators(rough, content, speaker, condition)
        loss = discriminator_loss(scores, fake_scores) + r1_penalty(scores, real)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    real_loss, fake_loss = (
        generator_loss(discriminators(motion, content, speaker, condition)).item()
        for motion in (smooth, rough)
    )
    assert real_loss < 0.7 * fake_loss


def test_the_least_squares_losses_are_zero_for_perfect_scores():
    ones, zeros = [torch.ones(2, 3)], [torch.zeros(2, 3)]
    assert discriminator_loss(ones, zeros) == 0
    assert generator_loss(ones) == 0
    assert generator_loss(zeros) == 1
    assert discriminator_loss(zeros, ones) == 2


def test_r1_is_the_mean_squared_gradient_of_the_scores():
    motion = torch.randn(2, 10, 3, requires_grad=True)
    scores = [4.0 * motion.sum(dim=2)]  # mean over time: a gradient of 4 / 10 for every value
    assert r1_penalty(scores, motion).item() == pytest.approx(30 * 0.4**2 * 10 / 100)


def test_short_sequences_have_no_posture_to_judge():
    discriminators = MotionDiscriminators(5, 12, 12, width=16)
    counts = [
        len(discriminators(torch.zeros(1, t, 5), torch.zeros(1, t, 12), torch.zeros(1, 12),
                           torch.ones(1)))
        for t in (63, 64)
    ]  # fmt: skip
    assert counts == [2, 3]
