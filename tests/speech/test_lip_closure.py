"""Lip closure: closed for bilabials, open for spread vowels, frame by frame."""

import numpy as np
import torch

from talkinghead.models.content_voice import ContentVoiceModel, ContentVoiceSize
from talkinghead.sample_rates import FRAME_SAMPLES
from talkinghead.speech.lip_closure import ADJACENT, LEAD, lip_closure
from talkinghead.speech.phonemes import PHONES


def closure_of(phones: list[str]) -> np.ndarray:
    """Of a net that recognises these phones, one per motion frame, LEAD frames late."""
    net = ContentVoiceModel(ContentVoiceSize(conv_channels=16, code_channels=len(PHONES)))
    with torch.no_grad():
        net.phone_head.weight.copy_(20 * torch.eye(len(PHONES)))
        net.phone_head.bias.zero_()
    late = [phones[0]] * LEAD + [phone for phone in phones for _ in range(2)]
    rows = [PHONES.index(phone) for phone in late]
    content = np.eye(len(PHONES), dtype=np.float32)[rows]
    return lip_closure(net, content, len(phones) * FRAME_SAMPLES)


def test_lips_close_for_bilabials_and_partly_beside_them():
    phones = ["M", "AA", "AA", "F", "SIL", "P", "AA", "AA"]
    expected = [1, ADJACENT, 0, 0, ADJACENT, 1, ADJACENT, 0]
    np.testing.assert_allclose(closure_of(phones)[:, 0], expected, atol=1e-3)


def test_lips_open_for_spread_vowels_unless_a_closure_is_adjacent():
    open_lips = closure_of(["M", "AA", "EH", "S", "UW", "IY"])[:, 1]
    np.testing.assert_allclose(open_lips, [0, 1 - ADJACENT, 1, 0, 0, 1], atol=1e-3)


def test_a_partial_last_frame_counts():
    net = ContentVoiceModel(ContentVoiceSize(conv_channels=16, code_channels=8))
    assert lip_closure(net, np.zeros((3, 8), np.float32), FRAME_SAMPLES + 1).shape == (2, 2)
