"""The common ground of all figures: one frame rate, one unit, head motion taken out. Pure."""

from dataclasses import dataclass

import numpy as np

from talkinghead.clock import FPS
from talkinghead.errors import FaceError
from talkinghead.geometry.align import register
from talkinghead.geometry.mouth import opening
from talkinghead.landmarks import JAW_LEFT, JAW_RIGHT, LEFT_EYE_OUTER, RIGHT_EYE_OUTER, STABLE
from talkinghead.rotation import euler
from talkinghead.types import Array

REST_SHARE = 0.2  # of the frames, those with the smallest opening, make the neutral face
ROUNDS = 3  # of the mean face; it moves by under 1e-4 face widths after the second


@dataclass(frozen=True)
class Grounded:
    """A track on common ground: 25 frames a second, face widths, upright, head held still."""

    points: Array  # (t, 68, 3) face widths of the clip's mean face, y down
    pose: Array  # (t, 3) yaw, pitch, roll in degrees: what the registration took out

    @property
    def neutral(self) -> Array:
        """(68, 3) mean of the frames with the smallest opening."""
        count = max(1, round(REST_SHARE * len(self.points)))
        quiet = np.argsort(opening(self.points), kind="stable")[:count]
        rest: Array = self.points[quiet].mean(axis=0)
        return rest

    @property
    def displacement(self) -> Array:
        """(t, 68, 3) the face minus its own neutral."""
        moved: Array = self.points - self.neutral
        return moved


def resampled(values: Array, fps: float, to: float = FPS) -> Array:
    """(t, ...) values at `fps` to `to` frames a second, linear between frames.

    Frame i stands at i / fps seconds, as a video's time stamps have it. Never reaches past
    the last frame.
    """
    if fps == to:
        return values
    count = int(np.floor((len(values) - 1) * to / fps + 1e-9)) + 1
    at = np.minimum(np.arange(count) * fps / to, len(values) - 1)
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, len(values) - 1)
    part = (at - low).reshape(-1, *[1] * (values.ndim - 1))
    mixed: Array = values[low] * (1 - part) + values[high] * part
    return mixed


def mean_face(track: Array) -> Array:
    """(68, 3) the mean face of a track (t, 68, 3): face width 1, upright by the eyes.

    The frames are registered on their mean and averaged again (generalised Procrustes,
    Gower 1975). The origin is the centre of the points that speech does not move.
    """
    frames = track - track[:, STABLE].mean(axis=1, keepdims=True)
    mean: Array = frames.mean(axis=0)
    for _ in range(ROUNDS):
        mean = register(frames, mean).points.mean(axis=0)
    across = mean[RIGHT_EYE_OUTER] - mean[LEFT_EYE_OUTER]
    length = float(np.hypot(across[0], across[1]))
    width = float(np.linalg.norm(mean[JAW_RIGHT] - mean[JAW_LEFT]))
    if length <= 1e-9 or width <= 1e-9:
        raise FaceError("the clip's mean face has no width; the detection is unusable")
    cos, sin = across[0] / length, across[1] / length
    upright = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    turned: Array = (mean - mean[STABLE].mean(axis=0)) @ upright.T / width
    return turned


def on_ground(track: Array, fps: float, reference: Array) -> Grounded:
    """Bring a track (t, 68, 3) of any unit and rate onto `reference`, the clip's mean face."""
    result = register(resampled(track.astype(np.float64), fps), reference)
    return Grounded(result.points, euler(result.rotations))
