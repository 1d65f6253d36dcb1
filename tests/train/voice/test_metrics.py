"""Validation of the content-voice model."""

from collections import Counter

import pytest
import torch

from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.train.voice.losses import VoiceTrainingModel
from talkinghead.train.voice.metrics import UTTERANCES_PER_FAMILY, validate, validation_utterances
from tests.train.examples import utterance


def test_families_are_limited_and_spread_over_their_utterances():
    many = [utterance(i) for i in range(UTTERANCES_PER_FAMILY + 9)]
    chosen = validation_utterances([*many, utterance(0, family="espeak")])
    assert Counter(u.family for u in chosen) == {"flite": UTTERANCES_PER_FAMILY, "espeak": 1}
    assert chosen[0] is many[0]
    assert chosen[UTTERANCES_PER_FAMILY - 1] is many[-1]


def test_the_score_is_the_mean_phone_accuracy_of_the_families():
    torch.manual_seed(0)
    net = ContentVoiceModel(ContentVoiceSize(conv_channels=16, code_channels=8)).eval()
    torch.nn.init.zeros_(net.phone_head.weight)
    torch.nn.init.zeros_(net.phone_head.bias)
    net.phone_head.bias.data[1] = 9  # always predicts phone 1
    both = [utterance(0), utterance(1, family="espeak")]
    metrics = validate(VoiceTrainingModel(net, 1), both)
    true = {u.family: float((u.phones[::2] == 1).mean()) for u in both}
    assert metrics["flite phones"] == pytest.approx(true["flite"])
    assert metrics["score"] == pytest.approx(sum(true.values()) / 2)
    assert metrics["mel error"] > 0
