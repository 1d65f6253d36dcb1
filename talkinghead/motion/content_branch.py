"""The content branch: an LSTM from speech content and a static face to landmark offsets."""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn

from talkinghead.clock import STRIDE
from talkinghead.landmarks import COUNT


@dataclass(frozen=True)
class ContentBranchSize:
    """Everything needed to build the network again; stored beside its weights."""

    content: int = 80  # channels of the content features
    stride: int = STRIDE  # content frames a motion frame
    hidden: int = 256
    layers: int = 2
    face: int = 32  # channels the static face is narrowed to
    look_ahead: int = 6  # motion frames heard before the one that is shown (240 ms)

    def as_dict(self) -> dict[str, int]:
        """The sizes as plain numbers."""
        return asdict(self)


State = tuple[Tensor, Tensor]


class ContentBranch(nn.Module):
    """Speech content to displacements of the 68 points (MakeItTalk, Zhou et al. 2020, sec. 4.1).

    Unlike the original's windows of 18 frames, one state runs through the whole recording:
    no seam, no lost tail. Output frame i is read off the LSTM `look_ahead` steps later.
    """

    def __init__(self, size: ContentBranchSize | None = None):
        super().__init__()
        self.size = size or ContentBranchSize()
        hidden = self.size.hidden
        self.hear = nn.Sequential(
            nn.Linear(self.size.content * self.size.stride, hidden),
            nn.LeakyReLU(0.2),
            nn.Dropout(0.3),
        )
        self.lstm = nn.LSTM(hidden, hidden, self.size.layers, batch_first=True, dropout=0.4)
        self.face = nn.Sequential(nn.Linear(3 * COUNT, self.size.face), nn.Tanh(), nn.Dropout(0.2))
        self.move = nn.Sequential(
            nn.Linear(hidden + self.size.face, hidden),
            nn.LeakyReLU(0.2),
            nn.Dropout(0.2),
            nn.Linear(hidden, 3 * COUNT),
        )

    def forward(self, content: Tensor, face: Tensor) -> Tensor:
        """(b, stride * t, content) and (b, 68, 3) to offsets (b, t, 68, 3) in face widths."""
        batch, frames = content.shape[0], content.shape[1] // self.size.stride
        steps = content.reshape(batch, frames, -1)
        tail = steps[:, -1:].expand(-1, self.size.look_ahead, -1)
        states, _ = self.lstm(self.hear(torch.cat([steps, tail], dim=1)))
        return self._offsets(states[:, self.size.look_ahead :], face)

    def step(self, content: Tensor, face: Tensor, state: State | None) -> tuple[Tensor, State]:
        """One streaming step: (b, stride * n, content) new frames to n offsets and the state.

        The offsets belong to the frames `look_ahead` motion frames before the ones given.
        """
        steps = content.reshape(content.shape[0], content.shape[1] // self.size.stride, -1)
        states, state = self.lstm(self.hear(steps), state)
        return self._offsets(states, face), state

    def _offsets(self, states: Tensor, face: Tensor) -> Tensor:
        static = self.face(face.flatten(1))[:, None].expand(-1, states.shape[1], -1)
        offsets = self.move(torch.cat([states, static], dim=-1))
        return offsets.unflatten(-1, (COUNT, 3))
