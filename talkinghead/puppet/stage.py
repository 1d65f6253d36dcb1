"""Puppets on the stage of face units: where a drawn face stands, and how far its mouth goes."""

import numpy as np

from talkinghead.errors import PuppetError
from talkinghead.geometry.align import mean_face
from talkinghead.landmarks import (
    JAW_LEFT,
    JAW_RIGHT,
    MOUTH_LEFT,
    MOUTH_RIGHT,
    NOSE_TOP,
)
from talkinghead.types import Array, FaceFrame, FaceShape, Puppet

MAX_GAIN = 1.8  # beyond it, a drawn mouth tears rather than speaks


def puppet_face(puppet: Puppet) -> tuple[FaceShape, FaceFrame]:
    """A puppet's closed face in face units, and its place on the canvas.

    A drawing is flat and its proportions are its own, so nothing is registered: the frame is
    upright, a face width is the distance between the jaw's ends, the nose top is the origin.
    Depth is the mean face's.
    """
    width = float(np.linalg.norm(puppet.closed[JAW_RIGHT] - puppet.closed[JAW_LEFT]))
    if width < 8:
        raise PuppetError(
            f"puppet {puppet.name}: points.closed 0 and 16 are {width:.0f} pixels apart; "
            "they are the two ends of the jaw"
        )
    origin = np.append(puppet.closed[NOSE_TOP], 0.0)
    frame = FaceFrame(np.eye(3), width, origin)
    depth = mean_face()[:, 2:] * width
    points = frame.to_face(np.concatenate([puppet.closed, depth], axis=1))
    return FaceShape(points.astype(np.float32)), frame


def mouth_gain(puppet: Puppet) -> tuple[float, float]:
    """How many times as far as a human's the puppet's mouth moves, sideways and down.

    The record's `mouth_gain` where it has one; otherwise the width of the mouth against the
    mean face's, both in face widths, between 0.5 and 1.8.
    """
    stated = puppet.meta.get("mouth_gain")
    if stated is not None:
        return float(stated[0]), float(stated[1])
    face, _ = puppet_face(puppet)

    def width(points: Array) -> float:
        return float(np.linalg.norm(points[MOUTH_RIGHT, :2] - points[MOUTH_LEFT, :2]))

    gain = float(np.clip(width(face.points) / width(mean_face()), 0.5, MAX_GAIN))
    return gain, gain
