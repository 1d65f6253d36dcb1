"""ARKit's 52 blendshapes of a face track: fits weights to the motion of the landmarks.

Each shape that 68 landmarks show has a displacement of the neutral face at weight 1, in shares of
this face's own mouth, eyes and width. The jaw follows the lower lip and the chin; the other weights
are those whose displacements together come nearest to the rest of the motion. GIVEN names these
shapes; all others are 0.
"""

from pathlib import Path
from typing import Final

import numpy as np

from talkinghead.geometry.mesh import delaunay
from talkinghead.geometry.mouth import mouth_opening, mouth_width
from talkinghead.landmarks import (
    BROWS,
    CHIN,
    EYES,
    INNER_LEFT,
    INNER_LIP,
    INNER_LOWER,
    INNER_RIGHT,
    INNER_UPPER,
    JAW,
    LEFT_EYE,
    LOWER_LID,
    MIRROR,
    MOUTH,
    MOUTH_LEFT,
    MOUTH_RIGHT,
    OUTER_LOWER,
    OUTER_UPPER,
    RIGHT_EYE,
    UPPER_LID,
)
from talkinghead.media.blendshape_names import BLENDSHAPES
from talkinghead.media.gltf import write_glb
from talkinghead.motion.blink import LID_MEETING_HEIGHT
from talkinghead.rotation import euler_to_matrix
from talkinghead.types import Array, FaceShape, FaceTrack

# At weight 1. A mouth opens by about 40 mm at most, and a face is about 140 mm wide.
JAW_DROP: Final = 0.26  # face widths by which the lower lip moves down
JAW_SIDE: Final = 0.06  # face widths by which the chin moves to one side
BROW_RISE: Final = 0.065  # face widths by which a brow moves up
# Shares of the lower lip's motion as the jaw opens, measured on predicted motion: of the jaw's
# points 0 to 8, and of the corners of the mouth.
_JAW_PROFILE: Final = np.array([0, 0, 0, 0.05, 0.1, 0.14, 0.22, 0.35, 0.68])
_CORNER_SHARE: Final = 0.16
_UPPER_SHARE: Final = 0.3  # of closing lips is the upper lip's share
FUNNEL_GAP: Final = 0.06  # face widths between the lips from which rounded lips are a funnel
SPARSITY: Final = 0.02  # weight below which a shape is left out
SWEEPS: Final = 100  # of coordinate descent
_AXES: Final = np.array([1, 1, 0])  # the depth of lips is hardly predicted

_LIPS: Final = np.r_[MOUTH]
_UPPER: Final = [*OUTER_UPPER, *INNER_UPPER]
_LOWER: Final = [*OUTER_LOWER, *INNER_LOWER]
# How far the lips next to a mouth corner move with it: points of the viewer's right.
_AROUND_CORNER: Final = {54: 1.0, 64: 0.9, 53: 0.5, 55: 0.5, 63: 0.3, 65: 0.3, 52: 0.15, 56: 0.15}


def _shape(points: dict[int, float], x: float = 0, y: float = 0, z: float = 0) -> Array:
    """(68, 3): a displacement in shares of some points."""
    field = np.zeros((68, 3))
    for point, share in points.items():
        field[point] = share * np.array([x, y, z])
    return field


def _mirrored(field: Array) -> Array:
    """The displacement of the other half of the face."""
    return field[MIRROR] * [-1, 1, 1]


def _left_share(neutral: Array) -> Array:
    """(68,) 1 at the corner of the mouth on the subject's left, 0 at the other."""
    x = neutral[:, 0]
    return np.clip((x - x[MOUTH_LEFT]) / max(float(x[MOUTH_RIGHT] - x[MOUTH_LEFT]), 1e-6), 0, 1)


def displacements(face: FaceShape) -> Array:
    """(len(GIVEN), 68, 3) displacement in face units of each of GIVEN at weight 1."""
    neutral = face.points.astype(float)
    fields = _mouth(neutral) | _brows() | _eyes(neutral)
    return np.stack([fields[name] for name in GIVEN])


def _mouth(neutral: Array) -> dict[str, Array]:
    width = float(mouth_width(neutral))
    left = _left_share(neutral)
    jaw = dict(enumerate([*_JAW_PROFILE, *_JAW_PROFILE[-2::-1]]))
    lower = dict.fromkeys(_LOWER, 1.0) | dict.fromkeys([OUTER_LOWER[0], OUTER_LOWER[-1]], 0.85)
    corners = dict.fromkeys([MOUTH_LEFT, MOUTH_RIGHT, INNER_LEFT, INNER_RIGHT], _CORNER_SHARE)
    jaw_open = _shape(jaw | lower | corners, y=JAW_DROP)
    close = _shape(dict.fromkeys(_UPPER, 1.0), y=_UPPER_SHARE * JAW_DROP)
    close += _shape(lower, y=-(1 - _UPPER_SHARE) * JAW_DROP)
    corner = np.zeros((68, 3))
    corner[list(_AROUND_CORNER)] = np.array([*_AROUND_CORNER.values()])[:, None]

    def both(field: Array) -> Array:
        return field + _mirrored(field)

    inward = both(corner * [-0.2 * width, 0, 0])
    forward = _shape(dict.fromkeys(_LIPS.tolist(), 1.0), z=-0.15 * width)
    rounded = inward + forward
    fields = {
        "jawOpen": jaw_open,
        "jawLeft": _shape(jaw | lower, x=JAW_SIDE),
        "mouthClose": close,
        "mouthFunnel": rounded,
        "mouthPucker": rounded,
        "mouthLeft": _shape(dict.fromkeys(_LIPS.tolist(), 1.0), x=0.2 * width),
        "mouthSmileLeft": corner * [0.14 * width, -0.18 * width, 0],
        "mouthFrownLeft": corner * [0, 0.16 * width, 0],
        "mouthStretchLeft": corner * [0.22 * width, 0.03 * width, 0],
        "mouthRollUpper": _rolled(neutral, OUTER_UPPER),
        "mouthRollLower": _rolled(neutral, OUTER_LOWER),
        "mouthLowerDownLeft": _shape(dict.fromkeys(_LOWER, 1.0), y=0.2 * width) * left[:, None],
        "mouthUpperUpLeft": _shape(dict.fromkeys(_UPPER, 1.0), y=-0.16 * width) * left[:, None],
    }
    return fields | {
        name.replace("Left", "Right"): _mirrored(field)
        for name, field in fields.items()
        if name.endswith("Left")
    }


def _rolled(neutral: Array, outer: list[int]) -> Array:
    """The outer edge of a lip moves to its inner edge, by most of the lip's thickness."""
    field = np.zeros((68, 3))
    inner_points = INNER_UPPER if outer == OUTER_UPPER else INNER_LOWER
    for point, nearest in zip(outer[1:-1], inner_points, strict=True):
        field[point, 1] = 0.7 * (neutral[nearest, 1] - neutral[point, 1])
    return field


def _brows() -> dict[str, Array]:
    rise = -BROW_RISE
    fields = {
        "browInnerUp": _shape({21: 1, 22: 1, 20: 0.7, 23: 0.7, 19: 0.3, 24: 0.3}, y=rise),
        "browOuterUpLeft": _shape({26: 1, 25: 1, 24: 0.7, 23: 0.3}, y=rise),
        "browDownLeft": _shape({22: 1, 23: 1, 24: 0.9, 25: 0.7, 26: 0.5}, y=-0.7 * rise),
    }
    return fields | {
        name.replace("Left", "Right"): _mirrored(field)
        for name, field in fields.items()
        if name.endswith("Left")
    }


def _eyes(neutral: Array) -> dict[str, Array]:
    fields: dict[str, Array] = {}
    for side, lids in (("Right", slice(0, 2)), ("Left", slice(2, 4))):
        upper, lower = UPPER_LID[lids], LOWER_LID[lids]
        opening = neutral[lower] - neutral[upper]
        moves: dict[str, tuple[float, float]] = {
            "eyeBlink": (1 - LID_MEETING_HEIGHT, -LID_MEETING_HEIGHT),
            "eyeWide": (-0.3, 0.05),
            "eyeSquint": (0.1, -0.4),
        }
        for name, (of_upper, of_lower) in moves.items():
            field = np.zeros((68, 3))
            field[upper], field[lower] = of_upper * opening, of_lower * opening
            fields[name + side] = field
    return fields


_SIDED: Final = (
    "jaw", "mouth", "mouthSmile", "mouthFrown", "mouthStretch", "mouthLowerDown", "mouthUpperUp",
    "browOuterUp", "browDown", "eyeBlink", "eyeWide", "eyeSquint",
)  # fmt: skip
_UNSIDED: Final = (
    "jawOpen", "mouthClose", "mouthFunnel", "mouthPucker", "mouthRollUpper", "mouthRollLower",
    "browInnerUp",
)  # fmt: skip
_NAMES: Final = {*_UNSIDED, *(name + side for name in _SIDED for side in ("Left", "Right"))}
# The shapes that the landmarks show, in ARKit's order.
GIVEN: Final = tuple(name for name in BLENDSHAPES if name in _NAMES)


def _point_weights() -> Array:
    weights = np.zeros((68, 1))
    for part, weight in ((JAW, 0.4), (BROWS, 1.0), (EYES, 2.0), (MOUTH, 1.0)):
        weights[part] = weight
    return np.asarray(weights * _AXES)


def blendshape_weights(track: FaceTrack, face: FaceShape) -> Array:
    """(t, 52) float32 weights in [0, 1] of BLENDSHAPES for each frame of a track.

    `face` is the neutral face of the track, such as the one of `Animator.photo`. Left and right are
    the subject's, as in ARKit. mouthClose is at most jawOpen. Frames are independent.
    """
    fields, motion = displacements(face), (track.points - face.points).astype(float)
    jaw = _jaw_opening(motion)
    motion = motion - jaw[:, None, None] * fields[GIVEN.index("jawOpen")]
    scale = _point_weights()
    fitted = np.zeros((len(track), len(GIVEN)))
    others = [at for at, name in enumerate(GIVEN) if name not in ("jawOpen", "mouthFunnel")]
    most = np.ones((len(track), len(others)))
    most[:, others.index(GIVEN.index("mouthClose"))] = jaw
    fitted[:, others] = _fit(
        (fields[others] * scale).reshape(len(others), -1),
        (motion * scale).reshape(len(track), -1),
        most,
    )
    fitted[:, GIVEN.index("jawOpen")] = jaw
    gap = np.clip(mouth_opening(track.points) / FUNNEL_GAP, 0, 1)
    rounded = fitted[:, GIVEN.index("mouthPucker")]
    fitted[:, GIVEN.index("mouthFunnel")] = gap * rounded
    fitted[:, GIVEN.index("mouthPucker")] = (1 - gap) * rounded
    weights = np.zeros((len(track), len(BLENDSHAPES)), dtype=np.float32)
    weights[:, [BLENDSHAPES.index(name) for name in GIVEN]] = fitted
    return weights


def _jaw_opening(motion: Array) -> Array:
    """(t,) weight of jawOpen from (t, 68, 3) displacements: what the lower lip or the chin shows.

    The chin shows more where the lips are closed over an open jaw.
    """
    lip = motion[:, INNER_LOWER, 1].mean(axis=1)
    chin = motion[:, CHIN, 1] / _JAW_PROFILE[CHIN]
    return np.asarray(np.clip(np.maximum(lip, chin) / JAW_DROP, 0, 1))


def _fit(basis: Array, motion: Array, most: Array) -> Array:
    """(t, n) weights in [0, `most`] that minimise |weights @ basis - motion|^2, few of them small.

    By coordinate descent; `most` is (t, n).
    """
    gram = basis @ basis.T
    size = np.maximum(np.diag(gram), 1e-12)  # a puppet's eyes may be closed: no shape, weight 0
    target = motion @ basis.T - SPARSITY * size
    weights = np.zeros(target.shape)
    for _ in range(SWEEPS):
        for at in range(len(basis)):
            free = weights[:, at] + (target[:, at] - weights @ gram[:, at]) / size[at]
            weights[:, at] = np.clip(free, 0, most[:, at])
    return weights


def apply_blendshapes(weights: Array, face: FaceShape) -> Array:
    """(t, 68, 3) points of the neutral `face` moved by (t, 52) weights of BLENDSHAPES."""
    columns = [BLENDSHAPES.index(name) for name in GIVEN]
    moved = np.einsum("tn,npd->tpd", weights[:, columns], displacements(face))
    return np.asarray(face.points + moved, dtype=np.float32)


def write_face(weights: Array, track: FaceTrack, face: FaceShape, path: Path) -> None:
    """Write the face as a mesh of 68 points, with (t, 52) weights and the head pose of its track.

    All 52 shapes are in the file under ARKit's names, for programs that map them to a rig.
    """
    moved = dict(zip(GIVEN, displacements(face), strict=True))
    still = np.zeros((68, 3))
    write_glb(
        path,
        face.points,
        face_triangles(face),
        {name: moved.get(name, still) for name in BLENDSHAPES},
        weights,
        euler_to_matrix(track.pose[:, :3]),
        track.pose[:, 3:],
        track.fps,
    )


def face_triangles(face: FaceShape) -> Array:
    """(m, 3) triangles of a face, counter-clockwise for its viewer, open at eyes and mouth."""
    lips_apart = face.points + 0.3 * displacements(face)[GIVEN.index("jawOpen")]  # else they join
    triangles = delaunay(lips_apart[:, :2])[:, ::-1]
    parts = (LEFT_EYE, RIGHT_EYE, INNER_LIP)
    holes = [set(range(part.start, part.stop)) for part in parts]
    kept = [not any(set(corners) <= hole for hole in holes) for corners in triangles.tolist()]
    return np.asarray(triangles[kept])
