"""The story told while it happens: sound arrives in pieces, frames come out behind it."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from talkinghead.clock import FPS, FRAME, HOP, RATE, STRIDE
from talkinghead.config import Output, Style
from talkinghead.media.arriving import arriving
from talkinghead.models import Models
from talkinghead.motion.crisp import REACH
from talkinghead.motion.mover import PAST, Mover
from talkinghead.motion.retime import AHEAD, Retimer
from talkinghead.motion.style import eased, edges
from talkinghead.render.sketch import SketchRenderer, beside
from talkinghead.speech.listener import Listener
from talkinghead.speech.mel import FFT
from talkinghead.types import Array, FaceTrack, Subject


def look_ahead(models: Models, fps: float = FPS) -> float:
    """Seconds of sound behind a frame's own time that have arrived when the frame comes out.

    What the ear hears of the future, what the lips wait for, and the rest of a motion frame;
    at another rate than the motion's, two motion frames more.
    """
    branch = models.content_branch
    ear = 0 if branch.ear is None else branch.ear.look_ahead
    waits = branch.size.look_ahead + REACH + (0 if fps == FPS else AHEAD)
    last = (waits + 1) * STRIDE - STRIDE // branch.size.stride + ear  # mel frame, of the frame's 0
    return math.ceil((last * HOP + FFT // 2) / FRAME) / FPS


def stream(
    models: Models,
    subject: Subject,
    chunks: Iterable[Array],
    rate: int,
    style: Style | None = None,
    output: Output | None = None,
    manner: Array | None = None,
) -> Iterator[Array]:
    """The frames of a subject that says what `chunks` bring; see `Animator.stream`.

    `manner` is the (256,) voice whose way of moving is borrowed.
    """
    output = output or Output()
    track = FaceStream(models, subject, style or Style(), output.fps, manner)
    for blocks in arriving(chunks, rate):
        yield from painted(track.hear(blocks), subject, output)
    yield from painted(track.end(), subject, output)


def painted(track: FaceTrack | None, subject: Subject, output: Output) -> Iterator[Array]:
    """The frames of a part of the stream, if there is one."""
    if track is None:
        return
    pixels = subject.frame.place(track)
    frames = subject.renderer.render(pixels)
    if output.side_by_side:
        height = subject.renderer.size[1]
        frames = beside(SketchRenderer((height, height)).render(pixels), frames)
    yield from frames


class FaceStream:
    """The face track of one stream: blocks of sound in, the frames that they complete out."""

    def __init__(
        self, models: Models, subject: Subject, style: Style, fps: float, manner: Array | None
    ):
        """Raises InputError for a style that needs an end."""
        self._listener = Listener(
            models.speaker_encoder, models.content_encoder, models.content_branch.ear
        )
        self._mover = Mover(
            models.content_branch, models.speaker_branch, subject.face, style, subject.lip_gain
        )
        self._retimer, self._face, self._manner = Retimer(fps), subject.face, manner
        self._moved = self._given = 0  # motion frames, and frames

    def hear(self, blocks: Array) -> FaceTrack | None:
        """Take (k, FRAME) samples at RATE; the last of the sound may be (1, n), n < FRAME."""
        parts: list[FaceTrack] = []
        for block in blocks:
            self._listener.hear(block)
            parts.extend(self._move())
        return _joined(parts)

    def end(self) -> FaceTrack | None:
        """The frames that waited for more sound. There are as many as the sound is long."""
        if not self._listener.samples:
            return None
        self._listener.end()
        return _joined([*self._move()])

    def _move(self) -> Iterator[FaceTrack]:
        heard, mover = self._listener, self._mover
        frames = count = None
        if heard.ended:
            frames, count = heard.frames, max(1, round(heard.samples / RATE * self._retimer.fps))
        voice = heard.voice if self._manner is None else self._manner
        mover.hear(heard.heard, heard.content, voice, frames)
        while self._moved < heard.frames and mover.ready(self._moved):
            activity = heard.activity(self._moved - PAST, heard.frames)
            moved = mover.move(self._moved, activity, heard.visemes(self._moved))
            self._moved += 1
            yield from self._settle(self._retimer(moved, count), count)
        if count is not None:
            yield from self._settle(self._retimer(None, count), count)

    def _settle(self, track: FaceTrack | None, count: int | None) -> Iterator[FaceTrack]:
        """At rest where the stream begins and ends, as `style.settled` has it.

        A stream's end is known before a frame is due that it concerns.
        """
        if track is None:
            return
        away = np.arange(self._given, self._given + len(track))
        self._given += len(track)
        if count is not None:
            away = np.minimum(away, count - 1 - away)
        share = edges(away, track.fps)
        yield replace(track, points=eased(track.points, self._face.points, share))


def _joined(parts: list[FaceTrack]) -> FaceTrack | None:
    if not parts:
        return None
    points, pose = (
        np.concatenate([getattr(p, name) for p in parts]) for name in ("points", "pose")
    )
    return FaceTrack(points, pose, parts[0].fps)
