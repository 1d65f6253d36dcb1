"""Lips are told to shut where a bilabial is heard and to part for a vowel, frame by frame."""

import numpy as np
import torch

from talkinghead.clock import FRAME
from talkinghead.speech.phones import PHONES
from talkinghead.speech.visemes import BESIDE, LEAD, visemes
from talkinghead.speech.voice_net import VoiceNet, VoiceNetSize


def told(phones: list[str]) -> np.ndarray:
    """What a net that hears just these phones, one a motion frame and late by LEAD, says."""
    net = VoiceNet(VoiceNetSize(width=16, code=len(PHONES)))
    with torch.no_grad():
        net.phones.weight.copy_(20 * torch.eye(len(PHONES)))
        net.phones.bias.zero_()
    late = [phones[0]] * LEAD + [phone for phone in phones for _ in range(2)]
    rows = [PHONES.index(phone) for phone in late]
    content = np.eye(len(PHONES), dtype=np.float32)[rows]
    return visemes(net, content, len(phones) * FRAME)


def test_lips_shut_for_bilabials_and_begin_to_beside_them():
    phones = ["M", "AA", "AA", "F", "SIL", "P", "AA", "AA"]
    expected = [1, BESIDE, 0, 0, BESIDE, 1, BESIDE, 0]
    np.testing.assert_allclose(told(phones)[:, 0], expected, atol=1e-3)


def test_lips_part_for_spread_vowels_as_far_as_no_closure_is_near():
    apart = told(["M", "AA", "EH", "S", "UW", "IY"])[:, 1]
    np.testing.assert_allclose(apart, [0, 1 - BESIDE, 1, 0, 0, 1], atol=1e-3)


def test_sound_that_ends_within_a_frame_keeps_that_frame():
    net = VoiceNet(VoiceNetSize(width=16, code=8))
    assert visemes(net, np.zeros((3, 8), np.float32), FRAME + 1).shape == (2, 2)
