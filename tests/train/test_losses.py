"""What a loss says: nothing of a perfect track, and the right thing of a wrong one."""

import numpy as np
import pytest
import torch

from talkinghead.train.losses import (
    concordance_loss,
    content_loss,
    correlation,
    landmark_loss,
    velocity_loss,
)

MASK = torch.ones(2, 50)


@pytest.fixture
def true() -> torch.Tensor:
    torch.manual_seed(0)
    return 0.05 * torch.randn(2, 50, 68, 3)


def test_a_perfect_track_costs_nothing(true):
    parts = content_loss(true, true, MASK)
    assert sum(part.item() for part in parts.values()) == pytest.approx(0, abs=1e-5)


def test_masked_frames_do_not_count(true):
    mask = MASK.clone()
    mask[:, 40:] = 0
    spoilt = true.clone()
    spoilt[:, 40:] += 1
    for name, part in content_loss(spoilt, true, mask).items():
        assert part.item() == pytest.approx(0, abs=1e-5), name


def test_a_constant_error_costs_less_than_one_that_moves(true):
    constant = landmark_loss(true + 0.05, true, MASK)
    sign = torch.ones(50).reshape(1, 50, 1, 1)
    sign[:, ::2] = -1
    assert constant < 0.5 * landmark_loss(true + 0.05 * sign, true, MASK)
    assert velocity_loss(true + 0.05, true, MASK).item() == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("gain", [0.5, 2.0])
def test_concordance_minds_the_size_of_the_motion_where_correlation_does_not(gain):
    curve = torch.sin(torch.arange(50.0) / 3)[None]
    assert concordance_loss(gain * curve, curve, MASK[:1]).item() == pytest.approx(0.2, abs=0.01)
    assert correlation(gain * curve[0], curve[0]) == pytest.approx(1)


@pytest.mark.parametrize("pair", [(61, 67), (62, 66), (63, 65), (51, 57)])
def test_every_pair_of_lip_points_must_open(true, pair):
    opening = 0.03 * torch.sin(torch.arange(50.0) / 3)
    moving = torch.zeros_like(true)
    for upper, lower in [(61, 67), (62, 66), (63, 65), (51, 57)]:
        moving[:, :, lower, 1] += opening
        moving[:, :, upper, 1] -= 0.3 * opening
    lame = moving.clone()
    lame[:, :, list(pair), 1] *= 0.5
    assert content_loss(lame, moving, MASK)["opening"] > 0.01


def test_correlation_with_stillness_is_nought():
    assert correlation(torch.zeros(9), torch.from_numpy(np.arange(9.0)).float()) == 0
