"""The speaker branch: self-attention from content, voice and chance to head, brows and style."""

from dataclasses import asdict, dataclass
from typing import Generic, NamedTuple, TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.clock import STRIDE
from talkinghead.landmarks import COUNT
from talkinghead.motion.attention import Attention
from talkinghead.motion.windows import BANDS
from talkinghead.types import Array

AXES = 6  # of the pose: yaw, pitch, roll, x, y, z
FIGURES = AXES + 2  # of a manner: a range for each axis, for the brows and for the mouth
# Head motion bends towards these limits (degrees, face widths): beyond, no picture follows.
LIMITS = (28.0, 20.0, 18.0, 0.3, 0.25, 0.12)
SMOOTH = (0.061, 0.242, 0.394, 0.242, 0.061)  # a Gaussian of one frame: heads do not tremble


@dataclass(frozen=True)
class SpeakerBranchSize:
    """Everything needed to build the network again; stored beside its weights."""

    content: int = 80  # channels of the content features
    stride: int = STRIDE  # content frames per motion frame
    speaker: int = 256
    width: int = 96  # channels of a token
    layers: int = 3
    heads: int = 4
    voice: int = 12  # channels the speaker embedding is narrowed to, beside the manner
    chance: int = 8  # noise channels, each in all of windows.BANDS
    brows: int = 6  # modes of brows and lids
    lips: int = 4  # modes of lip and jaw style

    def as_dict(self) -> dict[str, int]:
        """The sizes as plain numbers."""
        return asdict(self)


class UnitMotion(NamedTuple):
    """Motion before it is given a talker's range: about unit spread on every channel."""

    pose: Tensor  # (b, t, 6)
    brows: Tensor  # (b, t, size.brows)
    lips: Tensor  # (b, t, size.lips)

    def joined(self) -> Float[Tensor, "b t channels"]:
        """All channels side by side, as the critics see them."""
        return torch.cat(list(self), dim=-1)


Values = TypeVar("Values", Tensor, Array)


@dataclass(frozen=True)
class SpeakerMotion(Generic[Values]):
    """What the branch adds to the content branch's lips."""

    pose: Values  # (..., t, 6) degrees and face widths
    residual: Values  # (..., t, 68, 3) face widths; parts no pair of lips
    mouth: Values  # (...) the talker's mouth range over the mean talker's


class SpeakerBranch(nn.Module):
    """Content, a voice and noise to head motion and style (MakeItTalk, Zhou 2020, sec. 4.2).

    Unlike the original the head's pose is explicit, in degrees and face widths, and chance is
    an input. The talker's ranges are a linear function of the voice; what moves within them
    is noise of the talker's spectrum, governed and added to by self-attention.
    """

    content_mean: Tensor
    content_spread: Tensor
    voice_mean: Tensor
    limits: Tensor
    kernel: Tensor
    brow_modes: Tensor
    lip_modes: Tensor

    def __init__(self, size: SpeakerBranchSize | None = None):
        super().__init__()
        self.size = size = size or SpeakerBranchSize()
        channels = AXES + size.brows + size.lips
        chance = size.chance * len(BANDS)
        self.manner = nn.Linear(size.speaker, FIGURES)
        self.voice = nn.Linear(size.speaker, size.voice)
        self.hear = nn.Linear(size.content * size.stride, size.width)
        self.talker = nn.Linear(FIGURES + size.voice, size.width)
        self.chance = nn.Linear(chance, size.width)
        layers = (Attention(size.width, size.heads) for _ in range(size.layers))
        self.layers = nn.Sequential(*layers)
        self.last = nn.LayerNorm(size.width)
        self.govern = nn.Linear(size.width, channels)
        self.move = nn.Linear(size.width, channels)
        self.drift = nn.Linear(chance, channels, bias=False)
        nn.init.zeros_(self.govern.weight)
        nn.init.normal_(self.move.weight, std=0.02)
        nn.init.zeros_(self.move.bias)
        for name, shape in {
            "content_mean": (size.content,),
            "voice_mean": (size.speaker,),
            "brow_modes": (size.brows, COUNT, 3),
            "lip_modes": (size.lips, COUNT, 3),
        }.items():
            self.register_buffer(name, torch.zeros(shape))
        self.register_buffer("content_spread", torch.ones(size.content))
        self.register_buffer("limits", torch.tensor(LIMITS))
        self.register_buffer("kernel", torch.tensor(SMOOTH).view(1, 1, -1), persistent=False)

    def manner_of(self, speaker: Float[Tensor, "b speaker"]) -> Float[Tensor, f"b {FIGURES}"]:
        """The log range of each pose axis, the brows and the mouth.

        Of the brows and the mouth it is relative to the mean talker. Zeros, which stand for
        nobody, have the mean talker's manner.
        """
        manner: Tensor = self.manner(self.centred(speaker))
        return manner

    def centred(self, speaker: Float[Tensor, "b speaker"]) -> Float[Tensor, "b speaker"]:
        """Voices around the mean voice; nobody's voice becomes the mean one."""
        known = speaker.abs().sum(dim=1, keepdim=True) > 0
        return (speaker - self.voice_mean) * known

    def talker_of(
        self, speaker: Float[Tensor, "b speaker"]
    ) -> Float[Tensor, f"b {FIGURES}+{{self.size.voice}}"]:
        """The manner, and what else tells voices."""
        voice = self.centred(speaker)
        return torch.cat([self.manner(voice), 4 * self.voice(voice)], dim=1)

    def unit(
        self,
        content: Float[Tensor, "b u content"],
        speaker: Float[Tensor, "b speaker"],
        chance: Float[Tensor, "b u//{self.size.stride} chance"],
    ) -> UnitMotion:
        """Content features, a voice and the noise of `windows.noise` to unit motion."""
        level = (content - self.content_mean) / self.content_spread
        heard = self.hear(level.reshape(len(level), -1, self.size.content * self.size.stride))
        tokens = heard + self.talker(self.talker_of(speaker))[:, None] + self.chance(chance)
        tokens = self.last(self.layers(tokens))
        gate = torch.exp(0.8 * torch.tanh(self.govern(tokens)))
        motion = self._smooth(gate * self.drift(chance) + self.move(tokens))
        return self.parted(motion)

    def parted(self, motion: Float[Tensor, "b t channels"]) -> UnitMotion:
        """Undoes `UnitMotion.joined`."""
        lips = AXES + self.size.brows
        return UnitMotion(motion[..., :AXES], motion[..., AXES:lips], motion[..., lips:])

    def ranged(
        self, unit: UnitMotion, manner: Float[Tensor, f"b {FIGURES}"]
    ) -> SpeakerMotion[Tensor]:
        """Unit motion and a manner to motion in degrees and face widths."""
        pose = unit.pose * manner[:, None, :AXES].exp()
        pose = self.limits * torch.tanh(pose / self.limits)
        brows = 2 * torch.tanh(unit.brows * manner[:, None, AXES : AXES + 1].exp() / 2)
        lips = 2 * torch.tanh(unit.lips / 2)
        residual = torch.einsum("btk,kpc->btpc", brows, self.brow_modes)
        residual = residual + torch.einsum("btk,kpc->btpc", lips, self.lip_modes)
        return SpeakerMotion(pose, residual, manner[:, AXES + 1].clamp(-0.5, 0.5).exp())

    def forward(
        self,
        content: Float[Tensor, "b u content"],
        speaker: Float[Tensor, "b speaker"],
        chance: Float[Tensor, "b u//{self.size.stride} chance"],
    ) -> SpeakerMotion[Tensor]:
        """One window; arguments as of `unit`."""
        return self.ranged(self.unit(content, speaker, chance), self.manner_of(speaker))

    def _smooth(self, motion: Float[Tensor, "b t channels"]) -> Float[Tensor, "b t channels"]:
        batch, frames, channels = motion.shape
        rows = motion.transpose(1, 2).reshape(batch * channels, 1, frames)
        reach = self.kernel.shape[-1] // 2
        rows = functional.conv1d(functional.pad(rows, (reach, reach), "replicate"), self.kernel)
        return rows.reshape(batch, channels, frames).transpose(1, 2)
