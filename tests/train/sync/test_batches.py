"""Batches of SyncNet: pairs of rows of one speaker, and targets of the lips."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal

from talkinghead.errors import InputError
from talkinghead.models.mel import MEL_BANDS
from talkinghead.models.syncnet import FRAME_WINDOW, mel_frames
from talkinghead.train.sync.batches import (
    ROW_FRAMES,
    SyncBatches,
    group_by_speaker,
    lip_targets,
)
from tests.train.examples import mouth_clip


def test_the_same_step_gives_the_same_batch_with_two_rows_of_each_speaker():
    clips = [mouth_clip(name, 40, seed) for seed, name in enumerate("abc")]
    batches = SyncBatches(group_by_speaker(clips), 16, size=4, seed=3)
    again = SyncBatches(group_by_speaker(clips), 16, size=4, seed=3)
    again(0)  # an earlier batch changes nothing
    first, second = batches(1), again(1)
    for a, b in zip(vars(first).values(), vars(second).values(), strict=True):
        torch.testing.assert_close(a, b)
    assert first.crops.shape == (4, ROW_FRAMES, 16, 16)
    assert first.mel.shape == (4, mel_frames(ROW_FRAMES), MEL_BANDS)
    assert first.lips.shape == (4, ROW_FRAMES - FRAME_WINDOW + 1, 80)
    assert not torch.equal(batches(2).crops, first.crops)


def test_lips_that_do_not_move_have_a_motion_target_of_zero():
    targets = lip_targets(np.full((9, 20, 2), 7.0))
    assert targets.shape == (5, 80)
    assert_array_equal(targets[:, 40:], 0)


def test_clips_that_are_too_short_are_left_out():
    assert list(group_by_speaker([mouth_clip("a"), mouth_clip("b", 20)])) == ["a"]
    with pytest.raises(InputError, match="longer ones"):
        group_by_speaker([mouth_clip("b", 20)])
