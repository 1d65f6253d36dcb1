"""A whole clip through the sync expert: one vector a frame for the face, one for the sound."""

from typing import Final

import numpy as np
import torch

from talkinghead.sync.net import SEEN, SyncExpert
from talkinghead.sync.squares import heard
from talkinghead.types import Array

_BLOCK: Final = 250  # vectors made at a time: memory must not grow with the clip


@torch.inference_mode()
def face_vectors(expert: SyncExpert, squares: Array) -> Array:
    """(t, side, side) uint8 grey squares to (t - SEEN + 1, vector) float32 of norm 1."""
    device = next(expert.parameters()).device
    made = []
    for start in range(0, len(squares) - SEEN + 1, _BLOCK):
        part = squares[start : start + _BLOCK + SEEN - 1].astype(np.float32) / 255
        made.append(expert.see(torch.from_numpy(part)[None].to(device))[0].cpu().numpy())
    return np.concatenate(made)


@torch.inference_mode()
def sound_vectors(expert: SyncExpert, mel: Array, frames: int, first: int = 0) -> Array:
    """(n, BANDS) log-mel to (frames - SEEN + 1, vector) float32 of norm 1, from frame `first`.

    A negative `first` lets the sound come later than the picture by as many frames.
    """
    device = next(expert.parameters()).device
    made = []
    for start in range(0, frames - SEEN + 1, _BLOCK):
        count = min(_BLOCK + SEEN - 1, frames - start)
        part = torch.from_numpy(heard(mel, first + start, count))[None].to(device)
        made.append(expert.hear(part)[0].cpu().numpy())
    return np.concatenate(made)
