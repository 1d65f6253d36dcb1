"""Another frame rate for a track: the motion clock is not the video's."""

import numpy as np
from scipy.interpolate import CubicSpline

from talkinghead.types import Array, FaceTrack

BLOCK = 2000  # frames made at a time: memory stays flat
MARGIN = 24  # known frames on either side of a block; a spline forgets three quarters with each


def retime(track: FaceTrack, fps: float, frames: int) -> FaceTrack:
    """The same motion as `frames` frames at `fps`; the last frame is held where it ends early."""
    if fps == track.fps and frames == len(track):
        return track
    times = np.arange(frames) / fps
    return FaceTrack(_at(track.points, track.fps, times), _at(track.pose, track.fps, times), fps)


def _at(values: Array, fps: float, times: Array) -> Array:
    if len(values) < 3:
        nearest = np.clip(np.round(times * fps).astype(int), 0, len(values) - 1)
        return values[nearest]
    times = np.minimum(times, (len(values) - 1) / fps)
    made = np.empty((len(times), *values.shape[1:]), dtype=np.float32)
    for start in range(0, len(times), BLOCK):
        asked = times[start : start + BLOCK]
        first = max(0, int(asked[0] * fps) - MARGIN)
        last = min(len(values), int(asked[-1] * fps) + MARGIN)
        # Cubic rather than straight lines: at 60 frames a second a linear lip has corners in time.
        known = np.arange(first, last) / fps
        curve = CubicSpline(known, values[first:last], axis=0, bc_type="natural")
        made[start : start + BLOCK] = curve(asked)
    return made
