"""Mouth cues as a rig shows them: with fewer drawings, frame by frame, fading. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from talkinghead.types import SHAPES, Array, MouthCue

BASIC = "ABCDEF"
EXTENDED = "GHX"  # need not be drawn
STAND_IN = {"G": "A", "H": "C", "X": "A"}  # what is shown instead, as in Rhubarb Lip Sync
FADE = 0.06  # seconds over which one shape becomes the next, half of them before the change
SEEN = 2.0  # times as much as another does a closure count in a frame that both share


def drawn(cues: Sequence[MouthCue], extended: str = EXTENDED) -> list[MouthCue]:
    """The same cues with the basic shapes and those of `extended` only."""
    made: list[MouthCue] = []
    for cue in cues:
        shape = cue.shape if cue.shape in BASIC + extended else STAND_IN[cue.shape]
        if made and made[-1].shape == shape:
            made[-1] = replace(made[-1], end=cue.end)
        else:
            made.append(replace(cue, shape=shape))
    return made


def shares(cues: Sequence[MouthCue], times: Array, window: float) -> Array:
    """(t, 9) share of each of SHAPES in the `window` seconds around (t,) `times`; sums to 1.

    The first and the last cue go on beyond their ends.
    """
    edges = np.array([cues[0].start - window, *(c.start for c in cues[1:]), cues[-1].end + window])
    places = np.array([SHAPES.index(cue.shape) for cue in cues])
    spent = np.zeros((len(edges), len(SHAPES)))  # seconds of each shape until each edge
    spent[np.arange(1, len(edges)), places] = np.diff(edges)
    spent = spent.cumsum(axis=0)
    columns = [
        np.interp(times + window / 2, edges, column) - np.interp(times - window / 2, edges, column)
        for column in spent.T
    ]
    return np.stack(columns, axis=1) / window


def faded(cues: Sequence[MouthCue], fps: float) -> Array:
    """(t, 9) weights of SHAPES in [0, 1] at the middle of each frame, one fading into the next."""
    return shares(cues, _middles(cues, fps), FADE)


def shown(cues: Sequence[MouthCue], fps: float) -> list[tuple[int, str]]:
    """Frame, from 0, and the shape it changes to: the one that a frame shows longest.

    A closure counts for more, so that none of SHORTEST is lost from 24 frames a second on.
    """
    seen = shares(cues, _middles(cues, fps), 1 / fps)
    seen[:, SHAPES.index("A")] *= SEEN
    best = [SHAPES[at] for at in seen.argmax(axis=1)]
    changes = [(at, b) for at, (a, b) in enumerate(pairwise(best), start=1) if a != b]
    return [(0, best[0]), *changes]


def _middles(cues: Sequence[MouthCue], fps: float) -> Array:
    frames = max(1, round(cues[-1].end * fps))
    return np.asarray((np.arange(frames) + 0.5) / fps)
