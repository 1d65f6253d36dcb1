"""What the content says the lips must do: the phones that are made by closing them."""

import numpy as np
import torch

from talkinghead.clock import STRIDE, motion_frames
from talkinghead.speech.phones import PHONES
from talkinghead.speech.voice_net import HALVING, VoiceNet
from talkinghead.types import Array

BILABIALS = ("B", "M", "P")
UNSURE, SURE = 0.2, 0.55  # probabilities from which lips draw nearer, and are shut for certain


@torch.inference_mode()
def bilabials(net: VoiceNet, content: Array, samples: int) -> Array:
    """(frames,) float32 in [0, 1] at FPS: how surely lips are closed to speak.

    A missed closure is seen more than anything else that lips do wrong; rules of animation
    close them without exception (Edwards, Landreth, Fiume and Singh 2016, JALI).
    """
    device = next(net.parameters()).device
    logits = net.phones(torch.as_tensor(content, dtype=torch.float32, device=device))
    places = [PHONES.index(phone) for phone in BILABIALS]
    spoken = torch.softmax(logits, dim=-1)[:, places].sum(dim=1).cpu().numpy()
    frames, each = motion_frames(samples), STRIDE // HALVING
    padded = np.pad(spoken, (0, max(0, frames * each - len(spoken))), mode="edge")
    heard = padded[: frames * each].reshape(frames, each).max(axis=1)
    return np.asarray(np.clip((heard - UNSURE) / (SURE - UNSURE), 0, 1), dtype=np.float32)
