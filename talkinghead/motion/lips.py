"""The content branch on a stream: sound as it arrives to lips."""

from typing import Final

import numpy as np
import torch

from talkinghead.clock import FPS
from talkinghead.motion.content_branch import ContentBranch, State
from talkinghead.motion.crisp import REACH, crisp
from talkinghead.recent import Recent
from talkinghead.types import Array, FaceShape

KEPT: Final = FPS  # motion frames


class Lips:
    """One stream; what it says is, in sum, what `predict` says of the whole."""

    def __init__(self, net: ContentBranch, face: FaceShape):
        self._net, self._face = net, face
        self._state: State | None = None
        self._offsets = Recent(KEPT)
        self._read = 0  # motion frames of sound

    def hear(self, heard: Recent, frames: int | None) -> None:
        """Take what is new of the sound; `frames` is how many there are, once that is known.

        The last sound is held for the look-ahead, then.
        """
        stride, ahead = self._net.size.stride, self._net.size.look_ahead
        stop = heard.stop // stride if frames is None else frames + ahead
        if stop <= self._read:
            return
        new = heard.between(self._read * stride, stop * stride)
        missing = (stop - self._read) * stride - len(new)
        if missing:
            new = np.concatenate([new, np.repeat(heard.rows[-1:], missing, axis=0)])
        moved = self._step(new)[max(0, ahead - self._read) :]
        self._read = stop
        self._offsets.add(moved)

    @torch.inference_mode()
    def _step(self, sound: Array) -> Array:
        device = next(self._net.parameters()).device
        given = torch.as_tensor(sound, dtype=torch.float32, device=device)[None]
        shape = torch.as_tensor(self._face.points, dtype=torch.float32, device=device)[None]
        moved, self._state = self._net.step(given, shape, self._state)
        return np.asarray(moved[0].cpu().numpy())

    def ready(self, frame: int, frames: int | None) -> bool:
        """Whether a frame's points are known, or `frames` is all there will be."""
        return self._offsets.stop > frame + REACH or frames is not None

    def points(self, frame: int) -> Array:
        """(1, 68, 3) float32 points of a motion frame, in face units."""
        begin = max(frame - REACH, 0)
        around = self._offsets.between(begin, frame + REACH + 1)
        sharp = crisp(around)[frame - begin : frame - begin + 1]
        return np.asarray((self._face.points + sharp).astype(np.float32))
