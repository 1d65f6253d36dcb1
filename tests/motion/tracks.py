"""Faces and tracks shared by the tests."""

import numpy as np

from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth
from talkinghead.types import FaceShape, FaceTrack

FACE = FaceShape(close_mouth(mean_face()).astype(np.float32))


def speaking(frames: int = 100, depth: float = 0.08) -> FaceTrack:
    """A mouth that opens by `depth` face widths every 10 frames, a still head."""
    points = np.repeat(FACE.points[None], frames, axis=0)
    drop = depth * (0.5 - 0.5 * np.cos(np.arange(frames) * 2 * np.pi / 10))
    points[:, [65, 66, 67], 1] += drop[:, None]
    points[:, 55:60, 1] += drop[:, None]
    points[:, 54, 0] += 0.3 * drop
    return FaceTrack(points.astype(np.float32), np.zeros((frames, 6), np.float32))
