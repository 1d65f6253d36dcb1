"""Validation of the content branch: perfect for the truth, and every corpus counts alike."""

import numpy as np
import pytest
import torch
from torch import nn

from talkinghead.train.content import metrics
from talkinghead.train.content.features import log_mel_encoder
from talkinghead.train.content.metrics import ContentValidationClip, validate, validation_clips
from talkinghead.train.data.speakers import group_speakers
from tests.train.examples import example


class Fixed(nn.Module):
    """A branch without encoder that predicts given displacements."""

    encoder = None

    def __init__(self, offsets):
        super().__init__()
        self.offsets = nn.Parameter(torch.from_numpy(offsets))

    def forward(self, features, face):
        return self.offsets[None].clone()


@pytest.fixture
def clip():
    (speaker,) = group_speakers([example()])
    (clip,) = validation_clips([speaker], log_mel_encoder())
    return clip


def test_the_truth_correlates_perfectly_and_its_range_is_the_true_one(clip, monkeypatch):
    monkeypatch.setattr(metrics, "sharpen", lambda offsets: offsets)
    for gain in (1.0, 0.5):
        result = validate(Fixed(np.float32(gain) * clip.offsets), [clip])
        assert result["r_open"] == pytest.approx(1, abs=1e-4)
        assert result["amp"] == pytest.approx(gain, rel=1e-3)


def test_corpora_count_alike_however_many_clips_they_have(clip, monkeypatch):
    monkeypatch.setattr(metrics, "sharpen", lambda offsets: offsets)
    wrong = ContentValidationClip(
        clip.speaker, clip.mel, clip.speaker_embedding, -clip.offsets[::-1].copy(), "other"
    )
    one, several = (validate(Fixed(clip.offsets), [clip] * n + [wrong]) for n in (1, 5))
    assert one["r_open"] == pytest.approx(several["r_open"], abs=1e-6)
    assert one["other r_open"] < one["folder r_open"]
