"""A face followed through footage: its track, head motion apart, on the motion clock."""

from collections.abc import Iterable

import numpy as np

from talkinghead.clock import FPS
from talkinghead.errors import FaceError
from talkinghead.face.base import Detector
from talkinghead.geometry.align import face_frame, register
from talkinghead.rotation import euler
from talkinghead.types import Array, FaceTrack

MIN_FOUND = 0.9  # share of frames with a face, under which footage is refused
TREMOR = 1.2  # frames: a Gaussian that takes a detector's noise out of a track, and no nod


def follow(frames: Iterable[Array], fps: float, faces: Detector) -> FaceTrack:
    """The track at FPS of the face in frames at `fps`; the pose is relative to their mean.

    Raises FaceError where fewer than MIN_FOUND of the frames show a face.
    """
    track = fill_gaps(check_found(faces.follow(frames)))
    track = retime(track, fps, max(1, round(len(track) * FPS / fps)))
    reference = track[len(track) // 2]
    for _ in range(2):  # the mean of frames registered on one, then on their mean
        reference = register(track, reference).points.mean(axis=0)
    frame = face_frame(reference)
    found = register(track, reference)
    turns = frame.rotation.T @ found.rotations @ frame.rotation
    shifts = (found.centres - found.centres.mean(axis=0)) @ frame.rotation / frame.scale
    pose = np.concatenate([euler(turns), shifts], axis=1)
    return FaceTrack(frame.to_face(found.points).astype(np.float32), pose.astype(np.float32))


def check_found(track: Array) -> Array:
    """A track (t, 68, 3) with NaN frames as it is.

    Raises FaceError where fewer than MIN_FOUND of the frames hold a face.
    """
    share = float(np.isfinite(track).all(axis=(1, 2)).mean())
    if share < MIN_FOUND:
        raise FaceError(f"a face in only {share:.0%} of the frames, {MIN_FOUND:.0%} are needed")
    return track


def fill_gaps(track: Array) -> Array:
    """(t, 68, 3) with NaN frames to the same in float64, gaps bridged in a straight line.

    At the ends the nearest frame with a face is held. Raises FaceError where none has one.
    """
    found = np.isfinite(track).all(axis=(1, 2))
    if not found.any():
        raise FaceError("no frame shows a face; give footage of a visible, frontal face")
    times = np.arange(len(track))
    flat = track.reshape(len(track), -1)
    filled = [np.interp(times, times[found], column[found]) for column in flat.T]
    return np.stack(filled, axis=1).reshape(track.shape)


def retime(track: Array, fps: float, frames: int) -> Array:
    """(t, ...) at `fps` to (frames, ...) at FPS, in straight lines between frames."""
    if fps == FPS and frames == len(track):
        return track
    times = np.arange(frames) * fps / FPS
    flat = track.reshape(len(track), -1)
    columns = [np.interp(times, np.arange(len(track)), column) for column in flat.T]
    return np.stack(columns, axis=1).reshape(frames, *track.shape[1:])
