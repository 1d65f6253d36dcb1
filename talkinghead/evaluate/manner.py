"""Does each voice get its own manner: are ranges of motion ranked as the talkers' own are?

Distance from the truth frame by frame says nothing of a head, which is free to move another
way for the same words. What belongs to a talker is how far and how fast.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d
from scipy.stats import spearmanr

from talkinghead.clock import FPS
from talkinghead.errors import InputError
from talkinghead.face.follow import TREMOR
from talkinghead.geometry.mouth import opening
from talkinghead.types import Array, FaceShape, FaceTrack, Waveform

FIGURES = ("yaw", "pitch", "roll", "x", "y", "speed", "mouth")  # see `manner`
WINDOW = 28  # frames that a range is taken over, about a second: what the shortest clips hold
APART = 1.25  # two talkers whose true figures have a smaller ratio cannot be told apart
LEAST = 4  # talkers that a rank correlation needs

# A recording, a face at rest and, where it is not the recording's own, a speaker embedding.
Mover = Callable[[Waveform, FaceShape, Array | None], FaceTrack]


@dataclass(frozen=True)
class Told:
    """One recording of a talker, and what the talker did."""

    talker: str
    wave: Waveform
    face: FaceShape
    track: FaceTrack  # at FPS


@dataclass(frozen=True)
class Manners:
    """What each talker did and what was predicted, row by row."""

    talkers: list[str]
    true: Array  # (n, len(FIGURES))
    predicted: Array  # (n, len(FIGURES))

    def ranks(self) -> dict[str, float]:
        """Spearman's correlation over the talkers, by figure; 0 where all are alike."""
        if len(self.talkers) < LEAST:
            raise InputError(f"{len(self.talkers)} talkers; ranks need {LEAST} or more")
        columns = zip(FIGURES, self.true.T, self.predicted.T, strict=True)
        return {
            name: float(spearmanr(a, b)[0]) if np.ptp(a) > 0 and np.ptp(b) > 0 else 0.0
            for name, a, b in columns
        }

    def ratios(self) -> dict[str, float]:
        """Predicted over true, geometric mean over the talkers, by figure; 1 is alike."""
        logs = np.log(np.maximum(self.predicted, 1e-6) / np.maximum(self.true, 1e-6))
        return dict(zip(FIGURES, np.exp(logs.mean(axis=0)).tolist(), strict=True))


def manner(track: FaceTrack) -> Array:
    """(len(FIGURES),) how a track moves.

    Standard deviations of yaw, pitch and roll (degrees), of x and y and of the mouth's
    opening (% of the face's width), each the mean over windows of WINDOW frames, so that a
    long recording counts like a short one; and the mean speed of the turning head (degrees a
    second). Raises InputError for a track that is shorter than one window.
    """
    if track.fps != FPS:
        raise InputError(f"a manner is measured at {FPS} frames a second, got {track.fps:g}")
    if len(track) < WINDOW:
        raise InputError(f"{len(track)} frames; a manner needs {WINDOW} or more")
    pose = gaussian_filter1d(track.pose.astype(np.float64), TREMOR, axis=0, mode="nearest")
    curves = np.column_stack([pose[:, :5], opening(track.points)])
    parts = np.array_split(curves, len(curves) // WINDOW)
    spreads = np.mean([part.std(axis=0) for part in parts], axis=0) * ([1] * 3 + [100] * 3)
    speed = np.linalg.norm(np.diff(pose[:, :3], axis=0), axis=1).mean() * FPS
    return np.asarray([*spreads[:5], speed, spreads[5]])


def manners(told: Iterable[Told], move: Mover) -> Manners:
    """True and predicted manner of each talker, means over the talker's recordings."""
    rows: dict[str, list[tuple[Array, Array]]] = defaultdict(list)
    for one in told:
        made = move(one.wave, one.face, None)
        rows[one.talker].append((manner(one.track), manner(made)))
    if not rows:
        raise InputError("no recordings; a manner is measured on talking clips with sound")
    talkers = sorted(rows)
    both = np.array([np.mean(rows[talker], axis=0) for talker in talkers])
    return Manners(talkers, both[:, 0], both[:, 1])


def swapped(
    told: Sequence[Told],
    move: Mover,
    voices: dict[str, Array],
    rng: np.random.Generator,
    pairs: int = 200,
) -> dict[str, float]:
    """Share of pairs whose figure goes the right way when only the voice is exchanged.

    A recording of talker a is predicted with a's own mean embedding and with b's, from
    `voices`; it should move more with b's where b truly moves more. Pairs are drawn at random
    and count for the figures in which the talkers are APART. Chance gives 0.5; a figure in
    which no drawn pair is apart is NaN.
    """
    by_talker: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        by_talker[one.talker].append(one)
    talkers = sorted(by_talker)
    if len(talkers) < 2:
        raise InputError("one talker; voices can be exchanged between two or more")
    true = {
        talker: np.mean([manner(one.track) for one in by_talker[talker]], axis=0)
        for talker in talkers
    }
    right, counted = np.zeros(len(FIGURES)), np.zeros(len(FIGURES))
    for _ in range(pairs):
        a, b = (talkers[i] for i in rng.choice(len(talkers), size=2, replace=False))
        one = by_talker[a][rng.integers(len(by_talker[a]))]
        own, other = (manner(move(one.wave, one.face, voices[who])) for who in (a, b))
        wanted = np.log(np.maximum(true[b], 1e-6) / np.maximum(true[a], 1e-6))
        apart = np.abs(wanted) > np.log(APART)
        counted += apart
        right += apart * (np.sign(other - own) == np.sign(wanted))
    shares = np.divide(right, counted, out=np.full(len(FIGURES), np.nan), where=counted > 0)
    return dict(zip(FIGURES, shares.tolist(), strict=True))
