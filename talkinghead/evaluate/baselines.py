"""Baselines of predicted motion: a static face, and a mouth driven by the audio's energy."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from talkinghead.evaluate.motion_metrics import energy_db, standard_deviation
from talkinghead.evaluate.registration import NEUTRAL_SHARE
from talkinghead.landmarks import CHIN, COUNT, INNER_LOWER, JAW_RIGHT, OUTER_LOWER
from talkinghead.sample_rates import FPS
from talkinghead.types import Array, FaceShape, FaceTrack, Waveform

SMOOTHING = 1.5  # frames: standard deviation of the Gaussian over the log energy


def static_face_track(face: FaceShape, count: int) -> FaceTrack:
    """The neutral face, repeated `count` times."""
    return FaceTrack(np.repeat(face.points[None], count, axis=0), np.zeros((count, 6)), FPS)


def energy_track(wave: Waveform, face: FaceShape, true_opening: Array) -> FaceTrack:
    """A mouth that opens with the smoothed log energy of the audio, at the true amplitude.

    `true_opening` is (t,) in face units: the baseline knows how far the mouth moves and takes only
    the timing from the audio.
    """
    count = len(true_opening)
    loudness = gaussian_filter1d(energy_db(wave, count), SMOOTHING, mode="nearest")
    # As many frames have a closed mouth as define the neutral face: the quietest ones.
    quiet = np.sort(loudness)[: max(1, round(NEUTRAL_SHARE * count))].mean()
    drop = np.maximum(loudness - quiet, 0)  # lips do not cross
    std = standard_deviation(drop)
    drop = drop * (standard_deviation(true_opening) / std if std else 0.0)
    points = np.repeat(face.points[None].astype(np.float64), count, axis=0)
    points[..., 1] += drop[:, None] * _drop_per_point()
    return FaceTrack(points, np.zeros((count, 6)), FPS)


def _drop_per_point() -> Array:
    """(68,) displacement of each point of lower lip and jaw for an opening of 1."""
    share = np.zeros(COUNT)
    share[INNER_LOWER] = [0.85, 1.0, 0.85]
    share[OUTER_LOWER] = [0.55, 0.85, 0.95, 0.85, 0.55]
    jaw = np.arange(JAW_RIGHT + 1)
    share[jaw] = 0.8 * np.clip(1 - np.abs(jaw - CHIN) / 5, 0, 1)
    return share
