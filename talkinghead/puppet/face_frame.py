"""Face geometry of a puppet: face frame on the canvas, closed and open pose, mouth gain."""

from typing import Final

import numpy as np

from talkinghead.errors import PuppetError
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import close_mouth, face_axes, join_inner_lips, mouth_width
from talkinghead.landmarks import (
    CHIN,
    INNER_LEFT,
    INNER_LOWER,
    INNER_RIGHT,
    INNER_UPPER,
    JAW,
    JAW_LEFT,
    JAW_RIGHT,
    MOUTH_LEFT,
    MOUTH_RIGHT,
    NOSE_TOP,
    OUTER_LOWER,
    OUTER_UPPER,
)
from talkinghead.types import Array, FaceFrame, FaceShape, Puppet

MAX_GAIN: Final = 1.8  # a larger gain distorts the mouth of a drawing

# The open pose, in mouth widths.
LOWER_LIP_DROP: Final = 0.40  # descent of the lower lip
UPPER_LIP_LIFT: Final = 0.05  # rise of the upper lip
CORNER_SHIFT: Final = 0.05  # motion of each mouth corner inwards
# Shares of the lips' motion, from the left corner to the right.
_OUTER_LIP: Final = np.array([0.6, 0.92, 1, 0.92, 0.6])[:, None]
_INNER_LIP: Final = np.array([0.92, 1, 0.92])[:, None]


def puppet_face(puppet: Puppet) -> tuple[FaceShape, FaceFrame]:
    """A puppet's face in its closed pose, in face units, and its frame on the canvas.

    A drawing is flat and has its own proportions, so it is not aligned with the mean face: the
    frame is upright, a face width is the distance between the ends of the jaw, and the origin is
    the top of the nose. Depth is that of the mean face. Raises PuppetError for a face less than
    8 pixels wide.
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
    """Factors (x, y) of the puppet's mouth motion relative to a human's.

    The `mouth_gain` of the record, if any. Otherwise the width of the mouth relative to that of
    the mean face, both in face widths, clipped to [0.5, MAX_GAIN].
    """
    stated = puppet.meta.get("mouth_gain")
    if stated is not None:
        return float(stated[0]), float(stated[1])
    face, _ = puppet_face(puppet)

    def width(points: Array) -> float:
        return float(np.linalg.norm(points[MOUTH_RIGHT, :2] - points[MOUTH_LEFT, :2]))

    gain = float(np.clip(width(face.points) / width(mean_face()), 0.5, MAX_GAIN))
    return gain, gain


def close_pose(points: Array) -> Array:
    """(68, 2) float64: the face (68, 2 or 3) with closed lips that meet exactly in one line."""
    return join_inner_lips(close_mouth(np.asarray(points, dtype=np.float64)[:, :2]))


def open_pose(closed: Array) -> Array:
    """(68, 2) float64: a closed face (68, 2 or 3) with its mouth opened as for a wide "ah".

    The lower lip and the chin descend, and the corners of the mouth move inwards. The jaw follows
    the lower lip, less so towards the ears.
    """
    out = np.array(closed, dtype=np.float64)[:, :2]
    across, below = face_axes(out)
    width = float(mouth_width(out))
    descent, rise = LOWER_LIP_DROP * width * below, -UPPER_LIP_LIFT * width * below
    out[INNER_LOWER] += descent * _INNER_LIP
    out[INNER_UPPER] += rise * _INNER_LIP
    out[OUTER_LOWER] += descent * _OUTER_LIP
    out[OUTER_UPPER] += rise * _OUTER_LIP
    for corner, inner, direction in ((MOUTH_LEFT, INNER_LEFT, 1), (MOUTH_RIGHT, INNER_RIGHT, -1)):
        out[[corner, inner]] += direction * CORNER_SHIFT * width * across + 0.12 * descent
    from_chin = np.abs(np.arange(JAW.start, JAW.stop) - CHIN) / 7
    share = (np.cos(np.pi * np.clip(from_chin, 0, 1)) + 1)[:, None] / 2
    out[JAW] += 0.8 * share * descent
    return out
