"""What lips do at a sound among its neighbours, learnt from clips: a teacher for any speech.

The few talkers on film say little; speech without film says everything. A displacement is a
sum over what is heard around a moment, each trait of it with its own dominance before, at and
after it (as phones have in Cohen and Massaro 1993), and of how loud each band is: a linear map
from the hidden states, in which phones are told apart, fitted by ridge regression. It knows
less than the branch that learns from it, but the same of every voice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from talkinghead.clock import FRAME, STRIDE
from talkinghead.landmarks import COUNT, JAW, MOUTH
from talkinghead.train.data import SHARE, Talker, mel_in
from talkinghead.train.ear import Ear
from talkinghead.train.unfilmed import Lips
from talkinghead.types import Array

LAGS = (-4, -2, 0, 2, 4)  # motion frames around a moment at which states and bands are looked at
WIDTH = 0.75  # motion frames, sigma: how sharply
GROUPS = 8  # of mel bands, whose levels are heard
LEVEL = 0.3  # a level's spread beside a state's, about
RIDGE = 1e4
MODES = 12  # principal displacements that are taught


@dataclass(frozen=True)
class Teacher:
    """What lips and jaw do on average."""

    slope: Array  # (c, MODES)
    centre: Array  # (c,)
    modes: Array  # (MODES, 68 * 3), orthonormal
    mean: Array  # (68 * 3,) displacement at the centre

    def __call__(self, context: Array) -> Array:
        """(t, c) of `context_of` to displacements (t, 68, 3) in face widths."""
        moved = (context - self.centre) @ self.slope @ self.modes + self.mean
        return np.asarray(moved.reshape(-1, COUNT, 3), dtype=np.float32)


def context_of(mel: Array, hidden: Array, frames: int) -> Array:
    """(frames, c): the hidden states and the levels of the bands about each motion frame.

    From log-mel (t, 80) at MEL_FPS and hidden states (u, w) at any other rate.
    """
    levels = LEVEL * mel.reshape(len(mel), GROUPS, -1).mean(axis=2)
    parts = []
    for heard in (hidden, levels):
        each = len(heard) / len(mel) * STRIDE  # rows a motion frame
        smooth = gaussian_filter1d(heard, WIDTH * each, axis=0, mode="nearest")
        at = (np.arange(frames)[:, None] + 0.5 + np.array(LAGS)) * each
        parts.append(smooth[at.astype(int).clip(0, len(heard) - 1)].reshape(frames, -1))
    return np.asarray(np.concatenate(parts, axis=1), dtype=np.float64)


def context_in(samples: Array, frames: int, ear: Ear, voice: Array) -> Array:
    """`context_of` (frames, c) of samples (n,) as an ear hears them."""
    mel = mel_in(samples, frames)
    return context_of(mel, ear.hear(mel, voice), frames)


def fit(talkers: Sequence[Talker], ear: Ear) -> Teacher:
    """Learn from the clips of talkers; each clip's own mean is taken out of both sides.

    Regression shrinks what it is unsure of: what is taught is given people's range again.
    """
    rows = []
    for talker in talkers:
        voice = ear.voice(talker.speech)
        weight = talker.frames ** ((SHARE - 1) / 2)  # of a frame, root: as the batches draw them
        for cut in talker.cuts:
            frames = len(cut.offsets)
            moved = np.zeros((frames, COUNT, 3))
            moved[:, MOUTH], moved[:, JAW] = cut.offsets[:, MOUTH], cut.offsets[:, JAW]
            context = context_in(cut.samples, frames, ear, voice)
            rows.append((weight, context, moved.reshape(frames, -1)))
    x, y = (np.concatenate([w * (r[k] - r[k].mean(0)) for w, *r in rows]) for k in (0, 1))
    _, modes = np.linalg.eigh(y.T @ y)
    modes = modes.T[::-1][:MODES]
    shares = y @ modes.T
    total = sum(w**2 * len(a) for w, a, _ in rows)
    scale = len(x) / total  # so that the ridge means the same for any weights
    gram = scale * x.T @ x + RIDGE * np.eye(x.shape[1])
    slope = np.linalg.solve(gram, scale * x.T @ shares)
    slope *= shares.std(axis=0) / np.maximum((x @ slope).std(axis=0), 1e-9)
    mean = sum(w**2 * b.sum(axis=0) for w, _, b in rows) / total
    centre = sum(w**2 * a.sum(axis=0) for w, a, _ in rows) / total
    return Teacher(slope, centre, modes, mean)


def lips_of(teacher: Teacher, ear: Ear) -> Lips:
    """The lips that a teacher gives to what an ear hears, whatever the face."""

    def lips(samples: Array, voice: Array, _: Array) -> Array:
        return teacher(context_in(samples, len(samples) // FRAME, ear, voice))

    return lips
