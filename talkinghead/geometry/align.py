"""Bring faces onto one another: similarities, and the frame of a face in a picture."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from talkinghead.errors import FaceError
from talkinghead.landmarks import JAW_LEFT, JAW_RIGHT, STABLE
from talkinghead.types import Array, FaceFrame


@cache
def mean_face() -> Array:
    """(68, 3) the average face, symmetric, upright, of face width 1, nose top at the origin."""
    text = files("talkinghead.geometry").joinpath("mean_face.csv").read_text()
    points = np.array([[float(v) for v in line.split(",")] for line in text.splitlines()])
    points.setflags(write=False)
    return points


def similarity(source: Array, target: Array) -> tuple[float, Array, Array]:
    """Scale, rotation (d, d) and shift (d,) that bring `source` (n, d) closest to `target`.

    target ~ scale * source @ rotation.T + shift, in least squares (Umeyama 1991, eq. 40-42).
    """
    source_mean, target_mean = source.mean(axis=0), target.mean(axis=0)
    a, b = source - source_mean, target - target_mean
    variance = (a**2).sum()
    if variance <= 1e-12:
        raise FaceError("the points to register coincide; the detection is unusable")
    u, d, vt = np.linalg.svd(b.T @ a)
    sign = np.ones(source.shape[1])
    if np.linalg.det(u) * np.linalg.det(vt) < 0:
        sign[-1] = -1
    rotation = (u * sign) @ vt
    scale = float((d * sign).sum() / variance)
    return scale, rotation, target_mean - scale * source_mean @ rotation.T


def face_frame(landmarks: Array) -> FaceFrame:
    """The frame of a face (68, 3) in its picture: rotation, place, and pixels per face width.

    Rotation comes from the points speech does not move; the scale from the jaw's width.
    """
    reference = mean_face()
    _, rotation, _ = similarity(reference[STABLE], landmarks[STABLE].astype(np.float64))
    width = float(np.linalg.norm(landmarks[JAW_RIGHT] - landmarks[JAW_LEFT]))
    if width <= 0:
        raise FaceError("the face has no width; the detection is unusable")
    upright = landmarks[STABLE] @ rotation / width
    shift = upright.mean(axis=0) - reference[STABLE].mean(axis=0)
    return FaceFrame(rotation, width, rotation @ shift * width)


@dataclass(frozen=True)
class Registration:
    """A track with head motion and size taken out, and what was taken out."""

    points: Array  # (t, 68, 3) in the reference's units
    rotations: Array  # (t, 3, 3) of the head relative to the reference
    scales: Array  # (t,) track units per reference unit
    centres: Array  # (t, 3) centre of the stable points, in the track's units


def register(track: Array, reference: Array) -> Registration:
    """Bring each frame of a track (t, 68, 3) onto `reference` (68, 3) by its stable points."""
    frames = track.astype(np.float64)
    fits = [similarity(reference[STABLE], frame[STABLE]) for frame in frames]
    scales = np.array([scale for scale, _, _ in fits])
    turns = np.array([rotation for _, rotation, _ in fits])
    shifts = np.array([shift for _, _, shift in fits])
    points = np.einsum("tpi,tij->tpj", frames - shifts[:, None], turns) / scales[:, None, None]
    return Registration(points, turns, scales, frames[:, STABLE].mean(axis=1))
