"""Another frame rate for a track: the motion clock is not the video's."""

import math

import numpy as np
from scipy.interpolate import CubicSpline

from talkinghead.clock import FPS
from talkinghead.recent import Recent
from talkinghead.types import Array, FaceTrack

BLOCK = 2000  # frames made at a time: memory stays flat
MARGIN = 24  # known frames on either side of a block; a spline forgets three quarters with each
AHEAD = 2  # motion frames behind a stream's frame, where it lies between two


def retime(track: FaceTrack, fps: float, frames: int) -> FaceTrack:
    """The same motion as `frames` frames at `fps`; the last frame is held where it ends early."""
    if fps == track.fps and frames == len(track):
        return track
    times = np.arange(frames) / fps
    return FaceTrack(_at(track.points, track.fps, times), _at(track.pose, track.fps, times), fps)


class Retimer:
    """`retime` for a stream: motion frames go in one by one, frames at `fps` come out.

    At another rate than the motion's a frame waits for AHEAD motion frames behind it.
    """

    def __init__(self, fps: float):
        self.fps = fps
        self._points, self._pose = Recent(MARGIN + AHEAD + 1), Recent(MARGIN + AHEAD + 1)
        self._made = 0

    def __call__(self, track: FaceTrack | None, count: int | None = None) -> FaceTrack | None:
        """One motion frame, or None behind the last, to the frames that it completes, if any.

        `count` is how many frames there are in all, once that is known.
        """
        if track is not None:
            self._points.add(track.points)
            self._pose.add(track.pose)
        if track is None and count is not None:
            stop = count
        else:
            last = self._points.stop - 1 - (0 if self.fps == FPS else AHEAD)
            # Rounding must not keep back a frame that falls on a motion frame.
            stop = math.floor(last * self.fps / FPS + 1e-9) + 1
            stop = stop if count is None else min(stop, count)
        if stop <= self._made:
            return None
        times = np.arange(self._made, stop) / self.fps
        self._made = stop
        if self.fps == FPS and track is not None:
            return track
        points, pose = (_of_recent(known, times) for known in (self._points, self._pose))
        return FaceTrack(points, pose, self.fps)


def _of_recent(known: Recent, times: Array) -> Array:
    """The values at `times` seconds of a stream at FPS, held behind its end."""
    return _at(known.rows, FPS, times - known.start / FPS)


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
