"""The speaker branch on a stream: windows that end where the sound does, and cross-fade."""

from typing import Final

import numpy as np
import torch

from talkinghead.clock import FPS
from talkinghead.motion.speaker_branch import SpeakerBranch, SpeakerMotion
from talkinghead.motion.windows import noise
from talkinghead.recent import Recent
from talkinghead.types import Array

WIDTH: Final = 192  # motion frames of a window
STEP: Final = 8  # from one window's end to the next one's; they cross-fade over as many
LAG: Final = 8  # motion frames by which the head is behind the words, which nobody sees
KEPT: Final = 4 * FPS  # motion frames


class Rolling:
    """One stream's head, brows and lip style.

    Windows stand at fixed places of the stream and noise is a function of the frame, as in
    `windows`. The end of a window, where it sees one side only, is faded into from the one
    before, and out of to the next.
    """

    def __init__(self, net: SpeakerBranch, seed: int):
        self._net, self._seed = net, seed
        self._content = Recent((WIDTH + 2 * STEP + LAG + KEPT) * net.size.stride)
        self._made = Recent(KEPT)  # (t, channels + figures): unit motion, and whose it is
        self._end = 0  # of the last window
        self._last: Array | None = None  # (STEP, ...), of the last window's end

    def hear(self, content: Recent, voice: Array, frames: int | None) -> None:
        """Take what is new of the content; `frames` is how many there are, once that is known."""
        stride, known = self._net.size.stride, self._content
        if not content.stop:
            return
        known.add(content.between(known.stop, content.stop))
        if frames is not None:  # the last content is held
            missing = (frames + 2 * STEP) * stride - known.stop
            known.add(np.repeat(known.rows[-1:], max(0, missing), axis=0))
        while self._end + STEP <= known.stop // stride + LAG:
            self._end += STEP
            self._fade(self._window(self._end, voice))

    @torch.inference_mode()
    def _window(self, end: int, voice: Array) -> Array:
        """(2 * STEP, channels + figures) of the end of a window."""
        net, start = self._net, max(0, end - WIDTH)
        device, stride = net.limits.device, net.size.stride
        places = np.arange((start - LAG) * stride, (end - LAG) * stride).clip(0)
        rows = self._content.between(int(places[0]), int(places[-1]) + 1)
        heard = torch.as_tensor(rows[places - places[0]], dtype=torch.float32, device=device)
        chance = torch.from_numpy(noise(self._seed, start, end, net.size.chance)).to(device)
        speaker = torch.as_tensor(voice, dtype=torch.float32, device=device)[None]
        unit = net.unit(heard[None], speaker, chance[None]).joined()[0, -2 * STEP :]
        whose = net.manner_of(speaker).expand(len(unit), -1)
        return np.asarray(torch.cat([unit, whose], dim=1).cpu().numpy())

    def _fade(self, made: Array) -> None:
        """Between the last window's end and this one's middle lies what is shown."""
        if self._last is not None:
            rise = np.sin(0.5 * np.pi * (np.arange(STEP) + 0.5) / STEP)[:, None] ** 2
            self._made.add((1 - rise) * self._last + rise * made[:STEP])
        self._last = made[-STEP:]

    def ready(self, frame: int) -> bool:
        """Whether a frame's motion is known."""
        return self._made.stop > frame

    @torch.inference_mode()
    def motion(self, frame: int) -> SpeakerMotion[Array]:
        """Of a motion frame: pose (1, 6), residual (1, 68, 3), mouth (1,)."""
        net = self._net
        made = torch.from_numpy(self._made.between(frame, frame + 1)).float().to(net.limits.device)
        channels = made.shape[1] - net.manner.out_features
        unit = net.parted(made[None, :, :channels])
        moved = net.ranged(unit, made[:, channels:])
        pose, residual, mouth = (
            part.cpu().numpy() for part in (moved.pose, moved.residual, moved.mouth)
        )
        return SpeakerMotion(pose[0], residual[0], mouth)
