"""What a prediction must beat: a face that does not move, and one that follows the loudness."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from talkinghead.clock import FPS
from talkinghead.evaluate.loudness import level
from talkinghead.evaluate.metrics import spread
from talkinghead.landmarks import CHIN, COUNT, INNER_LOWER, JAW_RIGHT, OUTER_LOWER
from talkinghead.types import Array, FaceShape, FaceTrack, Waveform

SMOOTH = 1.5  # frames: standard deviation of the Gaussian over the log energy
REST_SHARE = 0.2  # the quietest frames are the closed mouth, as in the neutral face


def still(face: FaceShape, count: int) -> FaceTrack:
    """The face at rest, `count` times."""
    return FaceTrack(np.repeat(face.points[None], count, axis=0), np.zeros((count, 6)), FPS)


def energy(wave: Waveform, face: FaceShape, true_opening: Array) -> FaceTrack:
    """A mouth that opens with the smoothed log energy, scaled to the true opening's spread.

    `true_opening` (t,) in face units: this baseline is told how far the mouth moves, and
    when, it must hear. Its quietest fifth is the face at rest.
    """
    count = len(true_opening)
    loud = gaussian_filter1d(level(wave, count), SMOOTH, mode="nearest")
    quiet = np.sort(loud)[: max(1, round(REST_SHARE * count))].mean()
    drop = np.maximum(loud - quiet, 0)  # lips do not cross
    std = spread(drop)
    drop = drop * (spread(true_opening) / std if std else 0.0)
    points = np.repeat(face.points[None].astype(np.float64), count, axis=0)
    points[..., 1] += drop[:, None] * _sink()
    return FaceTrack(points, np.zeros((count, 6)), FPS)


def _sink() -> Array:
    """(68,) how far each point sinks when the mouth opens by 1: lower lip, and jaw to the chin."""
    share = np.zeros(COUNT)
    share[INNER_LOWER] = [0.85, 1.0, 0.85]
    share[OUTER_LOWER] = [0.55, 0.85, 0.95, 0.85, 0.55]
    jaw = np.arange(JAW_RIGHT + 1)
    share[jaw] = 0.8 * np.clip(1 - np.abs(jaw - CHIN) / 5, 0, 1)
    return share
