"""How far a voice moves the head and face of whoever speaks with its manner.

What belongs to a manner is how far and how fast, not which way: so the same words are moved
several times, each time by another chance, and ranges are averaged.
"""

from collections.abc import Callable, Sequence

import numpy as np

from talkinghead.evaluate.manner import FIGURES, WINDOW, manner
from talkinghead.landmarks import BROWS
from talkinghead.types import Array, FaceTrack, SpeechFeatures

RANGES = (*FIGURES, "brows")  # see `ranges`
UNITS = (
    "ranges over a second: yaw, pitch, roll in degrees; x, y, mouth, brows in % of the face's "
    "width; speed in degrees a second"
)
TAKES = 6  # seeds that each recording is moved with

# What was heard, the voice whose manner is borrowed (256,), and a seed.
Mover = Callable[[SpeechFeatures, Array, int], FaceTrack]


def brow_range(track: FaceTrack) -> float:
    """Standard deviation of the brows' height, mean over windows as in `manner`; % of the face."""
    height = track.points[:, BROWS, 1].mean(axis=1)
    parts = np.array_split(height, max(1, len(track) // WINDOW))
    return 100 * float(np.mean([part.std() for part in parts]))


def ranges(
    voice: Array, spoken: Sequence[SpeechFeatures], move: Mover, takes: int = TAKES
) -> dict[str, float]:
    """RANGES of a voice's motion, means over what is spoken and over `takes` seeds.

    The figures of `manner`, and the brows' height in % of the face's width.
    """
    rows = []
    for features in spoken:
        for seed in range(takes):
            track = move(features, voice, seed)
            rows.append([*manner(track), brow_range(track)])
    return dict(zip(RANGES, np.mean(rows, axis=0).tolist(), strict=True))
