"""The tongue and the lower lip from phones: what is seen of them at the teeth."""

from typing import Final

import numpy as np

from talkinghead.models.content_voice import ContentVoiceModel
from talkinghead.models.conv_encoder import SUBSAMPLING
from talkinghead.sample_rates import STRIDE, motion_frames
from talkinghead.speech.lip_closure import LEAD, phone_probabilities
from talkinghead.speech.phonemes import PHONES
from talkinghead.types import ARTICULATIONS, Array

# The phones of each of ARTICULATIONS, by place of articulation (Ladefoged and Johnson 2014, ch. 1).
PHONES_OF: Final = {
    "tip": ("L", "T", "D", "N"),  # the tongue's tip behind the upper teeth
    "dental": ("TH", "DH"),  # the tongue's tip between the teeth
    "back": ("K", "G", "NG"),  # the back of the tongue raised
    "labiodental": ("F", "V"),  # the lower lip at the upper teeth
}
MIN_PROBABILITY, MAX_PROBABILITY = 0.2, 0.6  # of phones: confidence 0 and 1
ADJACENT = 0.4  # of the confidence in the frames beside a sound: the tongue needs its time


def articulation(net: ContentVoiceModel, content: Array, samples: int) -> Array:
    """(frames, 4) float32 in [0, 1] at FPS: confidence of each of ARTICULATIONS.

    Of the content of `samples` samples.
    """
    probabilities = phone_probabilities(net, content)
    frames, each = motion_frames(samples), STRIDE // SUBSAMPLING
    at = np.minimum(np.arange(frames * each) + LEAD, len(probabilities) - 1)  # the end is held
    by_frame = probabilities[at].reshape(frames, each, -1)
    columns = []
    for name in ARTICULATIONS:
        phones = [PHONES.index(phone) for phone in PHONES_OF[name]]
        likely = by_frame[..., phones].sum(-1).max(axis=1)
        confidence = (likely - MIN_PROBABILITY) / (MAX_PROBABILITY - MIN_PROBABILITY)
        padded = np.pad(np.clip(confidence, 0, 1), 1)
        beside = ADJACENT * np.maximum(padded[:-2], padded[2:])
        columns.append(np.maximum(padded[1:-1], beside))
    return np.stack(columns, axis=1).astype(np.float32)
