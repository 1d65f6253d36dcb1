"""Registration of landmark tracks for evaluation: 25 frames/s, face widths, no head motion."""

from dataclasses import dataclass

import numpy as np

from talkinghead.errors import FaceError
from talkinghead.geometry.align import align_track
from talkinghead.geometry.mouth import mouth_opening
from talkinghead.landmarks import JAW_LEFT, JAW_RIGHT, LEFT_EYE_OUTER, RIGHT_EYE_OUTER, STABLE
from talkinghead.rotation import matrix_to_euler
from talkinghead.sample_rates import FPS
from talkinghead.types import Array

NEUTRAL_SHARE = 0.2  # of the frames, those with the smallest mouth opening, define the neutral face
ITERATIONS = 3  # for the mean face; the third changes it by less than 1e-4 face widths


@dataclass(frozen=True)
class RegisteredTrack:
    """A landmark track at 25 frames/s in face widths, upright, without head motion."""

    points: Array  # (t, 68, 3) widths of the clip's mean face, y down
    pose: Array  # (t, 3) yaw, pitch, roll in degrees, removed by the registration

    @property
    def neutral(self) -> Array:
        """(68, 3) neutral face of the track."""
        return neutral_face(self.points)

    @property
    def displacement(self) -> Array:
        """(t, 68, 3) landmarks minus the track's own neutral face."""
        displacement: Array = self.points - self.neutral
        return displacement


def neutral_face(points: Array) -> Array:
    """(68, 3) mean of the NEUTRAL_SHARE of frames (t, 68, 3) with the smallest mouth opening."""
    count = max(1, round(NEUTRAL_SHARE * len(points)))
    closed = np.argsort(mouth_opening(points), kind="stable")[:count]
    neutral: Array = points[closed].mean(axis=0)
    return neutral


def resample_linear(values: Array, fps: float, to: float = FPS) -> Array:
    """Resample (t, ...) values from `fps` to `to` frames/s by linear interpolation.

    Frame i is at i / fps seconds, as in the time stamps of a video. No extrapolation.
    """
    if fps == to:
        return values
    count = int(np.floor((len(values) - 1) * to / fps + 1e-9)) + 1
    positions = np.minimum(np.arange(count) * fps / to, len(values) - 1)
    low = np.floor(positions).astype(int)
    high = np.minimum(low + 1, len(values) - 1)
    part = (positions - low).reshape(-1, *[1] * (values.ndim - 1))
    resampled: Array = values[low] * (1 - part) + values[high] * part
    return resampled


def mean_face(track: Array) -> Array:
    """(68, 3) mean face of a track (t, 68, 3): face width 1, upright by the eyes.

    Generalised Procrustes analysis (Gower 1975): frames are registered on their mean, then
    averaged again. The origin is the centre of the points that speech does not move.

    Raises FaceError for a face without width.
    """
    frames = track - track[:, STABLE].mean(axis=1, keepdims=True)
    mean: Array = frames.mean(axis=0)
    for _ in range(ITERATIONS):
        mean = align_track(frames, mean).points.mean(axis=0)
    across = mean[RIGHT_EYE_OUTER] - mean[LEFT_EYE_OUTER]
    length = float(np.hypot(across[0], across[1]))
    width = float(np.linalg.norm(mean[JAW_RIGHT] - mean[JAW_LEFT]))
    if length <= 1e-9 or width <= 1e-9:
        raise FaceError("the clip's mean face has no width; the detection is unusable")
    cos, sin = across[0] / length, across[1] / length
    upright = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    turned: Array = (mean - mean[STABLE].mean(axis=0)) @ upright.T / width
    return turned


def register_track(track: Array, fps: float, reference: Array) -> RegisteredTrack:
    """Register a track (t, 68, 3) of any unit and rate on `reference` (68, 3), the mean face."""
    result = align_track(resample_linear(track.astype(np.float64), fps), reference)
    return RegisteredTrack(result.points, matrix_to_euler(result.rotations))
