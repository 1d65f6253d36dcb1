"""Discriminators learn to tell true crops from others, and their losses are the hinge losses."""

import pytest
import torch

from talkinghead.models.translator import LIPS, PORTRAIT
from talkinghead.train.data.frame_pairs import RUN_FRAMES
from talkinghead.train.translator.batches import all_pairs, build_batch
from talkinghead.train.translator.discriminators import (
    LIP_CHANNELS,
    ImageDiscriminator,
    SequenceDiscriminator,
    discriminator_loss,
    feature_matching_loss,
    generator_loss,
)
from tests.train.examples import CROP_SIDE, frame_pairs


def test_the_hinge_losses_are_means_within_the_mask():
    mask = torch.tensor([[1.0, 0.0], [0.0, 0.0]]).reshape(1, 1, 2, 2)
    real = torch.tensor([[0.5, -9.0], [-9.0, -9.0]]).reshape(1, 1, 2, 2)
    fake = torch.tensor([[0.25, 9.0], [9.0, 9.0]]).reshape(1, 1, 2, 2)
    assert discriminator_loss(real, fake, mask) == pytest.approx(0.5 + 1.25)
    assert generator_loss(fake, mask) == pytest.approx(-0.25)
    certain = torch.full_like(real, 2.0)
    assert discriminator_loss(certain, -certain, mask) == 0


def test_an_image_discriminator_learns_to_tell_true_crops_from_warped_ones(rng):
    torch.manual_seed(0)
    batch = build_batch(all_pairs([frame_pairs(rng)]), CROP_SIDE)
    discriminator = ImageDiscriminator(4)
    condition = torch.cat([batch.inputs[:, PORTRAIT], batch.inputs[:, LIPS]], dim=1)
    optimizer = torch.optim.Adam(discriminator.parameters(), 3e-3)

    def scored():
        return discriminator(batch.truth, condition), discriminator(batch.warped, condition)

    (real, _), (fake, features) = scored()
    before = discriminator_loss(real, fake, batch.recolor).item()
    for _ in range(16):
        (real, _), (fake, _) = scored()
        loss = discriminator_loss(real, fake, batch.recolor)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    (real, real_features), (fake, fake_features) = scored()
    assert discriminator_loss(real, fake, batch.recolor).item() < 0.8 * before
    assert generator_loss(real, batch.recolor) < generator_loss(fake, batch.recolor)
    own = feature_matching_loss(real_features, real_features, batch.recolor)
    other = feature_matching_loss(fake_features, real_features, batch.recolor)
    assert own == 0 < other
    assert len(features) == 4


def test_a_sequence_discriminator_sees_flicker():
    torch.manual_seed(0)
    discriminator = SequenceDiscriminator(RUN_FRAMES, 6)
    still = torch.rand(4, 1, 3, 16, 16).expand(-1, RUN_FRAMES, -1, -1, -1)
    flicker = still + 0.1 * (torch.arange(RUN_FRAMES) % 2)[:, None, None, None]
    lips, portrait = torch.zeros(4, RUN_FRAMES, LIP_CHANNELS, 16, 16), still[:, 0]
    everywhere = torch.ones(4, 1, 16, 16)
    optimizer = torch.optim.Adam(discriminator.parameters(), 1e-2)
    losses = []
    for _ in range(12):
        real, fake = (discriminator(run, lips, portrait)[0] for run in (still, flicker))
        loss = discriminator_loss(real, fake, everywhere)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert losses[-1] < 0.7 * losses[0]
