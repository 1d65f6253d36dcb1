"""The translator's adversarial loss: which losses apply to which batch, in any order."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from talkinghead.models.mel import MEL_BANDS
from talkinghead.models.syncnet import MEL_WINDOW, SyncNet, SyncNetSize
from talkinghead.models.translator import Translator, TranslatorSize
from talkinghead.train.translator.adversarial import TranslatorAdversarialLoss
from talkinghead.train.translator.batches import (
    FramePairBatches,
    RunBatches,
    all_pairs,
    all_runs,
)
from tests.train.examples import CROP_SIDE, frame_pairs, frame_runs

RECONSTRUCTION = {"log_mse", "color", "gradient", "contrast", "tones", "flow"}
IMAGE = {"adversarial", "features"}
SEQUENCE = {"sequence", "sequence_features", "temporal"}


@pytest.fixture
def net():
    torch.manual_seed(0)
    return Translator(TranslatorSize(CROP_SIDE, 4))


@pytest.fixture
def make_loss(rng):
    def make(mel):
        syncnet = SyncNet(SyncNetSize(16, 2, 2, 8)).eval().requires_grad_(False)
        runs = all_runs([replace(frame_runs(rng), mel=mel)])
        return TranslatorAdversarialLoss(
            FramePairBatches(all_pairs([frame_pairs(rng)]), CROP_SIDE, size=3),
            RunBatches(runs, CROP_SIDE, size=2),
            syncnet,
        )

    return make


@pytest.fixture
def mel():
    shape = (2, MEL_WINDOW, MEL_BANDS)
    return np.random.default_rng(0).normal(size=shape).astype(np.float16)


def test_a_step_of_frame_pairs_has_no_losses_of_runs(net, make_loss, mel):
    loss = make_loss(mel)
    forward = loss.forward(net, 0)
    assert loss.discriminator_loss(net, forward).keys() == {"discriminator"}
    assert loss.generator_loss(net, forward).keys() == RECONSTRUCTION | IMAGE


def test_a_step_of_runs_has_all_losses_and_they_reach_every_parameter(net, make_loss, mel):
    loss = make_loss(mel)
    forward = loss.forward(net, 1)
    discriminator = loss.discriminator_loss(net, forward)
    assert discriminator.keys() == {"discriminator", "sequence_discriminator"}
    losses = loss.generator_loss(net, forward)
    assert losses.keys() == RECONSTRUCTION | IMAGE | SEQUENCE | {"sync"}
    torch.stack(list(losses.values())).sum().backward()
    assert all(p.grad is not None for p in net.parameters())


def test_runs_without_sound_have_no_sync_loss(net, make_loss, mel):
    loss = make_loss(np.full_like(mel, np.nan))
    assert "sync" not in loss.generator_loss(net, loss.forward(net, 1))


def test_the_losses_of_a_step_do_not_depend_on_their_order(net, make_loss, mel):
    loss = make_loss(mel)
    loss.discriminator.eval()  # spectral normalisation is then without a state
    forward = loss.forward(net, 1)
    generator_first = loss.generator_loss(net, forward)
    loss.discriminator_loss(net, forward)
    generator_second = loss.generator_loss(net, forward)
    torch.testing.assert_close(generator_first, generator_second)


def test_the_discriminator_s_loss_does_not_train_the_translator(net, make_loss, mel):
    loss = make_loss(mel)
    losses = loss.discriminator_loss(net, loss.forward(net, 1))
    torch.stack(list(losses.values())).sum().backward()
    assert all(p.grad is None for p in net.parameters())
    assert all(p.grad is not None for p in loss.discriminator.parameters())
