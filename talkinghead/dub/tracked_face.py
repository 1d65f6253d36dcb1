"""The face of one person of a video without head motion: poses, shape at rest, visibility.

Local coordinates are those of a still picture in which the face looks ahead and is UNIT pixels
wide; a pose takes them to pixels of the video.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter1d
from scipy.signal import savgol_filter

from talkinghead.dub.tracking import PersonTrack
from talkinghead.errors import FaceError
from talkinghead.geometry.align import align_track, face_frame, fit_similarity
from talkinghead.geometry.masks import smoothstep
from talkinghead.geometry.mouth import close_mouth, face_width, join_inner_lips, lip_gaps
from talkinghead.landmarks import CHIN, COUNT, JAW, MOUTH, STABLE
from talkinghead.rotation import matrix_to_euler
from talkinghead.types import Array, FaceFrame, FaceShape

UNIT: Final = 200.0  # local pixels per face width
LOCAL_SIZE: Final = (1000, 1000)  # of the still picture
_MAX_GAP: Final = 3  # frames without a face that are interpolated
_POSE_SECONDS: Final = 0.28  # length of the filter over the head's points
_MOUTH_SECONDS: Final = 0.16  # the same over mouth and jaw
_REST_SECONDS: Final = 0.8  # sigma: how slowly the lips at rest may change, as with a smile
_CLOSED_GAP: Final = 0.04  # face widths: frames with lips closer than this show them at rest
_FADE_SECONDS: Final = 0.24  # of the cross-fade next to frames that are passed through
_YAW: Final = (38.0, 46.0)  # degrees: a face turned further than the second is passed through
_PITCH: Final = (32.0, 40.0)
_SAMPLE: Final = 600  # frames from which the shape of the face is estimated


@dataclass(frozen=True)
class HeadPose:
    """Where a head is in a frame: pixels = scale * local @ rotation.T + shift."""

    scale: float
    rotation: Array  # (3, 3)
    shift: Array  # (3,)

    def to_pixels(self, local: Array) -> Array:
        """(n, 3) local points in pixels."""
        return np.asarray(self.scale * local @ self.rotation.T + self.shift)

    def plane_affine(self, depth: float) -> Array:
        """(2, 3) affine from local x, y at a depth to pixels."""
        linear = self.scale * self.rotation[:2]
        return np.column_stack([linear[:, :2], linear[:, 2] * depth + self.shift[:2]])

    @property
    def tilt(self) -> float:
        """Sine of the rotation out of the picture plane."""
        return float(np.hypot(*self.rotation[:2, 2]))


@dataclass(frozen=True)
class TrackedFace:
    """One person in all frames of a video."""

    neutral: Array  # (68, 3) local landmarks at rest, mouth closed
    poses: list[HeadPose | None]  # None where no face is seen
    local: Array  # (t, 68, 3) filmed landmarks without head motion; 0 where no face is seen
    silent: Array  # (t, 68, 3) the same with lips and jaw as in silence
    share: Array  # (t,) in [0, 1]: 1 where new lips replace the filmed ones, 0 where they cannot

    @property
    def frame(self) -> FaceFrame:
        """From face units to local coordinates."""
        return face_frame(self.neutral)

    @property
    def shape(self) -> FaceShape:
        """The neutral face in face units."""
        return FaceShape(self.frame.to_face(self.neutral).astype(np.float32))


def measure_face(track: PersonTrack, fps: float, visible: Array | None = None) -> TrackedFace:
    """Separate head motion, filmed expression and speech of one tracked person.

    `visible` (t,) bool says in which frames nothing covers the mouth. Raises FaceError if no frame
    shows the face.
    """
    points, seen = _smooth(track, fps)
    if not seen.any():
        raise FaceError("no frame shows the face")
    reference = _reference_face(points[seen])
    local = np.zeros_like(points)
    poses: list[HeadPose | None] = [None] * len(points)
    usable = seen.copy() if visible is None else seen & visible
    limits = np.ones(len(points))
    upright = face_frame(reference).rotation
    for index in np.flatnonzero(seen):
        pose = HeadPose(*fit_similarity(reference[STABLE], points[index, STABLE]))
        poses[index] = pose
        local[index] = (points[index] - pose.shift) @ pose.rotation / pose.scale
        yaw, pitch, _ = matrix_to_euler((pose.rotation @ upright)[None])[0]
        limits[index] = _within(yaw, _YAW) * _within(pitch, _PITCH)
    usable &= limits > 0
    rest = _without_speech(local, track.shots, seen, fps)
    neutral = join_inner_lips(close_mouth(reference))
    share = np.minimum(_fade(usable, track.shots, fps), limits)
    return TrackedFace(neutral, poses, local, rest, share)


def _smooth(track: PersonTrack, fps: float) -> tuple[Array, Array]:
    """Landmarks (t, 68, 3) filtered over time without lag, and in which frames (t,) there are any.

    Savitzky-Golay filters over each stretch of a shot in which the face is seen.
    """
    points = track.points.astype(np.float64)
    seen = np.isfinite(points).all(axis=(1, 2))
    points[~seen] = 0
    known = np.flatnonzero(seen)
    for low, high in pairwise(known.tolist()):
        if 1 < high - low <= _MAX_GAP + 1 and track.shots[low] == track.shots[high]:
            mix = (np.arange(low + 1, high) - low)[:, None, None] / (high - low)
            points[low + 1 : high] = (1 - mix) * points[low] + mix * points[high]
            seen[low + 1 : high] = True
    for part in stretches(seen, track.shots):
        length = part.stop - part.start
        smooth = points[part].copy()
        for seconds, members in (
            (_POSE_SECONDS, slice(0, COUNT)),
            (_MOUTH_SECONDS, MOUTH),
            (_MOUTH_SECONDS, JAW),
        ):
            window = min(2 * round(seconds * fps / 2) + 1, length - 1 + length % 2)
            if window > 3:
                smooth[:, members] = savgol_filter(points[part][:, members], window, 2, axis=0)
        points[part] = smooth
    return points, seen


def stretches(kept: Array, shots: Array) -> Iterator[slice]:
    """Ranges of consecutive frames that are `kept` (t,) bool and of one shot."""
    start = None
    for index in range(len(kept) + 1):
        ends = index == len(kept) or not kept[index] or shots[index] != shots[index - 1]
        if start is not None and ends:
            yield slice(start, index)
            start = None
        if index < len(kept) and kept[index] and start is None:
            start = index


def distance_to(mask: Array) -> Array:
    """(t,) number of frames to the nearest frame in `mask` (t,) bool; infinite without any."""
    if not mask.any():
        return np.full(len(mask), np.inf)
    return np.asarray(distance_transform_edt(~mask))


def _reference_face(points: Array) -> Array:
    """(68, 3) mean shape of a face, looking ahead, in local coordinates."""
    sample = points[np.linspace(0, len(points) - 1, min(len(points), _SAMPLE)).astype(int)]
    reference = sample[len(sample) // 2]
    for _ in range(2):
        reference = align_track(sample, reference).points.mean(axis=0)
    upright = face_frame(reference).to_face(reference)
    upright = upright / float(face_width(upright)) * UNIT
    middle = np.append(upright[:, :2].mean(axis=0), 0)
    return np.asarray(upright - middle + (LOCAL_SIZE[0] / 2, LOCAL_SIZE[1] / 2, 0))


def _without_speech(local: Array, shots: Array, seen: Array, fps: float) -> Array:
    """(t, 68, 3) filmed landmarks with the mouth closed and only slow motion of lips and jaw left.

    The lips at rest are the closed lips of the frames around, those with closed lips counting
    most. The jaw's part of speech is what goes along with the opening of the mouth.
    """
    rest = local.copy()
    closed = join_inner_lips(close_mouth(local))
    opening = np.maximum(lip_gaps(local).max(axis=1), 0) / UNIT
    weight = 1 / (1 + (opening / _CLOSED_GAP) ** 2)
    for part in stretches(seen, shots):
        share = weight[part][:, None, None]
        sigma = _REST_SECONDS * fps
        total = gaussian_filter1d(share * closed[part][:, MOUTH], sigma, axis=0, mode="nearest")
        count = gaussian_filter1d(share, sigma, axis=0, mode="nearest")
        rest[part, MOUTH] = total / np.maximum(count, 1e-9)
        for index in range(JAW.start, JAW.stop):
            rest[part, index] -= _speech_part(local[part, index], opening[part], index)
    return rest


def _speech_part(values: Array, opening: Array, index: int) -> Array:
    """(t, 3) what the opening (t,) of the mouth explains of the motion of a jaw point (t, 3)."""
    change = opening - opening.mean()
    variance = float(change @ change)
    default = np.array([0.0, 0.5 * UNIT * max(0.0, 1 - abs(index - CHIN) / 6), 0.0])
    prior = len(opening) * 0.02**2  # as if so much of the usual motion had been seen
    slope = ((values - values.mean(axis=0)).T @ change + default * prior) / (variance + prior)
    slope[1] = np.clip(slope[1], 0, 1.2 * UNIT)
    slope[0] = np.clip(slope[0], -0.3 * UNIT, 0.3 * UNIT)
    slope[2] = 0
    return np.asarray(opening[:, None] * slope)


def _within(degrees: float, limits: tuple[float, float]) -> float:
    """1 up to the first angle, 0 from the second on."""
    low, high = limits
    return float(1 - smoothstep((abs(degrees) - low) / (high - low)))


def _fade(usable: Array, shots: Array, fps: float) -> Array:
    """(t,) 0 in frames that are not usable, rising to 1 beside them, but not across a cut."""
    out = np.zeros(len(usable))
    length = max(1.0, _FADE_SECONDS * fps)
    for shot in stretches(np.ones(len(usable), bool), shots):
        out[shot] = smoothstep(np.minimum(distance_to(~usable[shot]), length) / length)
    return out
