"""Reconstruction losses: zero for the truth, and each the right one for a wrong crop."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn import functional

from talkinghead.models.translator import TranslatorOutput
from talkinghead.train.data.frame_pairs import RUN_FRAMES
from talkinghead.train.translator.batches import all_pairs, build_batch
from talkinghead.train.translator.losses import (
    flow_smoothness_loss,
    gradient_loss,
    laplacian,
    local_contrast_loss,
    log_mse_loss,
    reconstruction_losses,
    sorted_tone_loss,
    temporal_difference_loss,
)
from tests.train.examples import CROP_SIDE, frame_pairs

NOTHING = TranslatorOutput(torch.zeros(6, 2, CROP_SIDE, CROP_SIDE), torch.zeros(6, 3, 1, 1))


@pytest.fixture
def batch(rng):
    return build_batch(all_pairs([frame_pairs(rng)]), CROP_SIDE)


def test_the_truth_costs_nothing(batch):
    for name, value in reconstruction_losses(NOTHING, batch.truth, batch).items():
        assert float(value) == pytest.approx(0, abs=1e-6), name


def test_what_may_not_change_does_not_count(batch):
    nothing = {name: torch.zeros_like(getattr(batch, name)) for name in ("masks", "recolor")}
    closed = replace(batch, **nothing)
    losses = reconstruction_losses(NOTHING, batch.warped, closed)
    assert all(float(loss) == 0 for loss in losses.values())


def test_detail_that_is_a_little_off_costs_less_than_no_detail():
    rows = torch.arange(32) % 8 < 4
    truth = rows.float()[None, None, :, None].expand(1, 3, 32, 32)
    everywhere = torch.ones(1, 1, 32, 32)
    shifted, blurred = truth.roll(1, dims=2), functional.avg_pool2d(truth, 9, 1, 4)
    contrast = (local_contrast_loss(image, truth, everywhere) for image in (shifted, blurred))
    assert next(contrast) < next(contrast) / 2
    assert laplacian(torch.full((1, 3, 8, 8), 0.3)).abs().max() < 1e-6


def test_gradients_count_for_less_between_the_lips():
    rows = torch.arange(32) % 8 < 4
    truth = rows.float()[None, None, :, None].expand(1, 3, 32, 32)
    everywhere = torch.ones(1, 1, 32, 32)
    assert gradient_loss(truth, truth, everywhere, 0 * everywhere) == 0
    left = (torch.arange(32) < 16).float().expand(1, 1, 32, 32)
    off = torch.where(left > 0, truth.roll(1, dims=2), truth)
    inside, outside = (gradient_loss(off, truth, everywhere, mouth) for mouth in (left, 1 - left))
    assert inside < outside


def test_sorted_tones_are_the_same_wherever_they_lie_and_grey_is_not_black_and_white():
    half = (torch.arange(16) < 8).float()[None, None, :, None].expand(1, 3, 16, 16)
    everywhere = torch.ones(1, 1, 16, 16)
    assert sorted_tone_loss(half.flip(2), half, everywhere, everywhere) == 0
    grey = torch.full_like(half, 0.5)
    assert sorted_tone_loss(grey, half, everywhere, everywhere) == pytest.approx(0.5)
    assert sorted_tone_loss(grey, half, everywhere, 0 * everywhere) == 0


def test_log_mse_is_in_decibels_of_each_crop():
    truth = torch.zeros(2, 3, 16, 16)
    error = torch.stack([torch.full((3, 16, 16), value) for value in (0.1, 0.4)])
    box = torch.ones(2, 1, 16, 16)

    def loss(scale):
        return log_mse_loss(scale * error, truth, box).item()

    assert loss(1.0) - loss(0.5) == pytest.approx(np.log(4), abs=0.05)
    assert loss(0.0) == 0


def test_a_constant_flow_is_smooth():
    constant, random = torch.full((1, 2, 8, 8), 3.0), torch.randn(1, 2, 8, 8)
    assert flow_smoothness_loss(constant) == 0 < flow_smoothness_loss(random)


def test_wrong_changes_cost_and_constant_errors_do_not():
    truth = torch.randn(1, RUN_FRAMES, 3, 8, 8)
    mask = torch.ones(1, RUN_FRAMES, 1, 8, 8)
    constant = temporal_difference_loss(truth + 0.3, truth, mask)
    assert constant == pytest.approx(0, abs=1e-6)
    flicker = truth + 0.3 * (torch.arange(RUN_FRAMES) % 2)[:, None, None, None]
    assert temporal_difference_loss(flicker, truth, mask) == pytest.approx(0.3, abs=1e-5)
