"""Lip closure from phones: closed for b, m and p, open for spread vowels."""

import numpy as np
import torch

from talkinghead.models.content_voice import ContentVoiceModel
from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.sample_rates import STRIDE, motion_frames
from talkinghead.speech.phonemes import PHONES
from talkinghead.types import Array

BILABIALS = ("B", "M", "P")
# Without the rounded vowels: in videos, pursed lips often touch.
SPREAD_VOWELS = ("AA", "AE", "AH", "AO", "AW", "AY", "EH", "EY", "IH", "IY", "OY")
MIN_PROBABILITY, MAX_PROBABILITY = 0.3, 0.9  # of phones: confidence 0 and 1
ADJACENT = 0.25  # of a closure's confidence in the frames beside it: lips need their time
LEAD = 1  # content frames (20 ms) by which lips precede the sound


@torch.inference_mode()
def phone_probabilities(net: ContentVoiceModel, content: Array) -> Array:
    """(t, code) content to (t, len(PHONES)) float32 phone probabilities, which sum to 1."""
    device = next(net.parameters()).device
    logits = net.phone_head(torch.as_tensor(content, dtype=torch.float32, device=device))
    return np.asarray(torch.softmax(logits, dim=-1).cpu())


def lip_closure(net: ContentVoiceModel, content: Array, samples: int) -> Array:
    """(frames, 2) float32 in [0, 1] at FPS: confidence that the lips are closed, and open.

    A missed closure is the most visible fault of lip motion, and rules of animation close lips
    without exception (JALI, Edwards et al. 2016); so is a vowel behind lips pressed together.
    """
    probabilities = phone_probabilities(net, content)
    frames, each = motion_frames(samples), STRIDE // SUBSAMPLING
    at = np.minimum(np.arange(frames * each) + LEAD, len(probabilities) - 1)  # the end is held
    by_frame = probabilities[at].reshape(frames, each, -1)
    bilabial = by_frame[..., [PHONES.index(phone) for phone in BILABIALS]].sum(-1).max(axis=1)
    closed = _confidence(bilabial)
    padded = np.pad(closed, 1)
    closed = np.maximum(closed, ADJACENT * np.maximum(padded[:-2], padded[2:]))
    vowel = by_frame[..., [PHONES.index(phone) for phone in SPREAD_VOWELS]].sum(-1).min(axis=1)
    return np.stack([closed, _confidence(vowel) * (1 - closed)], axis=1).astype(np.float32)


def _confidence(probability: Array) -> Array:
    scaled = (probability - MIN_PROBABILITY) / (MAX_PROBABILITY - MIN_PROBABILITY)
    return np.asarray(np.clip(scaled, 0, 1))
