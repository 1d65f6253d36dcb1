"""Color's hair: streams of paint from one parting, warm to the left, cool to the right."""

import math

import numpy as np
from brush import Point, ramp, ribbon, to_hex
from splash import blot, spatter

WARM = ["#7a0f6e", "#e01483", "#ff4d5a", "#ff8a1f", "#ffd21f"]
COOL = ["#24126e", "#3b2be0", "#2f6bff", "#12c2e9", "#8ff3e6"]


def _stream(rng: np.random.Generator, side: int, t: float, behind: bool) -> list[Point]:
    """A lock from the parting: the nearer to t = 1, the further out it lies."""
    if behind:  # well inside what the head shows, which moves before it
        nape = 512 + side * (96 + 50 * t), 620 + rng.normal(0, 16)
        return [(512 + side * 60, 480), nape, (512 + side * rng.uniform(90, 200), 800)]
    root = (490 + side * 6 * rng.uniform(), 170 - 56 * t + rng.normal(0, 5))
    top = 512 + side * (56 + 90 * t), 206 - 92 * t + rng.normal(0, 6)
    brow = 512 + side * (136 + 92 * t), 316 - 100 * t + rng.normal(0, 8)
    wide = 512 + side * (166 + 100 * t), 460 + rng.normal(0, 16)
    low = 512 + side * (168 + 96 * t + rng.normal(0, 8)), 610 + rng.normal(0, 18)
    flick = rng.uniform(-20, 60) if side < 0 else rng.uniform(10, 130)
    end = low[0] + side * flick * (0.4 + t), 760 - 60 * t + rng.normal(0, 46)
    return [root, top, brow, wide, low, end]


def strands(rng: np.random.Generator, behind: bool = False) -> list[str]:
    """The streams of both sides; `behind` gives those that hang behind the neck."""
    parts = []
    for side, colours in ((1, COOL), (-1, WARM)):
        count = 10 if behind else 27
        for i in range(count):
            t = 1 - i / (count - 1)
            tone = 0.05 + rng.uniform(0, 0.3) if behind else 0.12 + 0.8 * rng.uniform() ** 1.2
            line = _stream(rng, side, t, behind)
            wide = rng.uniform(20, 44)
            fill = to_hex(ramp(colours, tone))
            parts.append(ribbon(line, [4, wide, wide * 1.1, wide * 0.7, 1], fill))
            if not behind and i % 2:
                shine = [(x + side * 4, y - 3) for x, y in line]
                tint = to_hex(ramp(colours, tone + 0.32))
                parts.append(ribbon(shine, [1, 7, 9, 4, 1], tint))
    return parts


def crown(rng: np.random.Generator) -> list[str]:
    """The mass of hair on the head, and the paint that flies off it."""
    parts = []
    for x, y, size, fill in (
        (300, 180, 46, "#ff8a1f"),
        (720, 150, 54, "#12c2e9"),
        (596, 96, 34, "#8a2be2"),
        (784, 560, 44, "#3b2be0"),
        (236, 560, 40, "#ff4d5a"),
    ):
        parts += blot(rng, x, y, size, fill, rays=9)
    parts += spatter(rng, 760, 300, 170, COOL[1:], 34, 13)
    parts += spatter(rng, 262, 320, 150, WARM[1:], 30, 12)
    return parts


def fringe(rng: np.random.Generator) -> list[str]:
    """Locks that fall over the forehead, from the parting to both temples."""
    parts = []
    for side, colours, count in ((1, COOL, 13), (-1, WARM, 9)):
        for i in range(count):
            t = i / (count - 1)
            root = (488 + side * 6, 150 + 14 * math.sin(9 * t))
            arch = 512 + side * (40 + 100 * t), 216 + 46 * (1 - t) + rng.normal(0, 5)
            temple = 512 + side * (150 + 46 * t), 330 + 20 * (1 - t) + rng.normal(0, 8)
            end = 512 + side * (176 + 26 * t + rng.normal(0, 5)), 452 + rng.normal(0, 36)
            tone = 0.15 + 0.75 * rng.uniform()
            wide = rng.uniform(16, 34)
            line: list[Point] = [root, arch, temple, end]
            parts.append(ribbon(line, [4, wide, wide * 0.9, 1], to_hex(ramp(colours, tone))))
            if i % 2:
                tint = to_hex(ramp(colours, tone + 0.3))
                parts.append(ribbon([(x, y - 4) for x, y in line], [1, 6, 5, 1], tint))
    return parts
