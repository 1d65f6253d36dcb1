"""Predicts the motion of lips and jaw for new words, at the times of a video's frames."""

import numpy as np

from talkinghead.config import MotionConfig
from talkinghead.motion.resample import interpolate
from talkinghead.pipeline import Animator
from talkinghead.types import Array, FaceShape, Waveform


def lip_offsets(
    animator: Animator, wave: Waveform, face: FaceShape, times: Array, config: MotionConfig
) -> Array:
    """(t, 68, 3) float32 displacements from the neutral face, in face units, at `times` (t,).

    After the end of the recording lips rest.
    """
    still = config.model_copy(update={"still": True, "blink": 0.0})
    track = animator.predict_motion(animator.extract_features(wave), face, still)
    offsets = interpolate(track.points - face.points, track.fps, times)
    offsets[times > wave.seconds] = 0
    return offsets.astype(np.float32)
