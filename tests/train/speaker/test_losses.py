"""Losses of the speaker branch vanish for the truth alone."""

import torch

from talkinghead.train.speaker.losses import (
    mean_pose_loss,
    motion_statistics_loss,
    shape_losses,
)


def test_shape_losses_vanish_for_the_truth_and_for_an_offset_of_the_clip():
    torch.manual_seed(0)
    points = torch.randn(3, 56, 68, 3)
    assert all(part == 0 for part in shape_losses(points, points).values())
    offset = shape_losses(points + torch.randn(3, 1, 68, 3), points)
    assert all(part < 1e-3 for part in offset.values())
    assert all(part > 0 for part in shape_losses(points, points.flip(1)).values())


def test_motion_statistics_do_not_see_the_order_of_time_but_the_range():
    torch.manual_seed(0)
    motion = torch.randn(6, 56, 4)
    reversed_loss = motion_statistics_loss(motion, motion.flip(1))
    assert reversed_loss < 0.01 < motion_statistics_loss(2 * motion, motion)


def test_motion_about_the_neutral_pose_costs_nothing():
    motion = torch.randn(6, 56, 4)
    centred = motion - motion.mean(dim=(0, 1))
    assert mean_pose_loss(centred) < 1e-10
    assert mean_pose_loss(centred + 2) > 3.9
