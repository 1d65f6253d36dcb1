"""The parameters of the speaker branch that are measured, not trained: ranges, modes, spectra."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
import torch
from scipy.optimize import nnls

from talkinghead.errors import InputError
from talkinghead.landmarks import BROWS, COUNT, EYES, JAW, MOUTH
from talkinghead.models.speaker_branch import NOISE_SCALES, POSE_CHANNELS, SpeakerBranch
from talkinghead.motion.windows import noise
from talkinghead.sample_rates import FPS
from talkinghead.train.speaker.batches import (
    RANGE_FLOOR,
    RANGE_WINDOW,
    Recording,
    group_by_speaker,
    window_log_ranges,
)
from talkinghead.types import Array

# Of the style's regression, chosen by leave-one-speaker-out; the last one gives the mean speaker.
RIDGES = (0.1, 0.3, 1.0, 3.0, 10.0, float("inf"))  # inf, null in the card: the mean of all speakers
LAGS = (1, 2, 4, 7, 11, 17, 26, 45, 75)  # frames over which changes are measured
CORRELATION_LAG = 7  # at which the correlation of the channels is measured
CALIBRATION_FRAMES = 5000  # of noise, on which the range of the projection is measured
CLIPS_PER_SPEAKER = 20  # at most


def ridge_fit(x: Array, y: Array, ridge: float) -> Array:
    """(d, ...) slopes of a ridge regression of centred (n, d) to centred (n, ...)."""
    if np.isinf(ridge):
        return np.zeros((x.shape[1], *y.shape[1:]))
    return np.asarray(x.T @ np.linalg.solve(x @ x.T + ridge * np.eye(len(x)), y))


def fit_style(embeddings: Array, log_ranges: Array) -> tuple[Array, Array]:
    """(d, k) slopes from (n, d) speaker embeddings to (n, k) log ranges, and the ridges (k,).

    Each range has its own ridge: one that the embedding does not determine stays at the mean.
    """
    errors = np.zeros((len(RIDGES), log_ranges.shape[1]))
    for i in range(len(embeddings)):
        others = np.arange(len(embeddings)) != i
        x, y = embeddings[others], log_ranges[others]
        for row, ridge in enumerate(RIDGES):
            slope = ridge_fit(x - x.mean(0), y - y.mean(0), ridge)
            predicted = (embeddings[i] - x.mean(0)) @ slope + y.mean(0)
            errors[row] += (predicted - log_ranges[i]) ** 2
    chosen = np.asarray(RIDGES)[errors.argmin(axis=0)]
    x, y = embeddings - embeddings.mean(0), log_ranges - log_ranges.mean(0)
    return np.stack([ridge_fit(x, y[:, k], r) for k, r in enumerate(chosen)], axis=1), chosen


def principal_modes(frames: Array, parts: Iterable[slice], count: int) -> Array:
    """(count, 68, 3) principal components of (n, 68, 3) motion of some parts, of unit deviation."""
    chosen = np.zeros((COUNT, 1), dtype=bool)
    for part in parts:
        chosen[part] = True
    flat = (frames * chosen).reshape(len(frames), -1).astype(np.float64)
    powers, modes = np.linalg.eigh(flat.T @ flat / len(flat))
    spread = np.sqrt(np.maximum(powers[::-1][:count], 1e-12))
    largest = modes[:, ::-1][:, :count] * spread
    return np.asarray(largest.T.reshape(count, COUNT, 3), np.float32)


def band_powers(change: Array) -> Array:
    """(scales, k) powers of noise at NOISE_SCALES, for a mean squared change (lags, k) over LAGS.

    Unit noise smoothed by a Gaussian of width s has the change 2 - 2 exp(-lag^2 / 4 s^2).
    """
    lags, widths = np.array(LAGS)[:, None], np.array(NOISE_SCALES) * FPS
    bases = 2 - 2 * np.exp(-(lags**2) / (4 * widths**2))
    columns = []
    for curve in change.T:
        weight = 1 / np.maximum(curve, 1e-9)  # minimises the relative error
        columns.append(nnls(bases * weight[:, None], curve * weight)[0])
    return np.stack(columns, axis=1)


def correlation_factors(correlation: Array, count: int) -> Array:
    """(k, count) rows of unit norm whose products approximate a correlation matrix (k, k)."""
    powers, sides = np.linalg.eigh(correlation)
    rows = sides[:, ::-1][:, :count] * np.sqrt(np.maximum(powers[::-1][:count], 0))
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)
    return np.pad(rows, ((0, 0), (0, count - rows.shape[1])))


def typical_change(curves: Array, weights: Array) -> Array:
    """(lags, k) mean of recordings' curves of squared change (n, lags, k), NaN beyond their end.

    From lag to lag the mean growth of the recordings that are long enough is added, not their
    level: the few long ones are of speakers with much motion.
    """
    logs = np.log(curves)
    first = np.average(logs[:, 0], axis=0, weights=weights)
    steps = np.diff(logs, axis=1)
    known = np.isfinite(steps) * weights[:, None, None]
    growth = np.nansum(steps * known, axis=0) / np.maximum(known.sum(axis=0), 1e-9)
    return np.exp(first + np.concatenate([np.zeros_like(first)[None], growth.cumsum(axis=0)]))


def fit_noise_projection(motions: list[Array], weights: list[float], noise_channels: int) -> Array:
    """(k, noise_channels * scales) projection of smooth noise to motion like `motions` (t, k).

    It has their weighted mean spectrum and range, and the correlation of their channels. Each
    motion is scaled to the mean range first, so that a few large ones do not dominate.
    """
    channels = motions[0].shape[1]
    log_ranges = np.stack([window_log_ranges(motion) for motion in motions])
    typical = np.average(log_ranges, axis=0, weights=weights)
    motions = [m * np.exp(typical - r) for m, r in zip(motions, log_ranges, strict=True)]
    covariance = np.zeros((channels, channels))
    curves = np.full((len(motions), len(LAGS), channels), np.nan)
    for curve, motion, weight in zip(curves, motions, weights, strict=True):
        for row, lag in enumerate(LAGS):
            if len(motion) > lag:
                change = motion[lag:] - motion[:-lag]
                curve[row] = (change**2).mean(axis=0) + RANGE_FLOOR**2
                if lag == CORRELATION_LAG:
                    covariance += weight * change.T @ change / len(change)
    powers = band_powers(typical_change(curves, np.asarray(weights)))
    deviation = np.sqrt(np.diag(covariance))
    correlation = covariance / np.maximum(np.outer(deviation, deviation), 1e-12)
    factors = correlation_factors(correlation, noise_channels)
    projection = np.einsum("kc,bk->kcb", factors, np.sqrt(powers)).reshape(channels, -1)
    generated = noise(0, 0, CALIBRATION_FRAMES, noise_channels) @ projection.T
    return np.asarray(projection * np.exp(typical - window_log_ranges(generated))[:, None])


def recording_unit_motion(net: SpeakerBranch, recording: Recording, style: Array) -> Array:
    """(t, k) true motion of a recording in the units of `UnitMotion`."""

    def project(modes: torch.Tensor) -> Array:
        basis = modes.flatten(1).cpu().numpy().astype(np.float64)
        flat = recording.residual.reshape(len(recording.pose), -1).astype(np.float64)
        return np.asarray(flat @ basis.T / (basis**2).sum(axis=1))

    scale = np.exp(style)
    pose = recording.pose / scale[:POSE_CHANNELS]
    brows = project(net.brow_modes) / scale[POSE_CHANNELS]
    return np.concatenate([pose, brows, project(net.lip_modes)], axis=1)


@torch.no_grad()
def initialize_statistics(net: SpeakerBranch, recordings: list[Recording]) -> list[float]:
    """Measure and set scales, modes, style head and noise projection; freeze the style head.

    Every speaker counts alike. Returns the ridges of the style's regression. Raises InputError if
    no recording has speech.
    """
    by_speaker = group_by_speaker(r for r in recordings if r.has_speech)
    if not by_speaker:
        raise InputError(
            f"no training speaker has a clip of {RANGE_WINDOW} frames with speech; "
            "add clips with speech, of speakers not held out for validation or tests"
        )
    chosen = [
        recording
        for clips in by_speaker.values()
        for recording in clips[:: -(-len(clips) // CLIPS_PER_SPEAKER)]
    ]
    content = np.concatenate([r.content.astype(np.float32) for r in chosen])
    frames = np.concatenate([r.residual.astype(np.float32) for r in chosen])
    embeddings = np.array(
        [np.mean([r.speaker_embedding for r in clips], axis=0) for clips in by_speaker.values()]
    )
    log_ranges = np.array(
        [np.mean([r.log_ranges for r in clips], axis=0) for clips in by_speaker.values()]
    )
    slope, ridges = fit_style(embeddings, log_ranges)
    mean = log_ranges.mean(axis=0)
    mean[POSE_CHANNELS:] = 0  # brows and mouth are relative to the mean speaker
    parameters = {
        "content_mean": content.mean(axis=0),
        "content_std": np.maximum(content.std(axis=0), 1e-3),
        "speaker_mean": embeddings.mean(axis=0),
        "brow_modes": principal_modes(frames, [BROWS, EYES], net.size.brow_modes),
        "lip_modes": principal_modes(frames, [JAW, MOUTH], net.size.lip_modes),
        "style_head.weight": slope.T,
        "style_head.bias": mean,
    }
    state = net.state_dict()
    for name, value in parameters.items():
        state[name].copy_(torch.from_numpy(np.asarray(value, dtype=np.float32)))
    net.style_head.requires_grad_(False)
    stacked = torch.from_numpy(np.stack([r.speaker_embedding for r in chosen]))
    styles = net.predict_style(stacked).numpy()
    motions = [recording_unit_motion(net, r, s) for r, s in zip(chosen, styles, strict=True)]
    counts = Counter(r.speaker for r in chosen)
    weights = [1 / counts[r.speaker] for r in chosen]
    projection = fit_noise_projection(motions, weights, net.size.noise_channels)
    state["noise_proj.weight"].copy_(torch.from_numpy(projection))
    return [float(ridge) for ridge in ridges]
