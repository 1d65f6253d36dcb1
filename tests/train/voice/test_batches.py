"""Batches of utterances: a function of seed and step, of families with a share."""

import pytest
import torch

from talkinghead.errors import InputError
from talkinghead.train.voice.batches import VoiceBatches
from tests.train.examples import utterance


def test_the_same_seed_and_step_give_the_same_batch():
    both = [utterance(0), utterance(1, "espeak/en+f1", "espeak")]
    one, two = (VoiceBatches(both, size=3, frames=80, seed=4)(2) for _ in range(2))
    torch.testing.assert_close(one.mel, two.mel)
    assert one.mel.shape == one.clean_mel.shape == (3, 80, 80)
    assert one.phones.shape == (3, 40)
    assert one.f0.shape == (3, 80, 2)


def test_families_without_a_share_are_not_drawn():
    with pytest.raises(InputError, match="preprocess speech"):
        VoiceBatches([utterance(family="news")])
