"""The landmark losses: none for a perfect track, and the right ones for a wrong one."""

import numpy as np
import pytest
import torch

from talkinghead.train import losses
from talkinghead.train.losses import (
    concordance_loss,
    content_loss,
    correlation,
    landmark_loss,
    members_of,
    shift_frames,
    velocity_loss,
)

ROWS, FRAMES = 2, 60
MASK = torch.ones(ROWS, FRAMES)
CLIP = (torch.arange(FRAMES) >= FRAMES // 2).long().expand(ROWS, -1)  # two clips a row
MEMBERS = members_of(MASK, CLIP)


@pytest.fixture
def true() -> torch.Tensor:
    torch.manual_seed(0)
    return 0.05 * torch.randn(ROWS, FRAMES, 68, 3)


def speaking() -> torch.Tensor:
    """A mouth that opens and closes, all pairs of lips alike."""
    offsets = torch.zeros(ROWS, FRAMES, 68, 3)
    opening = 0.03 * torch.sin(torch.arange(float(FRAMES)) / 2)
    for upper, lower in [(61, 67), (62, 66), (63, 65), (50, 58), (51, 57), (52, 56)]:
        offsets[:, :, lower, 1] += opening
        offsets[:, :, upper, 1] -= 0.3 * opening
    return offsets


def total(predicted: torch.Tensor, true: torch.Tensor, mask: torch.Tensor = MASK) -> float:
    return sum(part.item() for part in content_loss(predicted, true, mask, CLIP).values())


def test_a_perfect_track_costs_nothing(true):
    assert total(true, true) == pytest.approx(0, abs=1e-3)


def test_masked_frames_do_not_count(true):
    mask = MASK.clone()
    mask[:, 40:] = 0
    wrong = true.clone()
    wrong[:, 40:] += 1
    assert total(wrong, true, mask) == pytest.approx(0, abs=1e-3)


def test_a_constant_error_costs_less_than_one_that_moves(true):
    constant = torch.full((ROWS, FRAMES, 68 * 3), 0.05)
    sign = torch.ones(FRAMES).reshape(1, FRAMES, 1)
    sign[:, ::2] = -1
    still, moving = (landmark_loss(error, MEMBERS).mean() for error in (constant, constant * sign))
    assert still < 0.5 * moving
    assert velocity_loss(constant, MEMBERS).abs().max() < 1e-4


def test_the_mean_of_a_clip_does_not_change_its_concordance():
    curves = torch.randn(ROWS, FRAMES, 3)
    levels = curves + 5 * CLIP[..., None]
    assert concordance_loss(curves, levels, MEMBERS).max() < 1e-3


@pytest.mark.parametrize("gain", [0.5, 2.0])
def test_concordance_penalises_a_wrong_range_where_correlation_does_not(gain):
    curve = torch.sin(torch.arange(50.0) / 3)
    members = torch.ones(1, 50, 1)
    cost = concordance_loss(gain * curve[None, :, None], curve[None, :, None], members)
    assert cost.item() == pytest.approx(0.2, abs=0.01)
    assert correlation(gain * curve, curve) == pytest.approx(1)


@pytest.mark.parametrize("pair", [(61, 67), (62, 66), (63, 65), (51, 57)])
def test_every_pair_of_lip_points_must_open(pair):
    uneven = speaking()
    uneven[:, :, list(pair), 1] *= 0.5
    assert content_loss(uneven, speaking(), MASK, CLIP)["opening"] > 0.01


@pytest.mark.parametrize(("late", "forgiven"), [(-2, True), (2, True), (5, False)])
def test_the_loss_forgives_a_video_that_lags_by_up_to_two_frames(late, forgiven, monkeypatch):
    """The first clip is late, the second is not."""
    video, mask = speaking(), MASK.clone()
    video[:, : FRAMES // 2] = video[:, : FRAMES // 2].roll(late, dims=1)
    mask[:, :5] = mask[:, 25:30] = 0  # rolled around
    cost = total(speaking(), video, mask)
    monkeypatch.setattr(losses, "SHIFTS", (0,))
    assert (cost < 0.2 * total(speaking(), video, mask)) == forgiven


def test_frames_shifted_in_are_zeros():
    values = torch.arange(1.0, 5)[None, :, None]
    assert shift_frames(values, 1)[0, :, 0].tolist() == [2, 3, 4, 0]
    assert shift_frames(values, -2)[0, :, 0].tolist() == [0, 0, 1, 2]


def test_correlation_with_a_constant_is_zero():
    assert correlation(torch.zeros(9), torch.from_numpy(np.arange(9.0)).float()) == 0
