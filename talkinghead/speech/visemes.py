"""What the content says the lips must do: shut for b, m and p, apart for a spread vowel."""

import numpy as np
import torch

from talkinghead.clock import STRIDE, motion_frames
from talkinghead.encoder import HALVING
from talkinghead.speech.phones import PHONES
from talkinghead.speech.voice_net import VoiceNet
from talkinghead.types import Array

BILABIALS = ("B", "M", "P")
# The rounded ones are not among them: on film, pursed lips often touch.
SPREAD = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "EY", "IH", "IY", "OY")
UNSURE, SURE = 0.3, 0.9  # probabilities from which lips begin to obey, and obey for certain
BESIDE = 0.25  # of a closure is seen a frame before and after it: lips need their time
LEAD = 1  # content frames, 20 ms, by which lips are ahead of what is heard of them


@torch.inference_mode()
def phone_shares(net: VoiceNet, content: Array) -> Array:
    """(t, code) content to the (t, phones) float32 probabilities of PHONES, which sum to 1."""
    device = next(net.parameters()).device
    logits = net.phones(torch.as_tensor(content, dtype=torch.float32, device=device))
    return np.asarray(torch.softmax(logits, dim=-1).cpu())


def visemes(net: VoiceNet, content: Array, samples: int) -> Array:
    """(frames, 2) float32 in [0, 1] at FPS: how surely lips are shut, and apart, to speak.

    A missed closure is seen more than anything else that lips do wrong; rules of animation
    close them without exception (Edwards, Landreth, Fiume and Singh 2016, JALI). So is a
    vowel between lips that are pressed together.
    """
    heard = phone_shares(net, content)
    frames, each = motion_frames(samples), STRIDE // HALVING
    at = np.minimum(np.arange(frames * each) + LEAD, len(heard) - 1)  # the end is held
    by_frame = heard[at].reshape(frames, each, -1)
    shut = _sure(by_frame[..., [PHONES.index(phone) for phone in BILABIALS]].sum(-1).max(axis=1))
    around = np.pad(shut, 1)
    shut = np.maximum(shut, BESIDE * np.maximum(around[:-2], around[2:]))
    apart = _sure(by_frame[..., [PHONES.index(phone) for phone in SPREAD]].sum(-1).min(axis=1))
    return np.stack([shut, apart * (1 - shut)], axis=1).astype(np.float32)


def _sure(heard: Array) -> Array:
    return np.asarray(np.clip((heard - UNSURE) / (SURE - UNSURE), 0, 1))
