"""The content branch: from sound and a static face to landmark offsets."""

from dataclasses import asdict, dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.clock import STRIDE
from talkinghead.encoder import Encoder, hear
from talkinghead.landmarks import COUNT
from talkinghead.types import Array

KERNEL, LAYERS = 5, 2  # of the convolutions
REACH = LAYERS * (KERNEL // 2)  # motion frames that they see on either side of one


@dataclass(frozen=True)
class ContentBranchSize:
    """Everything needed to build the network again; stored beside its weights."""

    sound: int = 80  # channels of what a reader is given
    stride: int = STRIDE  # and steps of it a motion frame
    bands: int = 80  # of the log-mel
    speaker: int = 0  # channels of the voice its ear is told; 0: no ear, the log-mel itself
    hidden: int = 128  # of the LSTM
    layers: int = 2
    wide: int = 192  # channels of the convolutions
    face: int = 32  # channels the static face is narrowed to
    look_ahead: int = 6  # motion frames heard before the one that is shown (240 ms)

    def __post_init__(self) -> None:
        if self.look_ahead < REACH:
            raise ValueError(f"a look-ahead of {self.look_ahead} frames, under {REACH}")

    def as_dict(self) -> dict[str, int]:
        """The sizes as plain numbers."""
        return asdict(self)


State = tuple[tuple[Tensor, Tensor] | None, Tensor]  # of the LSTM, and the steps before


def _listener(size: ContentBranchSize, width: int) -> nn.Sequential:
    """One motion frame's sound to channels."""
    heard = nn.Linear(size.sound * size.stride, width)
    return nn.Sequential(heard, nn.LeakyReLU(0.2), nn.Dropout(0.3))


class _Mover(nn.Module):
    """Channels and the face at rest to displacements."""

    def __init__(self, size: ContentBranchSize, width: int):
        super().__init__()
        self.face = nn.Sequential(nn.Linear(3 * COUNT, size.face), nn.Tanh(), nn.Dropout(0.2))
        self.move = nn.Sequential(
            nn.Linear(width + size.face, width),
            nn.LeakyReLU(0.2),
            nn.Dropout(0.2),
            nn.Linear(width, 3 * COUNT),
        )

    def forward(
        self, states: Float[Tensor, "b t width"], face: Float[Tensor, "b 68 3"]
    ) -> Float[Tensor, "b t 68 3"]:
        static = self.face(face.flatten(1))[:, None].expand(-1, states.shape[1], -1)
        offsets: Tensor = self.move(torch.cat([states, static], dim=-1))
        return offsets.reshape(*states.shape[:2], COUNT, 3)

    @torch.no_grad()
    def widen(self, by: float) -> None:
        """Make every displacement `by` times as large."""
        last = self.move[-1]
        assert isinstance(last, nn.Linear)
        last.weight.mul_(by)
        last.bias.mul_(by)


class ContentBranch(nn.Module):
    """Sound to displacements of the 68 points (MakeItTalk, Zhou et al. 2020, sec. 4.1).

    Two readers hear and move lips each for itself, and their mean is shown: MakeItTalk's LSTM,
    and convolutions that know 0.16 s on either side and nothing else. Strangers' lips are closer
    to the mean than to either. The ear they share begins as the encoder of the voice network and
    learns on: the content embedding keeps what tells phones apart, and lips show more than that.

    Unlike the original's windows of 18 frames, one state runs through the whole recording: no
    seam, no lost tail. Output frame i is read off the LSTM `look_ahead` steps later.
    """

    def __init__(self, size: ContentBranchSize | None = None):
        super().__init__()
        self.size = size or ContentBranchSize()
        hidden, wide = self.size.hidden, self.size.wide
        shape = (self.size.bands, self.size.speaker, self.size.sound)
        self.ear = Encoder(*shape) if self.size.speaker else None
        self.hear = _listener(self.size, hidden)
        self.lstm = nn.LSTM(hidden, hidden, self.size.layers, batch_first=True, dropout=0.4)
        self.move = _Mover(self.size, hidden)
        self.hear_near = _listener(self.size, wide)
        self.near = nn.ModuleList(nn.Conv1d(wide, wide, KERNEL) for _ in range(LAYERS))
        self.drop = nn.Dropout(0.4)
        self.move_near = _Mover(self.size, wide)

    def train(self, mode: bool = True) -> "ContentBranch":
        """The ear's own statistics, of hundreds of voices, stay as they are."""
        super().train(mode)
        for part in self.ear.modules() if self.ear else []:
            if isinstance(part, nn.BatchNorm1d):
                part.eval()
        return self

    def listen(
        self, mel: Float[Tensor, "b t bands"], speaker: Float[Tensor, "b speaker"]
    ) -> Float[Tensor, "b u sound"]:
        """Log-mel and a voice's embedding to what the readers are given: the ear's hidden states,
        or the log-mel itself.
        """
        return self.ear.hear(mel, speaker) if self.ear else mel

    def heard(self, mel: Array, speaker: Array) -> Array:
        """`listen` for (t, bands) and (256,) of any length, in flat memory."""
        return hear(self.ear, mel, speaker) if self.ear else mel

    def forward(
        self, sound: Float[Tensor, "b u sound"], face: Float[Tensor, "b 68 3"]
    ) -> Float[Tensor, "b u//{self.size.stride} 68 3"]:
        """What `listen` gives, and the face at rest, to offsets in face widths."""
        far, near = self.readings(sound, face)
        return (far + near) / 2

    def readings(
        self, sound: Float[Tensor, "b u sound"], face: Float[Tensor, "b 68 3"]
    ) -> tuple[
        Float[Tensor, "b u//{self.size.stride} 68 3"],
        Float[Tensor, "b u//{self.size.stride} 68 3"],
    ]:
        """What each reader says on its own: what they are taught by."""
        tail = sound[:, -self.size.stride :].repeat(1, self.size.look_ahead, 1)
        far, near, _ = self._read(torch.cat([sound, tail], dim=1), face, None)
        return far[:, self.size.look_ahead :], near[:, self.size.look_ahead :]

    def step(
        self,
        sound: Float[Tensor, "b u sound"],
        face: Float[Tensor, "b 68 3"],
        state: State | None,
    ) -> tuple[Float[Tensor, "b u//{self.size.stride} 68 3"], State]:
        """One streaming step: new frames of sound to offsets and the state.

        The offsets belong to the frames `look_ahead` motion frames before the ones given.
        """
        far, near, state = self._read(sound, face, state)
        return (far + near) / 2, state

    def widen(self, by: float) -> None:
        """Make every displacement `by` times as large."""
        self.move.widen(by)
        self.move_near.widen(by)

    def _read(
        self, sound: Tensor, face: Tensor, state: State | None
    ) -> tuple[Tensor, Tensor, State]:
        before = self.size.look_ahead + REACH
        steps = sound.reshape(len(sound), sound.shape[1] // self.size.stride, -1)
        recalled, past = state or (None, steps[:, :1].expand(-1, before, -1))
        states, recalled = self.lstm(self.hear(steps), recalled)
        known = torch.cat([past, steps], dim=1)
        x = self.hear_near(known).mT
        for convolve in self.near:
            edge = KERNEL // 2
            x = x[..., edge:-edge] + self.drop(functional.leaky_relu(convolve(x), 0.2))
        around = x.mT[:, : steps.shape[1]]  # the last ones are of frames not yet shown
        far, near = self.move(states, face), self.move_near(around, face)
        return far, near, (recalled, known[:, -before:])
