"""Transfer head pose and eyelids from a reference video, and interpolate head angles."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter1d

from talkinghead.landmarks import LOWER_LID, UPPER_LID
from talkinghead.types import Array, FaceTrack

OPEN_QUANTILE = 0.8  # of the eyelid gap that counts as the open eye
CLOSURE_RANGE = (0.35, 0.75)  # of the open gap: closed below the first, open above the second
REVERSAL_SMOOTHING = 0.2  # seconds over which the motion slows down where playback reverses
POSE_SMOOTHING = 0.03  # seconds: sigma of the Gaussian over detected poses


def transfer_pose(reference: FaceTrack, frames: int) -> Array:
    """(frames, 6) head pose of the reference at its own rate; short ones go back and forth."""
    smooth = gaussian_filter1d(
        reference.pose.astype(float), POSE_SMOOTHING * reference.fps, axis=0, mode="nearest"
    )
    pose: Array = smooth[ping_pong_indices(len(reference), frames)]
    if frames > len(reference):  # a head that reverses within one frame would jerk
        pose = gaussian_filter1d(
            pose, REVERSAL_SMOOTHING * reference.fps / 2, axis=0, mode="nearest"
        )
    return pose


def transfer_eyelids(reference: FaceTrack, frames: int) -> Array:
    """(frames,) eyelid closure of the reference, 0 open to 1 closed."""
    eyelids = reference.points[:, LOWER_LID] - reference.points[:, UPPER_LID]
    gap = eyelids[..., 1].mean(axis=1)
    share = gap / max(float(np.quantile(gap, OPEN_QUANTILE)), 1e-6)
    closure = 1 - np.clip((share - CLOSURE_RANGE[0]) / (CLOSURE_RANGE[1] - CLOSURE_RANGE[0]), 0, 1)
    return np.asarray(closure[ping_pong_indices(len(reference), frames)])


def ping_pong_indices(length: int, frames: int) -> Array:
    """(frames,) indices into `length` frames, played forwards and backwards in turn."""
    if length == 1:
        return np.zeros(frames, dtype=int)
    ramp = np.arange(frames) % (2 * length - 2)
    return np.minimum(ramp, 2 * length - 2 - ramp)


def interpolate_angles(degrees: Sequence[float], frames: int) -> Array:
    """(frames,) angles through `degrees`, spaced evenly from the first frame to the last.

    Monotone between neighbours (Fritsch and Carlson 1980), so that the head never overshoots.
    A single value holds for all frames; no value gives 0.
    """
    if len(degrees) < 2 or frames < 2:
        return np.full(frames, degrees[-1] if degrees else 0.0)
    from scipy.interpolate import PchipInterpolator  # slow to import: most videos do not need it

    keys = np.linspace(0, frames - 1, len(degrees))
    return np.asarray(PchipInterpolator(keys, degrees)(np.arange(frames)))
