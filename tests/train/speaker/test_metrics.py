"""Validation of the speaker branch: its ranges are compared with the speakers'."""

import pytest
import torch

from talkinghead.models.speaker_branch import SpeakerBranch
from talkinghead.train.speaker.metrics import validate
from talkinghead.train.speaker.motion_statistics import initialize_statistics
from tests.train.examples import SPEAKER_SIZE, recordings


def test_a_branch_that_moves_less_has_a_smaller_range_and_a_lower_score():
    torch.manual_seed(0)
    net = SpeakerBranch(SPEAKER_SIZE)
    clips = recordings()
    initialize_statistics(net, clips)
    full = validate(net.eval(), clips, seeds=1)
    with torch.no_grad():
        net.style_head.bias[:6] -= 1  # of log ranges
    less = validate(net, clips, seeds=1)
    assert less["range"] == pytest.approx(full["range"] - 1, abs=0.2)
    assert less["score"] < full["score"]
    assert {"rank", "rank brows", "rank mouth"} <= full.keys()
