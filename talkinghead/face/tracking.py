"""Tracks a face through a video: landmarks and head pose, separated, at the motion frame rate."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from talkinghead.errors import FaceError
from talkinghead.face.detectors.base import Detector
from talkinghead.geometry.align import align_track, face_frame
from talkinghead.rotation import matrix_to_euler
from talkinghead.sample_rates import FPS
from talkinghead.types import Array, FaceTrack

MIN_COVERAGE: Final = 0.9  # share of frames that must show a face
JITTER_SIGMA: Final = 1.2  # frames; a Gaussian that removes detector jitter and keeps nods


def track_face(frames: Iterable[Array], fps: float, detector: Detector) -> FaceTrack:
    """The motion of a face in frames (h, w, 3) uint8 at `fps`, as a track at FPS.

    Head pose is relative to its mean. Raises FaceError if fewer than MIN_COVERAGE of the frames
    show a face.
    """
    track = fill_gaps(require_coverage(detector.track(frames)))
    track = resample_track(track, fps, max(1, round(len(track) * FPS / fps)))
    reference = track[len(track) // 2]
    for _ in range(2):  # align with one frame, then with the mean of the aligned frames
        reference = align_track(track, reference).points.mean(axis=0)
    frame = face_frame(reference)
    registered = align_track(track, reference)
    rotations = frame.rotation.T @ registered.rotations @ frame.rotation
    shifts = (registered.centres - registered.centres.mean(axis=0)) @ frame.rotation / frame.scale
    pose = np.concatenate([matrix_to_euler(rotations), shifts], axis=1)
    return FaceTrack(frame.to_face(registered.points).astype(np.float32), pose.astype(np.float32))


def require_coverage(track: Array) -> Array:
    """The track (t, 68, 3) unchanged; frames without a face are NaN.

    Raises FaceError if fewer than MIN_COVERAGE of the frames have a face.
    """
    share = float(np.isfinite(track).all(axis=(1, 2)).mean())
    if share < MIN_COVERAGE:
        raise FaceError(f"only {share:.0%} of the frames show a face, need {MIN_COVERAGE:.0%}")
    return track


def fill_gaps(track: Array) -> Array:
    """A track (t, 68, 3) as float64, with its NaN frames interpolated linearly.

    Before the first face and after the last, the nearest face is repeated. Raises FaceError if no
    frame has a face.
    """
    detected = np.isfinite(track).all(axis=(1, 2))
    if not detected.any():
        raise FaceError("no frame shows a face; give a video of a visible, frontal face")
    times = np.arange(len(track))
    flat = track.reshape(len(track), -1)
    filled = [np.interp(times, times[detected], column[detected]) for column in flat.T]
    return np.stack(filled, axis=1).reshape(track.shape)


def resample_track(track: Array, fps: float, frames: int) -> Array:
    """(t, ...) values at `fps` as (frames, ...) at FPS, interpolated linearly."""
    if fps == FPS and frames == len(track):
        return track
    times = np.arange(frames) * fps / FPS
    flat = track.reshape(len(track), -1)
    columns = [np.interp(times, np.arange(len(track)), column) for column in flat.T]
    return np.stack(columns, axis=1).reshape(frames, *track.shape[1:])
