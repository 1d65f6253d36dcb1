"""What the speaker branch is given measured rather than taught: ranges, modes and spectra."""

from collections.abc import Iterable

import numpy as np
import torch
from scipy.optimize import nnls

from talkinghead.clock import FPS
from talkinghead.errors import InputError
from talkinghead.landmarks import BROWS, COUNT, EYES, JAW, MOUTH
from talkinghead.motion.speaker_branch import AXES, SpeakerBranch
from talkinghead.motion.windows import BANDS, noise
from talkinghead.train.sequences import FLOOR, WINDOW, Recording, by_talker, ranges
from talkinghead.types import Array

# Tried for the manner; leaving one talker out chooses. The last one is the mean talker's.
RIDGES = (0.1, 0.3, 1.0, 3.0, 10.0, float("inf"))
LAGS = (1, 2, 4, 7, 11, 17, 26, 45, 75)  # frames over which change is measured
TOGETHER = 7  # the lag at which channels' changes are correlated
SAMPLE = 5000  # frames of noise on which the range of a mix is checked
EACH = 20  # clips of one talker at most that scales and spectra are measured on


def ridge_fit(x: Array, y: Array, ridge: float) -> Array:
    """(d, ...) ridge regression of centred (n, d) to centred (n, ...); none where infinite."""
    if np.isinf(ridge):
        return np.zeros((x.shape[1], *y.shape[1:]))
    return np.asarray(x.T @ np.linalg.solve(x @ x.T + ridge * np.eye(len(x)), y))


def manner_fit(voices: Array, figures: Array) -> tuple[Array, Array]:
    """(d, k) slopes from (n, d) voices to (n, k) figures around their means, and the ridges (k,).

    Each figure has its own ridge; one that voices do not tell is left to the mean.
    """
    errors = np.zeros((len(RIDGES), figures.shape[1]))
    for i in range(len(voices)):
        others = np.arange(len(voices)) != i
        x, y = voices[others], figures[others]
        for row, ridge in enumerate(RIDGES):
            slope = ridge_fit(x - x.mean(0), y - y.mean(0), ridge)
            errors[row] += ((voices[i] - x.mean(0)) @ slope + y.mean(0) - figures[i]) ** 2
    chosen = np.asarray(RIDGES)[errors.argmin(axis=0)]
    x, y = voices - voices.mean(0), figures - figures.mean(0)
    return np.stack([ridge_fit(x, y[:, k], r) for k, r in enumerate(chosen)], axis=1), chosen


def modes_of(frames: Array, parts: Iterable[slice], count: int) -> Array:
    """(count, 68, 3) principal modes of (n, 68, 3) motion of some parts, of unit spread each."""
    chosen = np.zeros((COUNT, 1), dtype=bool)
    for part in parts:
        chosen[part] = True
    flat = (frames * chosen).reshape(len(frames), -1).astype(np.float64)
    powers, modes = np.linalg.eigh(flat.T @ flat / len(flat))
    spread = np.sqrt(np.maximum(powers[::-1][:count], 1e-12))
    largest = modes[:, ::-1][:, :count] * spread
    return np.asarray(largest.T.reshape(count, COUNT, 3), np.float32)


def band_powers(change: Array) -> Array:
    """(bands, k) powers of noise in BANDS whose mean squared change over LAGS is (lags, k).

    White noise smoothed by a Gaussian of width s changes by 2 - 2 exp(-lag^2 / 4 s^2).
    """
    lags, widths = np.array(LAGS)[:, None], np.array(BANDS) * FPS
    bases = 2 - 2 * np.exp(-(lags**2) / (4 * widths**2))
    columns = []
    for wanted in change.T:
        weight = 1 / np.maximum(wanted, 1e-9)  # relative error counts
        columns.append(nnls(bases * weight[:, None], wanted * weight)[0])
    return np.stack(columns, axis=1)


def factors(together: Array, count: int) -> Array:
    """(k, count) rows of unit length whose products come near a correlation matrix (k, k)."""
    powers, sides = np.linalg.eigh(together)
    rows = sides[:, ::-1][:, :count] * np.sqrt(np.maximum(powers[::-1][:count], 0))
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return np.pad(rows, ((0, 0), (0, count - rows.shape[1])))


def typical_change(curves: Array, weights: Array) -> Array:
    """(lags, k) typical mean squared change from recordings' (n, lags, k), NaN beyond their end.

    Each lag adds the growth seen in the recordings that reach it, not their level: the few
    long ones are of talkers who move much, and would let everybody's head wander.
    """
    logs = np.log(curves)
    first = np.average(logs[:, 0], axis=0, weights=weights)
    steps = np.diff(logs, axis=1)
    known = np.isfinite(steps) * weights[:, None, None]
    growth = np.nansum(steps * known, axis=0) / np.maximum(known.sum(axis=0), 1e-9)
    return np.exp(first + np.concatenate([np.zeros_like(first)[None], growth.cumsum(axis=0)]))


def drift_of(motions: list[Array], weights: list[float], chance: int) -> Array:
    """(k, chance * bands) mix of smooth noise that moves like `motions` (t, k) do.

    It has their spectra, their typical range and the correlation of their channels; `weights`
    count the motions. Each is brought to the typical range first: a few that go far would
    make the middling talker restless.
    """
    channels = motions[0].shape[1]
    own = np.stack([ranges(motion) for motion in motions])
    typical = np.average(own, axis=0, weights=weights)
    motions = [m * np.exp(typical - r) for m, r in zip(motions, own, strict=True)]
    together = np.zeros((channels, channels))
    curves = np.full((len(motions), len(LAGS), channels), np.nan)
    for curve, motion, weight in zip(curves, motions, weights, strict=True):
        for row, lag in enumerate(LAGS):
            if len(motion) > lag:
                moved = motion[lag:] - motion[:-lag]
                curve[row] = (moved**2).mean(axis=0) + FLOOR**2
                together += weight * moved.T @ moved / len(moved) * (lag == TOGETHER)
    powers = band_powers(typical_change(curves, np.asarray(weights)))
    spread = np.sqrt(np.diag(together))
    mixed = factors(together / np.maximum(np.outer(spread, spread), 1e-12), chance)
    drift = np.einsum("kc,bk->kcb", mixed, np.sqrt(powers)).reshape(channels, -1)
    made = ranges(noise(0, 0, SAMPLE, chance) @ drift.T)
    return np.asarray(drift * np.exp(typical - made)[:, None])


def unit_motion(net: SpeakerBranch, recording: Recording, manner: Array) -> Array:
    """(t, k) what really moved in a recording, in the units of `SpeakerBranch.unit`."""

    def read(modes: torch.Tensor) -> Array:
        basis = modes.flatten(1).cpu().numpy().astype(np.float64)
        flat = recording.residual.reshape(len(recording.pose), -1).astype(np.float64)
        return np.asarray(flat @ basis.T / (basis**2).sum(axis=1))

    scale = np.exp(manner)
    pose, brows = recording.pose / scale[:AXES], read(net.brow_modes) / scale[AXES]
    return np.concatenate([pose, brows, read(net.lip_modes)], axis=1)


@torch.no_grad()
def prepare(net: SpeakerBranch, recordings: list[Recording]) -> list[float]:
    """Fill in what is measured: scales, modes, the manner and the spectra of the noise.

    Every talker counts alike. Returns the ridges that were chosen for the manner. Raises
    InputError where no talker is heard.
    """
    spoken = by_talker(r for r in recordings if r.speaks)
    if not spoken:
        raise InputError(
            f"no talker to train on is heard in a clip of {WINDOW} frames; "
            "add clips with speech, of talkers not kept for validation or tests"
        )
    some = [r for talker in spoken.values() for r in talker[:: -(-len(talker) // EACH)]]
    content = np.concatenate([r.content.astype(np.float32) for r in some])
    frames = np.concatenate([r.residual.astype(np.float32) for r in some])
    voices = np.array([np.mean([r.speaker for r in group], axis=0) for group in spoken.values()])
    figures = np.array([np.mean([r.figures for r in group], axis=0) for group in spoken.values()])
    slope, ridges = manner_fit(voices, figures)
    mean = figures.mean(axis=0)
    mean[AXES:] = 0  # brows and mouth are relative
    measured = {
        "content_mean": content.mean(axis=0),
        "content_spread": np.maximum(content.std(axis=0), 1e-3),
        "voice_mean": voices.mean(axis=0),
        "brow_modes": modes_of(frames, [BROWS, EYES], net.size.brows),
        "lip_modes": modes_of(frames, [JAW, MOUTH], net.size.lips),
        "manner.weight": slope.T,
        "manner.bias": mean,
    }
    state = net.state_dict()
    for name, value in measured.items():
        state[name].copy_(torch.from_numpy(np.asarray(value, dtype=np.float32)))
    net.manner.requires_grad_(False)
    own = net.manner_of(torch.from_numpy(np.stack([r.speaker for r in some]))).numpy()
    motions = [unit_motion(net, r, m) for r, m in zip(some, own, strict=True)]
    shares = [1 / sum(other.talker == r.talker for other in some) for r in some]
    state["drift.weight"].copy_(torch.from_numpy(drift_of(motions, shares, net.size.chance)))
    return [float(ridge) for ridge in ridges]
