"""Lips are told to close where a bilabial is heard, one value a motion frame."""

import numpy as np
import torch

from talkinghead.clock import FRAME
from talkinghead.speech.phones import PHONES
from talkinghead.speech.visemes import bilabials
from talkinghead.speech.voice_net import VoiceNet, VoiceNetSize


def told(phones: list[str]) -> np.ndarray:
    """What a net that hears exactly these phones, one a motion frame, says of the lips."""
    net = VoiceNet(VoiceNetSize(width=16, code=len(PHONES)))
    with torch.no_grad():
        net.phones.weight.copy_(20 * torch.eye(len(PHONES)))
        net.phones.bias.zero_()
    rows = [PHONES.index(phone) for phone in phones for _ in range(2)]
    content = np.eye(len(PHONES), dtype=np.float32)[rows]
    return bilabials(net, content, len(phones) * FRAME)


def test_lips_close_for_bilabials_and_for_nothing_else():
    np.testing.assert_allclose(
        told(["M", "AA", "P", "F", "SIL", "B"]), [1, 0, 1, 0, 0, 1], atol=1e-3
    )


def test_sound_that_ends_within_a_frame_keeps_that_frame():
    net = VoiceNet(VoiceNetSize(width=16, code=8))
    assert bilabials(net, np.zeros((3, 8), np.float32), FRAME + 1).shape == (2,)
