"""Frames per second of our renderer and of a generator of MakeItTalk's size, in the same run.

    python benchmarks/generator.py [--ckpt DIR] [--frames 60] [--threads 2]

Ours: a 256-pixel portrait, warped and refined by the translator. The generator, with random
weights: a residual U-Net as described by Zhou et al. 2020, sec. 4.3: portrait and landmark
picture, 256x256x6; six stride-2 convolutions, skip connections, residual blocks; about 70 M
parameters. Both alternate, so that other load slows both.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

SIDE = 256
WIDTHS = (64, 128, 256, 512, 512, 512)  # channels from 128x128 down to 4x4
ROUNDS = 4  # both are measured in each


class _Block(nn.Module):
    """A residual block of two convolutions."""

    def __init__(self, width: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1),
            nn.BatchNorm2d(width), nn.ReLU(), nn.Conv2d(width, width, 3, padding=1),
        )  # fmt: skip

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = x + self.layers(x)
        return out


class Generator(nn.Module):
    """(b, 6, 256, 256) to (b, 3, 256, 256)."""

    def __init__(self) -> None:
        super().__init__()
        rising = tuple(reversed(WIDTHS))
        self.down = nn.ModuleList(
            nn.Sequential(nn.Conv2d(into, width, 3, 2, padding=1), _Block(width), _Block(width))
            for into, width in zip((6, *WIDTHS[:-1]), WIDTHS, strict=True)
        )
        self.up = nn.ModuleList(
            nn.Sequential(nn.Conv2d(into, width, 3, padding=1), _Block(width), _Block(width))
            for into, width in zip(
                (rising[0], *(2 * width for width in rising[1:])),
                (*rising[1:], rising[-1]),
                strict=True,
            )
        )
        self.to_rgb = nn.Conv2d(rising[-1], 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        skips: list[Tensor] = []
        for level in self.down:
            x = level(x)
            skips.append(x)
        x = skips.pop()
        for level in self.up:
            x = level(functional.interpolate(x, scale_factor=2.0, mode="nearest"))
            if skips:
                x = torch.cat([x, skips.pop()], dim=1)
        return torch.tanh(self.to_rgb(x))


def our_renderer(ckpt: Path | None) -> Callable[[int], None]:
    """Renders one frame of a portrait with moving head and mouth."""
    from talkinghead import Animator
    from talkinghead.landmarks import INNER_LOWER, JAW, OUTER_LOWER

    animator = Animator(ckpt=ckpt, device="cpu")
    portrait = animator.portrait("astronaut")
    renderer = animator.photo(portrait, size=SIDE).renderer
    unit = np.ptp(portrait.landmarks[:, 0])

    def render(frame: int) -> None:
        points = portrait.landmarks.copy()
        points[[*INNER_LOWER, *OUTER_LOWER], 1] += 0.06 * unit * (1 + np.sin(frame))
        points[JAW, 1] += 0.02 * unit * (1 + np.sin(frame))
        points[:, 0] += 0.03 * unit * np.sin(frame / 9)
        renderer.warp(points)  # type: ignore[attr-defined]

    return render


def generator_renderer() -> tuple[Callable[[int], None], int]:
    """Renders one frame with the generator; also its number of parameters."""
    generator = Generator().eval()
    inputs = torch.rand(1, 6, SIDE, SIDE) * 2 - 1

    def render(_: int) -> None:
        with torch.inference_mode():
            generator(inputs)

    return render, sum(p.numel() for p in generator.parameters())


def measure(render: Callable[[int], None], frames: int) -> float:
    """Seconds for rendering a number of frames."""
    start = time.perf_counter()
    for frame in range(frames):
        render(frame)
    return time.perf_counter() - start


def main() -> None:
    """Measure both and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ckpt", type=Path, help="folder of the weights (default: the package's)")
    parser.add_argument("--frames", type=int, default=80, help="of ours (default: %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="of torch (default: %(default)s)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    renderer, (generator, parameters) = our_renderer(args.ckpt), generator_renderer()
    measure(renderer, 3), measure(generator, 1)
    few = max(1, args.frames // 10)
    seconds = [0.0, 0.0]
    for _ in range(ROUNDS):
        seconds[0] += measure(renderer, -(-args.frames // ROUNDS))
        seconds[1] += measure(generator, -(-few // ROUNDS))
    rates = [
        ROUNDS * -(-count // ROUNDS) / s
        for count, s in zip((args.frames, few), seconds, strict=True)
    ]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {args.threads} torch threads, "
        f"torch {torch.__version__}, load {os.getloadavg()[0]:.1f}"
    )
    labels = (
        f"warp and translator, {SIDE} pixels",
        f"residual U-Net, {parameters / 1e6:.1f} M parameters, {SIDE}x{SIDE}x6",
    )
    for label, rate in zip(labels, rates, strict=True):
        print(f"{label:54}{rate:8.1f} frames/s")
    print(f"{'ratio':54}{rates[0] / rates[1]:8.1f}")


if __name__ == "__main__":
    main()
