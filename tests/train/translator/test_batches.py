"""Batches of the translator: the frames of a run share their augmentation."""

import numpy as np
import torch

from talkinghead.models.mel import MEL_BANDS
from talkinghead.models.syncnet import MEL_WINDOW
from talkinghead.train.data.frame_pairs import RUN_FRAMES
from talkinghead.train.translator.batches import (
    FramePairBatches,
    RunBatches,
    all_pairs,
    all_runs,
    mouth_box_mask,
)
from tests.train.examples import CROP_SIDE, frame_pairs, frame_runs


def test_the_frames_of_a_run_share_their_augmentation(rng):
    runs = all_runs([frame_runs(rng)])
    for step in range(4):
        batch = RunBatches(runs, CROP_SIDE, size=3, seed=0)(step)
        warped = batch.frames.warped.unflatten(0, (3, RUN_FRAMES))
        assert batch.mel.shape == (3, MEL_WINDOW, MEL_BANDS)
        # But for noise, all frames of the fixture are one image.
        assert (warped - warped.mean(dim=1, keepdim=True)).abs().max() < 0.2


def test_the_same_seed_and_step_give_the_same_batch_and_another_step_another(rng):
    pairs = all_pairs([frame_pairs(rng), frame_pairs(rng, "other", 2)])
    first, again, other = (
        FramePairBatches(pairs, CROP_SIDE, size=3, seed=2)(step) for step in (1, 1, 2)
    )
    torch.testing.assert_close(first.inputs, again.inputs)
    assert not torch.equal(first.truth, other.truth)


def test_speakers_with_many_pairs_are_drawn_more_often_but_not_in_proportion(rng):
    pairs = all_pairs([frame_pairs(rng, "few", 2), frame_pairs(rng, "many", 20)])
    probabilities = FramePairBatches(pairs, CROP_SIDE).probabilities
    few, many = probabilities[:2].sum(), probabilities[2:].sum()
    np.testing.assert_allclose(many / few, 10**0.7)


def test_the_mouth_box_contains_the_mouth_and_half_as_much_around_it():
    points = np.zeros((68, 2))
    points[48:68] = np.linspace([20, 30], [40, 38], 20)
    mask = mouth_box_mask(points, 64)
    rows, columns = np.nonzero(mask)
    assert (columns.min(), columns.max() + 1) == (15, 45)
    assert (rows.min(), rows.max() + 1) == (28, 40)
