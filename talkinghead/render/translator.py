"""The translator: a small U-Net that paints into a warped face what no warp can know."""

from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from talkinghead.errors import InputError
from talkinghead.render.paint import (
    CHANNELS,
    after,
    colourful,
    guide,
    lay,
    paintable,
    ride,
    sampled,
    toned,
    trusted,
    window,
    within,
)
from talkinghead.types import Array

_SLOPE = 0.2  # of leaky ReLU


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
    def __init__(self, width: int):
        super().__init__()
        self.first = nn.Conv2d(width, width, 3, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        inner = functional.leaky_relu(self.first(x), _SLOPE)
        return functional.leaky_relu(x + self.second(inner), _SLOPE)


class _Down(nn.Module):
    def __init__(self, into: int, width: int, depth: int, stride: int):
        super().__init__()
        self.enter = nn.Conv2d(into, width, 3, stride, padding=1)
        self.blocks = nn.Sequential(*[_Residual(width) for _ in range(depth)])

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.blocks(functional.leaky_relu(self.enter(x), _SLOPE))
        return out


class _Up(nn.Module):
    """What a coarser level says, joined to what this one saw."""

    def __init__(self, coarse: int, width: int):
        super().__init__()
        self.narrow = nn.Conv2d(coarse, width, 1)
        self.join = nn.Conv2d(2 * width, width, 3, padding=1)
        self.block = _Residual(width)

    def forward(self, coarse: Tensor, seen: Tensor) -> Tensor:
        raised = functional.interpolate(self.narrow(coarse), scale_factor=2.0, mode="nearest")
        joined = self.join(torch.cat([raised, seen], dim=1))
        out: Tensor = self.block(functional.leaky_relu(joined, _SLOPE))
        return out


class Translator(nn.Module):
    """From the guide of one frame (see `paint.guide`) to a change of its warped square.

    The body works at half the resolution and below, where a lip's width is a few pixels; two
    thin layers at full resolution see the guide again, and bring edges to their places.
    """

    def __init__(self, size: TranslatorSize | None = None):
        super().__init__()
        self.size = size or TranslatorSize()
        base = self.size.base
        self.fold = nn.PixelUnshuffle(2)
        self.fine = _Down(4 * CHANNELS, base, 0, 1)
        self.middle = _Down(base, 2 * base, 1, 2)
        self.coarse = _Down(2 * base, 3 * base, 2, 2)
        self.to_middle = _Up(3 * base, 2 * base)
        self.to_fine = _Up(2 * base, base)
        self.spread = nn.Sequential(nn.Conv2d(base, 48, 3, padding=1), nn.PixelShuffle(2))
        self.edges = nn.Conv2d(12 + CHANNELS, 16, 3, padding=1)
        self.paint = nn.Conv2d(16, 4, 3, padding=1)
        nn.init.zeros_(self.paint.weight)
        assert self.paint.bias is not None
        nn.init.zeros_(self.paint.bias)

    def forward(self, seen: Tensor, area: Tensor) -> Tensor:
        """(b, CHANNELS, s, s) in [-0.5, 0.5] and (b, 1, s, s) in [0, 1] to (b, 3, s, s) in [-1, 1].

        The change is nothing where `area`, what may be painted, is nothing. An untrained
        network changes nothing.
        """
        fine = self.fine(self.fold(seen))
        middle = self.middle(fine)
        joined = self.to_fine(self.to_middle(self.coarse(middle), middle), fine)
        edges = self.edges(torch.cat([self.spread(joined), seen], dim=1))
        painted = self.paint(functional.leaky_relu(edges, _SLOPE))
        return area * torch.sigmoid(painted[:, 3:]) * torch.tanh(painted[:, :3])


@torch.inference_mode()
def translate(net: Translator, seen: Array, area: Array) -> Array:
    """A guide (CHANNELS, s, s) and area (s, s) to the change (s, s, 3), in [-255, 255]."""
    device = next(net.parameters()).device
    x = torch.from_numpy(seen)[None].to(device, memory_format=torch.channels_last)
    change = net(x, torch.from_numpy(area)[None, None].to(device))[0]
    out: Array = np.ascontiguousarray(change.permute(1, 2, 0).cpu().numpy()) * np.float32(255)
    return out


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
        area = paintable(self._before, now, self._side)
        if not area.any():
            return
        warped = sampled(frame, square, self._side)
        seen = guide(warped, self._original, self._before, now)
        change = translate(self._net, seen, area * trusted(now, self._side))
        lay(frame, toned(change, self._colour), square)
