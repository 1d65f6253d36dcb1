"""The translator: a small U-Net that paints into a warped face what no warp can know."""

from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.errors import InputError
from talkinghead.geometry.affine import after, scale_of
from talkinghead.render.paint import (
    CHANNELS,
    colourful,
    guide,
    lay,
    ride,
    room,
    sampled,
    toned,
    window,
    within,
)
from talkinghead.types import Array

_SLOPE = 0.2  # of leaky ReLU
_FAR = 0.06  # of the square's side: the farthest that a colour is fetched
_LIT = 0.5  # the most that a shade changes a colour in [0, 1]


@dataclass(frozen=True)
class TranslatorSize:
    """How large the square is that is painted, and how wide the network."""

    side: int = 96  # pixels
    base: int = 32  # channels at half the square's resolution

    def __post_init__(self) -> None:
        if self.side < 8 or self.side % 8 or self.base < 1:
            raise InputError(
                f"a translator's side must be a multiple of 8 and its base positive, got "
                f"{self.side} and {self.base}"
            )

    def as_dict(self) -> dict[str, int]:
        """As the model card keeps it."""
        return asdict(self)


class _Residual(nn.Module):
    """Two convolutions, added to what came in (He et al. 2016)."""

    def __init__(self, width: int):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Float[Tensor, "b width h w"]) -> Float[Tensor, "b width h w"]:
        inner = functional.leaky_relu(self.first(x), _SLOPE)
        return functional.leaky_relu(x + self.second(inner), _SLOPE)


class _Down(nn.Module):
    """One level on the way down, `stride` times as coarse as what comes in."""

    def __init__(self, into: int, width: int, depth: int, stride: int):
        super().__init__()
        self.enter = nn.Conv2d(into, width, 3, stride, padding=1)
        self.blocks = nn.Sequential(*[_Residual(width) for _ in range(depth)])

    def forward(self, x: Float[Tensor, "b into _ _"]) -> Float[Tensor, "b width h w"]:
        out: Tensor = self.blocks(functional.leaky_relu(self.enter(x), _SLOPE))
        return out


class _Up(nn.Module):
    """What a coarser level says, joined to what this one saw."""

    def __init__(self, coarse: int, width: int):
        super().__init__()
        self.narrow = nn.Conv2d(coarse, width, 1)
        self.join = nn.Conv2d(2 * width, width, 3, padding=1)
        self.block = _Residual(width)

    def forward(
        self, coarse: Float[Tensor, "b coarse h w"], seen: Float[Tensor, "b width 2*h 2*w"]
    ) -> Float[Tensor, "b width 2*h 2*w"]:
        raised = functional.interpolate(self.narrow(coarse), scale_factor=2.0, mode="nearest")
        joined = self.join(torch.cat([raised, seen], dim=1))
        out: Tensor = self.block(functional.leaky_relu(joined, _SLOPE))
        return out


class Painting(NamedTuple):
    """What is to be done to warped squares: fetch colours from beside, then change them."""

    flow: Tensor  # (b, 2, s, s) x and y of where each colour is fetched, relative, in pixels
    change: Tensor  # (b, 3, s, s) in [-1.5, 1.5], of colours in [0, 1]

    def on(self, warped: Float[Tensor, "b 3 s s"]) -> Float[Tensor, "b 3 s s"]:
        """Warped squares, painted."""
        b, _, height, width = warped.shape
        steps = self.flow.new_tensor([width, height]) / 2
        identity = functional.affine_grid(
            torch.eye(2, 3, device=warped.device).expand(b, 2, 3),
            [b, 3, height, width],
            align_corners=False,
        )
        places = identity + self.flow.permute(0, 2, 3, 1) / steps
        moved = functional.grid_sample(
            warped, places, mode="bicubic", padding_mode="border", align_corners=False
        )
        return moved + self.change


class Translator(nn.Module):
    """From the guide of one frame (see `paint.guide`) to what its warped square lacks.

    Three kinds of repair, by what may be lost: all of the square may be moved, which blurs
    nothing, and lit, in shades too coarse to hide detail; lips and what lies between them may be
    painted over. The body works at half the resolution and below, where a lip's width is a few
    pixels.
    """

    def __init__(self, size: TranslatorSize | None = None):
        super().__init__()
        self.size = size or TranslatorSize()
        base = self.size.base
        self.fold = nn.PixelUnshuffle(2)
        self.fine = _Down(4 * CHANNELS, base, 0, 1)
        self.middle = _Down(base, 2 * base, 1, 2)
        self.coarse = _Down(2 * base, 4 * base, 2, 2)
        self.to_middle = _Up(4 * base, 2 * base)
        self.to_fine = _Up(2 * base, base)
        self.light = nn.Conv2d(2 * base, 3, 3, padding=1)
        self.flow = nn.Conv2d(base, 2, 3, padding=1)
        self.paint = nn.Conv2d(base, 16, 3, padding=1)
        self.unfold = nn.PixelShuffle(2)
        for head in (self.light, self.flow, self.paint):
            nn.init.zeros_(head.weight)
            assert head.bias is not None
            nn.init.zeros_(head.bias)

    def forward(
        self, seen: Float[Tensor, f"b {CHANNELS} s s"], room: Float[Tensor, "b 3 s s"]
    ) -> Painting:
        """The guide, in [-0.5, 0.5], and the room for each repair in [0, 1], see `paint.room`.

        Nothing happens where there is no room. An untrained network does nothing.
        """
        fine = self.fine(self.fold(seen))
        middle = self.middle(fine)
        middle = self.to_middle(self.coarse(middle), middle)
        fine = self.to_fine(middle, fine)
        light, flow = (
            functional.interpolate(part, size=seen.shape[-2:], mode="bilinear")
            for part in (torch.tanh(self.light(middle)), torch.tanh(self.flow(fine)))
        )
        painted = self.unfold(self.paint(fine))
        cover = room[:, :1] * torch.sigmoid(painted[:, 3:])
        change = _LIT * room[:, 1:2] * light + cover * torch.tanh(painted[:, :3])
        return Painting(_FAR * self.size.side * room[:, 2:] * flow, change)


@torch.inference_mode()
def translate(net: Translator, seen: Array, space: Array) -> tuple[Array, Array]:
    """A guide (CHANNELS, s, s) and its room (3, s, s) to the flow (s, s, 2) and change (s, s, 3).

    The flow is in pixels of the square, the change in [-255, 255]; see `Painting`.
    """
    device = next(net.parameters()).device
    x = torch.from_numpy(seen)[None].to(device, memory_format=torch.channels_last)
    painting = net(x, torch.from_numpy(space)[None].to(device))
    flow, change = (
        np.ascontiguousarray(part[0].permute(1, 2, 0).cpu().numpy()) for part in painting
    )
    return flow, change * np.float32(255)


class Easel:
    """One portrait before a translator: paints into its warped frames, keeping nothing."""

    def __init__(self, net: Translator, image: Array, landmarks: Array):
        """Take an (h, w, 3) uint8 picture and its landmarks (68, 3) in pixels."""
        self._net, self._landmarks = net, np.asarray(landmarks, dtype=np.float64)
        self._side = net.size.side
        self._window = window(self._landmarks, self._side)
        self._original = sampled(image, self._window, self._side)
        self._before = within(self._landmarks, self._window)
        self._colour = colourful(self._original)

    def finish(self, frame: Array, points: Array) -> None:
        """Paint the mouth of a warped frame (h, w, 3) uint8 with landmarks (68, 3), in place."""
        square = after(ride(self._landmarks, points), self._window)
        now = within(np.asarray(points, dtype=np.float64), square)
        space = room(self._before, now, self._side, scale_of(square))
        if not space.any():
            return
        warped = sampled(frame, square, self._side)
        seen = guide(warped, self._original, self._before, now)
        flow, change = translate(self._net, seen, space)
        lay(frame, flow, toned(change, self._colour), square)
