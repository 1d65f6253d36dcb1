"""Sync scores of a clip: SyncNet embeddings of face and audio, their offset and confidence."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch

from talkinghead.errors import InputError
from talkinghead.models import checkpoint
from talkinghead.models.syncnet import FRAME_WINDOW, SyncNet, SyncNetSize
from talkinghead.sync.crops import mel_window
from talkinghead.types import Array

SYNCNET_FILE: Final = "sync.safetensors"
MAX_OFFSET: Final = 15  # frames by which the audio is shifted to and fro
MIN_EMBEDDINGS: Final = 16  # of a clip: with fewer, a shifted audio would hardly overlap the face
_BLOCK: Final = 250  # embeddings per forward pass: memory must not grow with the clip


@dataclass(frozen=True)
class SyncScore:
    """The scores of one clip (Chung and Zisserman 2016; LSE of Prajwal et al. 2020)."""

    offset: int  # frames at 25 per second; positive: the picture is later than the audio
    confidence: float  # LSE-C: median of the curve minus its minimum
    distance: float  # LSE-D: minimum of the curve
    curve: Array  # (2 * MAX_OFFSET + 1,) mean distance at each offset, in [0, 2]


def load_syncnet(path: Path | None = None, device: str = "cpu") -> SyncNet:
    """The trained network, frozen, by default the repository's. Raises WeightsError."""
    path = path or checkpoint.FOLDER / SYNCNET_FILE
    return checkpoint.build(SyncNet, SyncNetSize, path, device).requires_grad_(False)


@torch.inference_mode()
def embed_faces(net: SyncNet, crops: Array) -> Array:
    """(t, side, side) uint8 grey crops to (t - FRAME_WINDOW + 1, d) float32 of unit norm."""
    device = next(net.parameters()).device
    parts = []
    for start in range(0, len(crops) - FRAME_WINDOW + 1, _BLOCK):
        block = crops[start : start + _BLOCK + FRAME_WINDOW - 1].astype(np.float32) / 255
        parts.append(net.embed_faces(torch.from_numpy(block)[None].to(device))[0].cpu().numpy())
    return np.concatenate(parts)


@torch.inference_mode()
def embed_audio(net: SyncNet, mel: Array, frames: int, first: int = 0) -> Array:
    """(n, MEL_BANDS) log-mel to (frames - FRAME_WINDOW + 1, d) float32 of unit norm.

    The embeddings are of `frames` video frames from `first` on; a negative `first` delays the
    audio by as many frames.
    """
    device = next(net.parameters()).device
    parts = []
    for start in range(0, frames - FRAME_WINDOW + 1, _BLOCK):
        count = min(_BLOCK + FRAME_WINDOW - 1, frames - start)
        block = torch.from_numpy(mel_window(mel, first + start, count))[None].to(device)
        parts.append(net.embed_audio(block)[0].cpu().numpy())
    return np.concatenate(parts)


def offset_curve(faces: Array, audio: Array, max_offset: int = MAX_OFFSET) -> Array:
    """(2 * max_offset + 1,) mean distance of unit vectors (n, d) and (n, d) at each offset.

    Index 0 is offset -max_offset; at offset k the face of frame i is compared with the audio of
    frame i - k. Each audio embedding counts by how much closer it is there than to other frames:
    a pause fits every closed mouth and tells nothing of the offset. A frame without audio counts
    as average; otherwise the few frames at the largest offsets would decide.
    """
    distances = np.sqrt(np.maximum(2 - 2 * faces @ audio.T, 0))
    offsets = np.arange(len(faces))[:, None] - np.arange(len(audio))
    inside = np.abs(offsets) <= max_offset
    mean = (distances * inside).sum(axis=0) / inside.sum(axis=0)
    excess = np.bincount(
        offsets[inside] + max_offset,
        weights=(distances - mean)[inside],
        minlength=2 * max_offset + 1,
    )
    return np.asarray(mean.mean() + excess / len(faces))


def sync_score(faces: Array, audio: Array) -> SyncScore:
    """The scores of unit vectors (n, d) of faces and of audio, one per frame.

    Raises InputError for fewer than MIN_EMBEDDINGS.
    """
    count = min(len(faces), len(audio))
    if count < MIN_EMBEDDINGS:
        raise InputError(f"{count} windows with audio; at least {MIN_EMBEDDINGS} are needed")
    curve = offset_curve(faces, audio)
    best = int(curve.argmin())
    lowest = float(curve[best])
    return SyncScore(best - MAX_OFFSET, float(np.median(curve)) - lowest, lowest, curve)
