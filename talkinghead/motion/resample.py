"""Resample motion from the motion frame rate to that of a video, and fade a clip's ends."""

from dataclasses import replace

import numpy as np

from talkinghead.geometry.masks import smoothstep
from talkinghead.motion.lip_constraints import blend_to_neutral
from talkinghead.types import Array, FaceShape, FaceTrack

SPLINE_BLOCK = 2000  # frames interpolated at a time: bounds the memory
SPLINE_MARGIN = 24  # input frames on either side of a block: beyond them the spline does not change
FADE_SECONDS = 0.12  # of the fade from and to the neutral mouth at the ends of a clip


def clip_frames(seconds: float, fps: float) -> int:
    """Number of frames of a clip as long as its audio, at least 1."""
    return max(1, round(seconds * fps))


def resample_clip(track: FaceTrack, face: FaceShape, fps: float, frames: int) -> FaceTrack:
    """The motion of a whole clip as `frames` frames at `fps`, with a neutral mouth at both ends.

    A recording may start in the middle of a vowel; a video should not start with an open mouth.
    """
    resampled = resample(track, fps, frames)
    return fade_ends(resampled, face, np.arange(frames), frames)


def resample(track: FaceTrack, fps: float, frames: int) -> FaceTrack:
    """The same motion as `frames` frames at `fps`, padded with its last frame.

    Splines are cubic: at 60 frames/s linear interpolation would be visible as corners in time.
    """
    if fps == track.fps and frames == len(track):
        return track
    times = np.arange(frames) / fps
    points, pose = (interpolate(values, track.fps, times) for values in (track.points, track.pose))
    return FaceTrack(points, pose, fps, sample_articulation(track.articulation, track.fps, times))


def fade_ends(track: FaceTrack, face: FaceShape, indices: Array, frames: int | None) -> FaceTrack:
    """Blend mouth and jaw to neutral within FADE_SECONDS of a clip's first and last frame.

    `indices` (t,) are the indices of the track's frames in a clip of `frames` frames; None means
    that the end is more than FADE_SECONDS away.
    """
    distance = indices if frames is None else np.minimum(indices, frames - 1 - indices)
    share = np.asarray(smoothstep(distance / (FADE_SECONDS * track.fps)))
    return replace(track, points=blend_to_neutral(track.points, face.points, share))


def sample_articulation(values: Array | None, fps: float, times: Array) -> Array | None:
    """(n, 4) articulation at `times` (n,) seconds from (t, 4) at `fps`, linear; None stays None.

    A spline would overshoot the interval [0, 1].
    """
    if values is None:
        return None
    at = np.clip(times * fps, 0, len(values) - 1)
    first = np.minimum(at.astype(int), max(len(values) - 2, 0))
    share = (at - first)[:, None]
    following = np.minimum(first + 1, len(values) - 1)
    return np.asarray((1 - share) * values[first] + share * values[following], dtype=np.float32)


def interpolate(values: Array, fps: float, times: Array) -> Array:
    """(n, ...) float32 values at `times` (n,) seconds from (t, ...) at `fps`, by cubic splines.

    Fewer than 3 values are sampled by the nearest frame instead.
    """
    if len(values) < 3:
        nearest = np.clip(np.round(times * fps).astype(int), 0, len(values) - 1)
        return values[nearest]
    from scipy.interpolate import CubicSpline  # slow to import: most videos do not need it

    times = np.minimum(times, (len(values) - 1) / fps)
    result = np.empty((len(times), *values.shape[1:]), dtype=np.float32)
    for start in range(0, len(times), SPLINE_BLOCK):
        block = times[start : start + SPLINE_BLOCK]
        first = max(0, int(block[0] * fps) - SPLINE_MARGIN)
        last = min(len(values), int(block[-1] * fps) + SPLINE_MARGIN)
        knots = np.arange(first, last) / fps
        spline = CubicSpline(knots, values[first:last], axis=0, bc_type="natural")
        result[start : start + SPLINE_BLOCK] = spline(block)
    return result
