"""The sync expert: five frames of a mouth and the sound about them, to unit vectors that agree.

As SyncNet (Chung and Zisserman 2016) and the expert of Wav2Lip (Prajwal et al. 2020). Both towers
are convolutions without padding in time, so that a whole clip costs what its frames cost.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead import weights
from talkinghead.clock import STRIDE
from talkinghead.errors import InputError
from talkinghead.media.luma import LUMA
from talkinghead.speech.mel import BANDS

SYNC: Final = "sync.safetensors"
SEEN: Final = 5  # frames that one vector sees: a fifth of a second
HEARD: Final = 40  # mel frames that one vector hears, twice as long: lips move before the sound
BEFORE: Final = 10  # of which lie before the first frame that is seen


@dataclass(frozen=True)
class SyncSize:
    """How large the squares are that are looked at, and how wide the towers."""

    side: int = 48  # pixels, of `render.paint.window` squares
    face: int = 16  # channels of the first layer that looks
    sound: int = 16  # channels of the first layer that listens
    vector: int = 128

    def __post_init__(self) -> None:
        if self.side < 16 or self.side % 16 or min(self.face, self.sound, self.vector) < 1:
            raise InputError(
                f"a sync expert's side must be a multiple of 16 and its widths positive, got {self}"
            )

    def as_dict(self) -> dict[str, int]:
        """As the model card keeps it."""
        return asdict(self)


def _flat(into: int, width: int, kernel: tuple[int, int], stride: tuple[int, int]) -> nn.Sequential:
    """A layer that keeps the last dimension's borders, and pads no other."""
    return nn.Sequential(
        nn.Conv2d(into, width, kernel, stride, padding=(0, kernel[1] // 2), bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    )


def _square(into: int, width: int, stride: int, kernel: int = 3) -> nn.Sequential:
    """A layer that keeps all borders."""
    return nn.Sequential(
        nn.Conv2d(into, width, kernel, stride, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
    )


class _Face(nn.Module):
    """Grey squares in time, to one row of features for each SEEN frames."""

    def __init__(self, side: int, width: int):
        super().__init__()
        self.look = nn.Sequential(
            _square(SEEN, width, 2, 5),
            _square(width, 2 * width, 2),
            _square(2 * width, 4 * width, 2),
            _square(4 * width, 4 * width, 1),
            _square(4 * width, 6 * width, 2),
        )
        self.features = 6 * width * (side // 16) ** 2

    def forward(
        self, grey: Float[Tensor, "b t s s"]
    ) -> Float[Tensor, f"b t-{SEEN}+1 {{self.features}}"]:
        # Frames as channels, as SyncNet has it: motion is seen at full resolution.
        stacks = grey.unfold(1, SEEN, 1).permute(0, 1, 4, 2, 3)
        out: Tensor = self.look(stacks.flatten(0, 1))
        return out.reshape(*stacks.shape[:2], -1)


class _Sound(nn.Module):
    """Log-mel in time, to one row of features for each frame: HEARD mel frames each."""

    def __init__(self, width: int):
        super().__init__()
        # Mel frames seen by one output grow as 3, 6, 12, 20, and 40 with the last layer.
        self.listen = nn.Sequential(
            _flat(1, width, (3, 5), (1, 2)),
            _flat(width, 2 * width, (4, 3), (2, 2)),
            _flat(2 * width, 4 * width, (4, 3), (2, 2)),
            _flat(4 * width, 4 * width, (3, 3), (1, 2)),
        )
        self.gather = nn.Sequential(
            nn.Conv1d(4 * width * (BANDS // 16), 256, 6, bias=False), nn.BatchNorm1d(256), nn.ReLU()
        )
        self.features = 256

    def forward(
        self, mel: Float[Tensor, f"b m {BANDS}"]
    ) -> Float[Tensor, f"b (m-{HEARD})//{STRIDE}+1 {{self.features}}"]:
        heard = self.listen(mel[:, None])  # (b, c, n + 5, BANDS / 16)
        out: Tensor = self.gather(heard.permute(0, 1, 3, 2).flatten(1, 2))
        return out.mT


class SyncExpert(nn.Module):
    """Two towers; the nearer their vectors, the better a mouth fits a sound."""

    def __init__(self, size: SyncSize | None = None):
        super().__init__()
        self.size = size or SyncSize()
        self.face = _Face(self.size.side, self.size.face)
        self.sound = _Sound(self.size.sound)
        self.see_as = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(self.face.features, self.size.vector)
        )
        self.hear_as = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(self.sound.features, self.size.vector)
        )

    def see(
        self, squares: Float[Tensor, "b t {self.size.side} {self.size.side}"]
    ) -> Float[Tensor, f"b t-{SEEN}+1 vector"]:
        """Grey squares in [0, 1] to vectors of norm 1."""
        return self.vectors(self.face(level(squares)))

    def vectors(self, features: Float[Tensor, "b n features"]) -> Float[Tensor, "b n vector"]:
        """What the face tower found, as vectors of norm 1."""
        return functional.normalize(self.see_as(features), dim=-1)

    def hear(
        self, mel: Float[Tensor, f"b m {BANDS}"]
    ) -> Float[Tensor, f"b (m-{HEARD})//{STRIDE}+1 vector"]:
        """Log-mel to vectors of norm 1."""
        return functional.normalize(self.hear_as(self.sound(mel)), dim=-1)

    def squares(
        self, frames: Float[Tensor, "b t 3 s s"]
    ) -> Float[Tensor, "b t {self.size.side} {self.size.side}"]:
        """RGB of any side to grey, differentiably."""
        weights = torch.tensor(LUMA, dtype=frames.dtype, device=frames.device)
        grey = torch.einsum("btcyx,c->btyx", frames, weights)
        side = self.size.side
        if grey.shape[-1] == side:
            return grey
        return functional.interpolate(
            grey, (side, side), mode="bilinear", align_corners=False, antialias=True
        )


def level(squares: Float[Tensor, "b t s s"]) -> Float[Tensor, "b t s s"]:
    """Grey squares without their light: neither lamp nor skin tells of speech.

    One light for all frames of a stretch: a mouth that opens darkens its own square.
    """
    mean = squares.mean(dim=(1, 2, 3), keepdim=True)
    spread = squares.std(dim=(2, 3), keepdim=True).mean(dim=1, keepdim=True)
    return (squares - mean) / spread.clamp(min=0.02)


def mel_frames(frames: int) -> int:
    """How many mel frames are heard with `frames` frames, of which there are SEEN at least."""
    return STRIDE * (frames - SEEN) + HEARD


def load_expert(path: Path | None = None, device: str = "cpu") -> SyncExpert:
    """The trained expert, frozen. Raises WeightsError where its file is missing or damaged."""
    path = path or weights.FOLDER / SYNC
    return weights.build(SyncExpert, SyncSize, path, device).requires_grad_(False)
