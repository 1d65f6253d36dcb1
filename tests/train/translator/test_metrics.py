"""Validation of the translator: rendered crops against warped ones."""

import pytest
import torch
from torch import nn

from talkinghead.models.translator import TranslatorOutput
from talkinghead.train.translator.batches import all_pairs, build_batch
from talkinghead.train.translator.metrics import crop_metrics, validate
from tests.train.examples import CROP_SIDE, frame_pairs


class Nothing(nn.Module):
    """A translator that changes nothing."""

    def __init__(self):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1))

    def forward(self, inputs, masks):
        size = (len(inputs), 2, *inputs.shape[2:])
        return TranslatorOutput(torch.zeros(size), torch.zeros(len(inputs), 3, *inputs.shape[2:]))


@pytest.fixture
def batch(rng):
    return build_batch(all_pairs([frame_pairs(rng)]), CROP_SIDE)


def test_the_truth_is_as_sharp_as_itself_and_better_than_the_warp(batch):
    metrics = crop_metrics(batch.truth, batch)
    assert metrics["rendered sharp"] == pytest.approx(1, abs=1e-5)
    assert metrics["rendered teeth"] == pytest.approx(1, abs=1e-5)
    assert metrics["rendered psnr"] == pytest.approx(60)  # of the smallest error that counts
    assert metrics["rendered psnr"] > metrics["warp psnr"]


def test_a_translator_that_changes_nothing_gains_nothing_over_the_warp(batch, tmp_path):
    metrics = validate(Nothing(), batch, tmp_path / "sheet.png")
    assert metrics["rendered psnr"] == pytest.approx(metrics["warp psnr"], abs=1e-3)
    assert metrics["score"] <= 1e-3
    assert (tmp_path / "sheet.png").stat().st_size > 0
