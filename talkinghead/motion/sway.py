"""Head motion without a model of it: a slow, seeded sway with people's measured range."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from talkinghead.types import Array

# Standard deviation of yaw, pitch, roll (degrees) and x, y, z (face widths): a third of what
# public speakers in the training clips do. A sway that is not tied to the words convinces only
# while it stays small.
RANGE = np.array([1.7, 1.4, 1.0, 0.010, 0.008, 0.0])
# Width (seconds) of the two Gaussians whose mixture has the speakers' ratio of velocity to
# range, and the share of the variance that each carries.
BANDS = ((0.8, 0.7), (0.22, 0.3))
NOD = 0.9  # degrees of pitch that go with the onset of speech
SPARE = 8.0  # seconds drawn before and after, so that the ends are like the middle


def sway(activity: Array, fps: float, rng: np.random.Generator) -> Array:
    """(frames, 6) yaw, pitch, roll in degrees and x, y, z in face widths.

    People move more while they talk than while they wait, and dip the head as they begin.
    """
    frames = len(activity)
    spare = int(SPARE * fps)
    pose = np.zeros((frames, 6))
    for axis, spread in enumerate(RANGE):
        for seconds, share in BANDS:
            noise = rng.standard_normal(frames + 2 * spare)
            smooth = gaussian_filter1d(noise, seconds * fps)[spare : spare + frames]
            unit = np.sqrt(2 * np.sqrt(np.pi) * seconds * fps)  # undoes the filter's loss of power
            pose[:, axis] += spread * np.sqrt(share) * unit * smooth
    talking = gaussian_filter1d(activity.astype(float), 0.5 * fps, mode="nearest")
    pose *= (0.35 + 0.65 * talking)[:, None]
    pose[:, 1] += NOD * (gaussian_filter1d(activity.astype(float), 0.2 * fps, mode="nearest") - 0.5)
    return pose
