"""How a face track is played: amplify, close, blink, turn. Pure; works in face space."""

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, percentile_filter

from talkinghead.config import NATURAL_AMP_LIP, Style
from talkinghead.geometry.mouth import opening
from talkinghead.geometry.smoothstep import smoothstep
from talkinghead.landmarks import (
    BROWS,
    INNER_LOWER,
    INNER_UPPER,
    JAW,
    MOUTH,
)
from talkinghead.motion.blink import blink_times, close_lids, lid_closure
from talkinghead.motion.borrow import borrowed_lids, borrowed_pose, keyed
from talkinghead.motion.lip_shapes import SEAL, closed, lowered, part_lips, parted, sealed
from talkinghead.types import Array, FaceShape, FaceTrack

CLOSED_SHARE = 0.12  # of speech is spent with lips that touch or nearly do
CALIBRATION = 10.0  # seconds of speech that the running quantile looks at
MIN_SPEECH = 2.0  # seconds: less says too little about a voice
FADE = 0.05  # seconds over which the mouth comes to rest where speech ends
EDGE = 0.12  # seconds in which the mouth leaves rest as a clip begins, and comes back to it
EARLY = 0.3  # of the way back to rest lies before the sound has ended: lips close on its last
PAUSE = 0.3  # seconds of silence from which lips rest: what they do in shorter ones is heard
STIR = 0.15  # of what lips would do is done while they rest, if a word is near
NEAR = 0.4  # seconds from a word in which lips stir


def restyle(
    track: FaceTrack,
    face: FaceShape,
    activity: Array,
    style: Style,
    *,
    lip_gain: tuple[float, float] = (1.0, 1.0),
    reference: FaceTrack | None = None,
    visemes: Array | None = None,
) -> FaceTrack:
    """The track as `style` wants it, silence closed, lips sealed and never crossed.

    `lip_gain` (x, y) comes on top of the style's: what a face of other proportions needs.
    With a `reference` (its pose relative to its own mean) head and lids move as it does.
    Lips shut and part as far as `visemes`, (t, 2) in [0, 1], says.
    """
    points = amplified(track.points, face.points, gains(style, lip_gain))
    points = calibrated(points, activity, track.fps)
    points = articulated(points, face.points, resting(activity, track.fps), style, visemes)
    if reference is None:
        times = blink_times(activity, track.fps, style.blink, np.random.default_rng(style.seed))
        closure, pose = lid_closure(times, len(track), track.fps), track.pose
    else:
        closure, pose = borrowed_lids(reference, len(track)), borrowed_pose(reference, len(track))
    points = close_lids(points, closure if style.blink else np.zeros(len(track)))
    pose = np.asarray(pose * (0.0 if style.still else style.amp_pos))
    for axis, degrees in enumerate((style.yaw, style.pitch, style.roll)):
        pose[:, axis] += keyed(degrees, len(track))
    return replace(track, points=points.astype(np.float32), pose=pose.astype(np.float32))


def gains(style: Style, lip_gain: tuple[float, float]) -> Array:
    """(3,) how many times as far lips move in x, y and z."""
    gain_x = style.amp_lip_x / NATURAL_AMP_LIP * lip_gain[0]
    gain_y = style.amp_lip_y / NATURAL_AMP_LIP * lip_gain[1]
    return np.array([gain_x, gain_y, gain_y], np.float32)


def articulated(
    points: Array,
    rest: Array,
    rested: tuple[Array, Array],
    style: Style,
    visemes: Array | None = None,
) -> Array:
    """Lips shut and parted by `visemes`, at rest by `resting`, sealed; brows by the style.

    Each frame on its own.
    """
    if visemes is not None:
        points = closed(parted(points, visemes[:, 1]), visemes[:, 0])
    points = sealed(calmed(points, rest, *rested))
    points[:, BROWS] = rest[BROWS] + style.amp_brow * (points[:, BROWS] - rest[BROWS])
    return points


def amplified(points: Array, rest: Array, gain: Array) -> Array:
    """Lips moved `gain` (3,) times as far from rest, and the jaw up and down with them."""
    moved = points.copy()
    moved[:, MOUTH] = rest[MOUTH] + gain * (points[:, MOUTH] - rest[MOUTH])
    moved[:, JAW, 1] = rest[JAW, 1] + gain[1] * (points[:, JAW, 1] - rest[JAW, 1])
    return moved


def calibrated(points: Array, activity: Array, fps: float) -> Array:
    """Shift the lips so that the mouth closes as often as people's do while they speak.

    A branch mistakes a strange voice or room for a mouth held a little open or pressed shut.
    The running CLOSED_SHARE quantile of the opening is brought to zero; unlike MakeItTalk's
    mean per segment of 512 frames it glides, and leaves no jump where segments meet.
    """
    speech = activity > 0.5
    if speech.sum() < MIN_SPEECH * fps:
        return points
    gap = opening(points)
    known = np.flatnonzero(speech)
    low = percentile_filter(gap[known], 100 * CLOSED_SHARE, int(CALIBRATION * fps), mode="reflect")
    floor = np.interp(np.arange(len(gap)), known, low)
    return lowered(points, gaussian_filter1d(floor, CALIBRATION * fps / 4, mode="nearest"))


def silenced(points: Array, rest: Array, activity: Array, fps: float) -> Array:
    """Lips and jaw at rest where nobody speaks; `activity` is (t,) in [0, 1].

    Near a word they stir, as people's do ahead of it, but never so far that a gap is seen.
    """
    return calmed(points, rest, *resting(activity, fps))


def resting(activity: Array, fps: float) -> tuple[Array, Array]:
    """(t,) how far lips obey the words, and (t,) whether a word is near, both in [0, 1]."""
    share = bridged(activity.astype(float), int(PAUSE * fps))
    near = maximum_filter1d(share, 2 * round(NEAR * fps) + 1, mode="nearest")
    near, share = (gaussian_filter1d(part, FADE * fps, mode="nearest") for part in (near, share))
    return np.clip((share - EARLY) / (1 - EARLY), 0, 1), near


def calmed(points: Array, rest: Array, share: Array, near: Array) -> Array:
    """Lips and jaw between rest and what they do, by what `resting` says of each frame."""
    moved = eased(points, rest, np.maximum(share, STIR * near))
    gap = (moved - rest)[:, INNER_LOWER, 1] - (moved - rest)[:, INNER_UPPER, 1]
    return part_lips(moved, -np.clip(gap - SEAL, 0, None) * (1 - share)[:, None])


def settled(track: FaceTrack, face: FaceShape) -> FaceTrack:
    """The track of a whole clip: mouth and jaw at rest in its first frame and in its last.

    A recording may be cut in the middle of a vowel; a picture does not begin with its mouth open.
    """
    frames = np.arange(len(track))
    share = edges(np.minimum(frames, frames[::-1]), track.fps)
    return replace(track, points=eased(track.points, face.points, share))


def edges(away: Array, fps: float) -> Array:
    """(t,) how far the face may leave rest `away` (t,) frames from a clip's first or last."""
    return np.asarray(smoothstep(away / (EDGE * fps)))


def eased(points: Array, rest: Array, share: Array) -> Array:
    """Mouth and jaw brought to rest as far as (t,) `share` says: 0 is rest, 1 leaves them."""
    moved, share = points.copy(), share.astype(points.dtype)[:, None, None]
    for part in (JAW, MOUTH):
        moved[:, part] = rest[part] + share * (points[:, part] - rest[part])
    return moved


def bridged(activity: Array, shortest: int) -> Array:
    """(t,) activity with the pauses of up to `shortest` frames filled; silence alone stays."""
    quiet = np.flatnonzero(np.diff(np.r_[0, activity < 0.5, 0]))
    filled = activity.copy()
    for start, end in quiet.reshape(-1, 2):
        if end - start <= min(shortest, len(activity) - 1):
            filled[start:end] = 1
    return filled
