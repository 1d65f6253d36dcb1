"""The translator: a small U-Net that repairs a warped mouth crop.

Image-to-image translation after MakeItTalk (Zhou et al. 2020, sec. 4.3), but of the difference:
the warp does most of the work, the network adds what no warp of one photo can show.
"""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.errors import InputError
from talkinghead.types import Array

CHANNELS = 13  # of the input, as `render.refine.conditioning` stacks them
PORTRAIT = slice(3, 6)  # input channels with the portrait
LIPS = slice(9, 11)  # input channels with the masks of the frame's mouth and lips
SLOPE = 0.2  # of leaky ReLU
MAX_FLOW = 0.06  # of the crop's side: the farthest that a pixel is moved
MAX_SHADING = 0.5  # the most that shading changes a colour in [0, 1]


@dataclass(frozen=True)
class TranslatorSize:
    """The hyperparameters that rebuild the network; stored in its model card."""

    side: int = 96  # pixels of the crop
    base_channels: int = 32  # at half the crop's resolution

    def __post_init__(self) -> None:
        if self.side < 8 or self.side % 8 or self.base_channels < 1:
            raise InputError(
                f"a translator's side must be a multiple of 8 and its base channels positive, got "
                f"{self.side} and {self.base_channels}"
            )

    def as_dict(self) -> dict[str, int]:
        """The fields as plain numbers."""
        return asdict(self)


class _Residual(nn.Module):
    """Two convolutions around a residual connection (He et al. 2016)."""

    def __init__(self, width: int):
        super().__init__()
        self.conv1 = nn.Conv2d(width, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Float[Tensor, "b width h w"]) -> Float[Tensor, "b width h w"]:
        inner = functional.leaky_relu(self.conv1(x), SLOPE)
        return functional.leaky_relu(x + self.conv2(inner), SLOPE)


class _Down(nn.Module):
    """One encoder level of the U-Net, at 1 / `stride` of its input's resolution."""

    def __init__(self, channels: int, width: int, depth: int, stride: int):
        super().__init__()
        self.conv = nn.Conv2d(channels, width, 3, stride, padding=1)
        self.blocks = nn.Sequential(*[_Residual(width) for _ in range(depth)])

    def forward(self, x: Float[Tensor, "b channels _ _"]) -> Float[Tensor, "b width h w"]:
        out: Tensor = self.blocks(functional.leaky_relu(self.conv(x), SLOPE))
        return out


class _Up(nn.Module):
    """One decoder level: a coarser level, upsampled, and the skip connection."""

    def __init__(self, coarse: int, width: int):
        super().__init__()
        self.reduce = nn.Conv2d(coarse, width, 1)
        self.merge = nn.Conv2d(2 * width, width, 3, padding=1)
        self.block = _Residual(width)

    def forward(
        self, coarse: Float[Tensor, "b coarse h w"], skip: Float[Tensor, "b width 2*h 2*w"]
    ) -> Float[Tensor, "b width 2*h 2*w"]:
        raised = functional.interpolate(self.reduce(coarse), scale_factor=2.0, mode="nearest")
        merged = self.merge(torch.cat([raised, skip], dim=1))
        out: Tensor = self.block(functional.leaky_relu(merged, SLOPE))
        return out


class TranslatorOutput(NamedTuple):
    """How to repair warped crops: move their pixels, then change their colours."""

    flow: Tensor  # (b, 2, s, s) x and y of each pixel's source, relative to itself, in pixels
    change: Tensor  # (b, 3, s, s) in [-1.5, 1.5], of colours in [0, 1]

    def apply(self, warped: Float[Tensor, "b 3 s s"]) -> Float[Tensor, "b 3 s s"]:
        """Warped crops (RGB in [0, 1]), repaired."""
        b, _, height, width = warped.shape
        steps = self.flow.new_tensor([width, height]) / 2
        identity = functional.affine_grid(
            torch.eye(2, 3, device=warped.device).expand(b, 2, 3),
            [b, 3, height, width],
            align_corners=False,
        )
        grid = identity + self.flow.permute(0, 2, 3, 1) / steps
        moved = functional.grid_sample(
            warped, grid, mode="bicubic", padding_mode="border", align_corners=False
        )
        return moved + self.change


class Translator(nn.Module):
    """From the conditioning of a frame (`render.refine.conditioning`) to its crop's repair.

    Three kinds of repair, by what each may damage: the whole crop may be moved by a flow, which
    blurs nothing, and shaded, too coarsely to hide detail; lips and mouth interior may be painted
    over. The body works at half the crop's resolution and below, where a lip is a few pixels wide.
    """

    def __init__(self, size: TranslatorSize | None = None):
        super().__init__()
        self.size = size or TranslatorSize()
        base = self.size.base_channels
        self.pixel_unshuffle = nn.PixelUnshuffle(2)
        self.fine = _Down(4 * CHANNELS, base, 0, 1)
        self.middle = _Down(base, 2 * base, 1, 2)
        self.coarse = _Down(2 * base, 4 * base, 2, 2)
        self.up_middle = _Up(4 * base, 2 * base)
        self.up_fine = _Up(2 * base, base)
        self.shading_head = nn.Conv2d(2 * base, 3, 3, padding=1)
        self.flow_head = nn.Conv2d(base, 2, 3, padding=1)
        self.color_head = nn.Conv2d(base, 16, 3, padding=1)
        self.pixel_shuffle = nn.PixelShuffle(2)
        for head in (self.shading_head, self.flow_head, self.color_head):
            nn.init.zeros_(head.weight)
            assert head.bias is not None
            nn.init.zeros_(head.bias)

    def forward(
        self, inputs: Float[Tensor, f"b {CHANNELS} s s"], blend_masks: Float[Tensor, "b 3 s s"]
    ) -> TranslatorOutput:
        """The conditioning, in [-0.5, 0.5], and where colour, shading and flow may act, in [0, 1]
        (`render.refine.blend_masks`).

        Nothing changes where the masks are 0, nor anywhere with an untrained network.
        """
        fine = self.fine(self.pixel_unshuffle(inputs))
        middle = self.middle(fine)
        middle = self.up_middle(self.coarse(middle), middle)
        fine = self.up_fine(middle, fine)
        shading, flow = (
            functional.interpolate(part, size=inputs.shape[-2:], mode="bilinear")
            for part in (torch.tanh(self.shading_head(middle)), torch.tanh(self.flow_head(fine)))
        )
        color = self.pixel_shuffle(self.color_head(fine))
        opacity = blend_masks[:, :1] * torch.sigmoid(color[:, 3:])
        change = MAX_SHADING * blend_masks[:, 1:2] * shading + opacity * torch.tanh(color[:, :3])
        return TranslatorOutput(MAX_FLOW * self.size.side * blend_masks[:, 2:] * flow, change)

    @torch.inference_mode()
    def repair(self, inputs: Array, masks: Array) -> tuple[Array, Array]:
        """Flow (s, s, 2) in crop pixels and colour change (s, s, 3) in [-255, 255] for one crop.

        `inputs` (CHANNELS, s, s) comes from `render.refine.conditioning`, `masks` (3, s, s) from
        `render.refine.blend_masks`.
        """
        device = self.flow_head.weight.device
        x = torch.from_numpy(inputs)[None].to(device, memory_format=torch.channels_last)
        output = self(x, torch.from_numpy(masks)[None].to(device))
        flow, change = (
            np.ascontiguousarray(part[0].permute(1, 2, 0).cpu().numpy()) for part in output
        )
        return flow, change * np.float32(255)
