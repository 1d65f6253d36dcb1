"""Moves a face with a stream: `predict` and `restyle`, frame by frame as sound arrives."""

from dataclasses import replace
from typing import Final

import numpy as np

from talkinghead.clock import FPS
from talkinghead.config import Style
from talkinghead.errors import InputError
from talkinghead.geometry.mouth import opening
from talkinghead.motion.blink import Blinks, close_lids
from talkinghead.motion.closing import Closing
from talkinghead.motion.content_branch import ContentBranch
from talkinghead.motion.lip_shapes import lowered
from talkinghead.motion.lips import Lips
from talkinghead.motion.predict import SETTLE, mannered
from talkinghead.motion.rolling import Rolling
from talkinghead.motion.speaker_branch import SpeakerBranch
from talkinghead.motion.style import amplified, articulated, gains, resting
from talkinghead.recent import Recent
from talkinghead.types import Array, FaceShape, FaceTrack

PAST: Final = 2 * FPS  # motion frames of activity that decide whether lips rest
HEAD_AHEAD: Final = 12  # motion frames of activity ahead of the one by which the head settles


class Mover:
    """One stream. Frames are asked for in their order, each once."""

    def __init__(
        self,
        branch: ContentBranch,
        speaker: SpeakerBranch | None,
        face: FaceShape,
        style: Style,
        lip_gain: tuple[float, float] = (1.0, 1.0),
    ):
        """Raises InputError for a style of several angles: a stream has no end to spread them."""
        for name in ("yaw", "pitch", "roll"):
            if len(getattr(style, name)) > 1:
                raise InputError(f"{name}: a stream has no end to spread angles up to; give one")
        self._face, self._style = face, style
        self._gain = gains(style, lip_gain)
        self._turn = np.array([*(sum(a) for a in (style.yaw, style.pitch, style.roll)), 0, 0, 0])
        self._lips = Lips(branch, face)
        self._head = None if speaker is None else Rolling(speaker, style.seed)
        self._closing = Closing()
        self._blinks = Blinks(FPS, style.blink, np.random.default_rng(style.seed))
        self._talking = np.zeros(2)  # smoothed once, and twice
        self._frames: int | None = None

    def hear(self, heard: Recent, content: Recent, voice: Array, frames: int | None) -> None:
        """Take what is new of the sound; `frames` is how many there are, once that is known."""
        self._frames = frames
        self._lips.hear(heard, frames)
        if self._head is not None:
            self._head.hear(content, voice, frames)

    def ready(self, frame: int) -> bool:
        """Whether enough is known to move a frame."""
        head = self._head is None or self._head.ready(frame)
        return head and self._lips.ready(frame, self._frames)

    def move(self, frame: int, activity: Array, visemes: Array) -> FaceTrack:
        """The track of one motion frame, in face units, styled.

        `activity` is (t,) from frame max(0, frame - PAST) on, as far as it is known; `visemes`
        is (1, 2).
        """
        at = min(frame, PAST)
        rest = self._face
        track = FaceTrack(self._lips.points(frame), np.zeros((1, 6), np.float32))
        if self._head is not None:
            made = self._head.motion(frame)
            made = replace(made, mouth=made.mouth[:, None, None])
            track = mannered(track, made, rest, self._settling(_held(activity, at + HEAD_AHEAD)))
        points = amplified(track.points, rest.points, self._gain)
        if activity[at] > 0.5:
            self._closing.add(float(opening(points)[0]))
        points = lowered(points, np.array([self._closing.floor]))
        obeyed, near = (share[at : at + 1] for share in resting(activity, FPS))
        points = articulated(points, rest.points, (obeyed, near), self._style, visemes)
        closure = self._blinks(frame, _held(activity, at + Blinks.LEAD))
        points = close_lids(points, np.array([closure]))
        amount = 0.0 if self._style.still else self._style.amp_pos
        pose = track.pose * amount + self._turn
        return FaceTrack(points.astype(np.float32), pose.astype(np.float32))

    def _settling(self, activity: float) -> Array:
        """(1,) how far the head moves: activity smoothed twice, so that it starts softly."""
        share = 1 / (SETTLE * FPS)
        self._talking[0] += share * (activity - self._talking[0])
        self._talking[1] += share * (self._talking[0] - self._talking[1])
        return self._talking[1:].copy()


def _held(values: Array, at: int) -> float:
    """A value, or the last one where there are fewer."""
    return float(values[min(at, len(values) - 1)])
