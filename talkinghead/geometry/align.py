"""Aligns faces: similarity transforms, the pose of a face in a picture, affine matrices."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from talkinghead.errors import FaceError
from talkinghead.landmarks import JAW_LEFT, JAW_RIGHT, STABLE
from talkinghead.types import Array, FaceFrame


@cache
def mean_face() -> Array:
    """(68, 3) mean face in face widths: symmetric, upright, nose top at the origin; read-only."""
    text = files("talkinghead.geometry").joinpath("mean_face.csv").read_text()
    points = np.array([[float(v) for v in line.split(",")] for line in text.splitlines()])
    points.setflags(write=False)
    return points


def fit_similarity(source: Array, target: Array) -> tuple[float, Array, Array]:
    """Scale, rotation (d, d) and shift (d,) that map `source` to `target`, both (n, d).

    target ~ scale * source @ rotation.T + shift, in least squares (Umeyama 1991, eq. 40-42).
    Raises FaceError when the source points coincide.
    """
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    a, b = source - source_mean, target - target_mean
    variance = (a**2).sum()
    if variance <= 1e-12:
        raise FaceError("the points to align coincide; the detection is unusable")
    u, d, vt = np.linalg.svd(b.T @ a)
    sign = np.ones(source.shape[1])
    if np.linalg.det(u) * np.linalg.det(vt) < 0:
        sign[-1] = -1
    rotation = (u * sign) @ vt
    scale = float((d * sign).sum() / variance)
    return scale, rotation, target_mean - scale * source_mean @ rotation.T


def face_frame(landmarks: Array) -> FaceFrame:
    """The rotation, scale and position of a face (68, 3) in its picture.

    The rotation is fitted to the STABLE points, which speech hardly moves; the scale is the face
    width in pixels. Raises FaceError for a face without width or whose stable points coincide.
    """
    reference = mean_face()
    _, rotation, _ = fit_similarity(reference[STABLE], landmarks[STABLE].astype(np.float64))
    width = float(np.linalg.norm(landmarks[JAW_RIGHT] - landmarks[JAW_LEFT]))
    if width <= 0:
        raise FaceError("the face has no width; the detection is unusable")
    upright = landmarks[STABLE] @ rotation / width
    shift = upright.mean(axis=0) - reference[STABLE].mean(axis=0)
    return FaceFrame(rotation, width, rotation @ shift * width)


@dataclass(frozen=True)
class AlignedTrack:
    """A track with head motion and scale removed, and the removed transform of each frame."""

    points: Array  # (t, 68, 3) in the reference's units
    rotations: Array  # (t, 3, 3) of the head relative to the reference
    scales: Array  # (t,) track units per reference unit
    centres: Array  # (t, 3) centre of the stable points, in the track's units


def align_track(track: Array, reference: Array) -> AlignedTrack:
    """Align each frame of a track (t, 68, 3) with `reference` (68, 3) by its stable points.

    Raises FaceError when the stable points of the reference coincide.
    """
    frames = track.astype(np.float64)
    fits = [fit_similarity(reference[STABLE], frame[STABLE]) for frame in frames]
    scales = np.array([scale for scale, _, _ in fits])
    rotations = np.array([rotation for _, rotation, _ in fits])
    shifts = np.array([shift for _, _, shift in fits])
    points = np.einsum("tpi,tij->tpj", frames - shifts[:, None], rotations) / scales[:, None, None]
    return AlignedTrack(points, rotations, scales, frames[:, STABLE].mean(axis=1))


def compose_affine(second: Array, first: Array) -> Array:
    """The (2, 3) affine matrix that applies `first`, then `second`."""
    shift = second[:, :2] @ first[:, 2] + second[:, 2]
    return np.column_stack([second[:, :2] @ first[:, :2], shift])


def apply_affine(matrix: Array, points: Array) -> Array:
    """(n, 2) points transformed by a (2, 3) affine matrix."""
    moved: Array = points @ matrix[:, :2].T + matrix[:, 2]
    return moved


def affine_scale(matrix: Array) -> float:
    """The mean scale of a (2, 3) affine matrix: the square root of its area scale."""
    return float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))


def translation(offset: Array) -> Array:
    """The (2, 3) affine matrix that shifts points by `offset` (2,)."""
    return np.column_stack([np.eye(2), offset])
