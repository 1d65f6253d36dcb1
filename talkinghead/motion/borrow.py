"""Motion that is given instead of predicted: a reference's head and lids, or key angles. Pure."""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from talkinghead.landmarks import LOWER_LID, UPPER_LID
from talkinghead.types import Array, FaceTrack

OPEN_SHARE = 0.8  # quantile of a lid gap that counts as an open eye
BLINK = (0.35, 0.75)  # of the open gap: all below is shut, all above open
TURN = 0.2  # seconds over which the motion slows down where it turns round
BREATH = 0.03  # seconds of smoothing: what a detector trembles by


def there_and_back(length: int, frames: int) -> Array:
    """(frames,) places in a reference of `length` frames, played forwards, then backwards."""
    if length == 1:
        return np.zeros(frames, dtype=int)
    ramp = np.arange(frames) % (2 * length - 2)
    return np.minimum(ramp, 2 * length - 2 - ramp)


def borrowed_pose(reference: FaceTrack, frames: int) -> Array:
    """(frames, 6) pose of the reference, at its own rate, there and back if it is too short."""
    steady = gaussian_filter1d(
        reference.pose.astype(float), BREATH * reference.fps, axis=0, mode="nearest"
    )
    pose: Array = steady[there_and_back(len(reference), frames)]
    if frames > len(reference):  # a head that turns round in one frame would jerk
        pose = gaussian_filter1d(pose, TURN * reference.fps / 2, axis=0, mode="nearest")
    return pose


def borrowed_lids(reference: FaceTrack, frames: int) -> Array:
    """(frames,) closure of the reference's eyes, 0 open to 1 shut."""
    lids = reference.points[:, LOWER_LID] - reference.points[:, UPPER_LID]
    gap = lids[..., 1].mean(axis=1)
    share = gap / max(float(np.quantile(gap, OPEN_SHARE)), 1e-6)
    shut = 1 - np.clip((share - BLINK[0]) / (BLINK[1] - BLINK[0]), 0, 1)
    return np.asarray(shut[there_and_back(len(reference), frames)])


def keyed(degrees: Sequence[float], frames: int) -> Array:
    """(frames,) angles that pass through `degrees`, spread evenly from the first frame to the last.

    Monotone between neighbours (Fritsch and Carlson 1980): the head never overshoots a key.
    """
    if len(degrees) < 2 or frames < 2:
        return np.full(frames, degrees[-1] if degrees else 0.0)
    places = np.linspace(0, frames - 1, len(degrees))
    return np.asarray(PchipInterpolator(places, degrees)(np.arange(frames)))
