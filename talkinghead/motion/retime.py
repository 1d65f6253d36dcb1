"""Another frame rate for a track: the motion clock is not the video's."""

import numpy as np
from scipy.interpolate import CubicSpline

from talkinghead.types import Array, FaceTrack


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
    known = np.arange(len(values)) / fps
    # Cubic rather than straight lines: at 60 frames a second a linear lip has corners in time.
    curve = CubicSpline(known, values, axis=0, bc_type="natural")
    return np.asarray(curve(np.clip(times, 0, known[-1])), dtype=np.float32)
