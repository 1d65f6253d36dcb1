"""Sound and pictures made on the spot."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from talkinghead.types import Array

Encode = Callable[..., Path]


def tone(seconds: float, rate: int = 16_000, level: float = 0.3) -> Array:
    """(n,) float32 of a 220 Hz sine."""
    t = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * 220 * t)).astype(np.float32)


def moving_frames(count: int, size: tuple[int, int]) -> list[Array]:
    """Smooth (h, w, 3) pictures that drift sideways, each of its own brightness."""
    width, height = size
    x = np.linspace(0, 3, width)[None, :, None]
    y = np.linspace(0, 2, height)[:, None, None]
    colour = np.array([0.0, 1.0, 2.0])
    return [
        (127 + 90 * np.sin(x + y + colour + i / 10) + i % 7).astype(np.uint8) for i in range(count)
    ]
