"""Post-process predicted motion: amplify and constrain the lips, blink, and set the head pose.

`apply_controls` runs the steps on any range of frames, of a recording or a stream. Values that
depend on other frames are computed first and passed as `FrameControls`: by `postprocess` for a
whole recording, by `streaming.motion` for a stream.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d, percentile_filter

from talkinghead.config import NATURAL_AMP_LIP, MotionConfig
from talkinghead.geometry.mouth import mouth_opening
from talkinghead.landmarks import BROWS
from talkinghead.motion.blink import blink_times, close_eyelids, eyelid_closure
from talkinghead.motion.lip_constraints import (
    amplify_lips,
    close_lips,
    hold_lips_in_silence,
    keep_lip_thickness,
    open_lips,
    reduce_opening,
    seal_lips,
    show_tongue,
    tuck_lower_lip,
)
from talkinghead.motion.transfer import interpolate_angles, transfer_eyelids, transfer_pose
from talkinghead.types import ARTICULATIONS, Array, FaceShape, FaceTrack

CLOSED_QUANTILE = 0.12  # the lips touch, or nearly do, in this share of the frames of speech
CALIBRATION_SECONDS = 10.0  # seconds of speech in the running quantile of the mouth opening
MIN_SPEECH_SECONDS = 2.0  # less speech than this gives no reliable quantile
FADE_SIGMA = 0.05  # seconds, of the fade into and out of silence
FADE_LEAD = 0.3  # share of that fade before the end of speech: lips close during the last sound
MAX_BRIDGED_PAUSE = 0.8  # seconds: lips keep moving in shorter pauses, in which people breathe
NEAR_SPEECH_SECONDS = 0.4  # seconds around speech in which silent lips still move a little


@dataclass(frozen=True)
class FrameControls:
    """Inputs of the post-processing steps that depend on surrounding frames, for t frames."""

    closure_threshold: Array  # (t,) mouth opening in face widths that counts as closed
    speech: Array  # (t,) in [0, 1]: share of the predicted lip motion that is kept
    near_speech: Array  # (t,) in [0, 1]: 1 within NEAR_SPEECH_SECONDS of speech
    eyelid_closure: Array  # (t,) in [0, 1]: 0 open, 1 closed
    lip_closure: Array | None = None  # (t, 2) in [0, 1]: how far to close, and to open, the lips
    articulation: Array | None = None  # (t, 4) in [0, 1]: of ARTICULATIONS


def postprocess(
    track: FaceTrack,
    face: FaceShape,
    voice_activity: Array,
    config: MotionConfig,
    *,
    lip_gain: tuple[float, float] = (1.0, 1.0),
    pose_reference: FaceTrack | None = None,
    lip_closure: Array | None = None,
    articulation: Array | None = None,
) -> FaceTrack:
    """Post-process the predicted motion of a whole recording.

    `voice_activity` is (t,) in [0, 1]. `lip_gain` (x, y) multiplies the amplitudes of `config`, for
    faces of unusual proportions. Head pose and eyelids are transferred from `pose_reference` if
    given. `lip_closure` (t, 2) in [0, 1] is the confidence that the lips are closed, and open,
    `articulation` (t, 4) that of ARTICULATIONS.
    """
    points = amplify_lips(track.points, face.points, lip_gains(config, lip_gain))
    if pose_reference is None:
        rng = np.random.default_rng(config.seed)
        times = blink_times(voice_activity, track.fps, config.blink, rng)
        eyelids, pose = eyelid_closure(times, len(track), track.fps), track.pose
    else:
        eyelids = transfer_eyelids(pose_reference, len(track))
        pose = transfer_pose(pose_reference, len(track))
    controls = FrameControls(
        closure_thresholds(mouth_opening(points), voice_activity, track.fps),
        *speech_gates(voice_activity, track.fps),
        eyelids if config.blink else np.zeros(len(track)),
        lip_closure,
        articulation,
    )
    return apply_controls(replace(track, points=points, pose=pose), face, config, controls)


def apply_controls(
    track: FaceTrack, face: FaceShape, config: MotionConfig, controls: FrameControls
) -> FaceTrack:
    """Constrain the amplified lips, scale the brows, close the eyelids and set the head pose.

    Frames are independent, except that several angles of `config` are spread over the track. The
    result is float32.
    """
    neutral = face.points
    points = reduce_opening(track.points, controls.closure_threshold)
    if controls.lip_closure is not None:
        points = open_lips(points, controls.lip_closure[:, 1])
        points = close_lips(points, controls.lip_closure[:, 0])
    points = hold_lips_in_silence(points, neutral, controls.speech, controls.near_speech)
    points = keep_lip_thickness(seal_lips(points), neutral)
    if controls.articulation is not None:
        shown = controls.articulation * controls.speech[:, None]
        points = show_tongue(points, shown[:, ARTICULATIONS.index("dental")])
        points = tuck_lower_lip(points, neutral, shown[:, ARTICULATIONS.index("labiodental")])
        track = replace(track, articulation=shown.astype(np.float32))
    points[:, BROWS] = neutral[BROWS] + config.amp_brow * (points[:, BROWS] - neutral[BROWS])
    points = close_eyelids(points, controls.eyelid_closure)
    pose = np.asarray(track.pose * (0.0 if config.still else config.amp_pos))
    for axis, degrees in enumerate((config.yaw, config.pitch, config.roll)):
        pose[:, axis] += interpolate_angles(degrees, len(track))
    return replace(track, points=points.astype(np.float32), pose=pose.astype(np.float32))


def lip_gains(config: MotionConfig, lip_gain: tuple[float, float]) -> Array:
    """(3,) float32 factors of the lip motion in x, y and z."""
    gain_x = config.amp_lip_x / NATURAL_AMP_LIP * lip_gain[0]
    gain_y = config.amp_lip_y / NATURAL_AMP_LIP * lip_gain[1]
    return np.array([gain_x, gain_y, gain_y], np.float32)


def closure_thresholds(opening: Array, voice_activity: Array, fps: float) -> Array:
    """(t,) mouth opening that counts as closed, from (t,) openings in face widths.

    For an unknown speaker or recording, predicted openings may have a constant offset. The running
    CLOSED_QUANTILE over speech estimates it. It changes smoothly, unlike MakeItTalk's mean per
    segment of 512 frames, which jumps where segments meet. Zeros for less than
    MIN_SPEECH_SECONDS of speech.
    """
    speech = voice_activity > 0.5
    if speech.sum() < MIN_SPEECH_SECONDS * fps:
        return np.zeros(len(opening))
    frames, width = np.flatnonzero(speech), int(CALIBRATION_SECONDS * fps)
    low = percentile_filter(opening[frames], 100 * CLOSED_QUANTILE, width, mode="reflect")
    threshold = np.interp(np.arange(len(opening)), frames, low)
    return np.asarray(gaussian_filter1d(threshold, CALIBRATION_SECONDS * fps / 4, mode="nearest"))


def speech_gates(
    voice_activity: Array, fps: float, longest_pause: float = MAX_BRIDGED_PAUSE
) -> tuple[Array, Array]:
    """(t,) share of the lip motion to keep, and (t,) proximity of speech, both in [0, 1].

    Pauses of up to `longest_pause` seconds count as speech. A frame depends on the activity within
    about NEAR_SPEECH_SECONDS + longest_pause of it.
    """
    share = bridge_pauses(voice_activity.astype(float), int(longest_pause * fps))
    proximity = maximum_filter1d(share, 2 * round(NEAR_SPEECH_SECONDS * fps) + 1, mode="nearest")
    proximity, share = (
        gaussian_filter1d(gate, FADE_SIGMA * fps, mode="nearest") for gate in (proximity, share)
    )
    return np.clip((share - FADE_LEAD) / (1 - FADE_LEAD), 0, 1), proximity


def bridge_pauses(voice_activity: Array, longest: int) -> Array:
    """(t,) voice activity with pauses of up to `longest` frames set to 1."""
    pauses = np.flatnonzero(np.diff(np.r_[0, voice_activity < 0.5, 0]))
    bridged = voice_activity.copy()
    for start, end in pauses.reshape(-1, 2):
        if end - start <= min(longest, len(voice_activity) - 1):
            bridged[start:end] = 1
    return bridged
