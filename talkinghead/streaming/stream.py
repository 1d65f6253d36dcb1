"""Animate a stream of audio: audio chunks in, video frames out after a fixed look-ahead."""

import math
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from talkinghead.config import MotionConfig, RenderConfig
from talkinghead.errors import InputError
from talkinghead.model_set import ModelSet
from talkinghead.models.mel import FFT_SIZE
from talkinghead.motion.predict import SHARPENING_REACH
from talkinghead.motion.resample import (
    SPLINE_MARGIN,
    clip_frames,
    fade_ends,
    interpolate,
    sample_articulation,
)
from talkinghead.render.landmark_drawing import LandmarkRenderer, join_side_by_side
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, HOP, RATE, STRIDE
from talkinghead.streaming.audio_chunks import resample_to_blocks
from talkinghead.streaming.features import StreamingFeatures
from talkinghead.streaming.motion import ACTIVITY_HISTORY, StreamingMotion
from talkinghead.streaming.ring_buffer import RingBuffer
from talkinghead.types import Array, FaceShape, FaceTrack, Subject

MIN_LOOK_AHEAD = 0.08  # seconds
RESAMPLING_LOOK_AHEAD = 2  # motion frames after a video frame that interpolation needs


def look_ahead(models: ModelSet, fps: float = FPS) -> float:
    """Seconds of audio after the time of a frame that must arrive before it can be rendered.

    The sum of the look-ahead of audio encoder and content branch, the reach of the sharpening,
    and one motion frame; plus RESAMPLING_LOOK_AHEAD at a frame rate other than FPS.
    """
    branch = models.content_branch
    encoder = 0 if branch.encoder is None else branch.encoder.look_ahead
    waits = branch.size.look_ahead + SHARPENING_REACH + (0 if fps == FPS else RESAMPLING_LOOK_AHEAD)
    last = (waits + 1) * STRIDE - STRIDE // branch.size.stride + encoder  # mel frame
    return math.ceil((last * HOP + FFT_SIZE // 2) / FRAME_SAMPLES) / FPS


def look_ahead_frames(models: ModelSet, seconds: float | None, fps: float = FPS) -> int:
    """Motion frames of audio after a motion frame that are waited for, for a look-ahead in seconds.

    None is all that the networks look at. Raises InputError for less than MIN_LOOK_AHEAD, or for
    too little to interpolate at `fps`.
    """
    interpolation = 0 if fps == FPS else RESAMPLING_LOOK_AHEAD
    full = round(look_ahead(models, fps) * FPS)
    if seconds is None:
        return full - interpolation
    least = MIN_LOOK_AHEAD + interpolation / FPS
    if not seconds >= least - 1e-9:
        raise InputError(
            f"look-ahead: at {fps:g} frames per second at least {least:.2f} s, got {seconds:g}"
        )
    return min(math.floor(seconds * FPS + 1e-9), full) - interpolation


def stream(
    models: ModelSet,
    subject: Subject,
    chunks: Iterable[Array],
    rate: int,
    motion_config: MotionConfig | None = None,
    render_config: RenderConfig | None = None,
    speaking_style: Array | None = None,
    notify: Callable[[str], None] | None = None,
    look_ahead: float | None = None,
) -> Iterator[Array]:
    """Yield the frames of a subject that speaks `chunks` of audio; see `Animator.stream`.

    `speaking_style` is the speaker embedding (256,) for head and brows; None uses that of the
    stream. `notify` receives a one-line message at the end of a stream in which nobody spoke.
    """
    render_config = render_config or RenderConfig()
    fps = render_config.fps
    track = FaceStream(
        models, subject, motion_config or MotionConfig(), fps, speaking_style,
        look_ahead_frames(models, look_ahead, fps),
    )  # fmt: skip
    for blocks in resample_to_blocks(chunks, rate):
        part = track.push(blocks)
        if part is not None:
            yield from render_track(part, subject, render_config)
    part = track.flush()
    if part is not None:
        yield from render_track(part, subject, render_config)
    if notify is not None and not track.speech_heard:
        notify("no speech was heard in the stream; the lips stay closed")


def render_track(
    track: FaceTrack, subject: Subject, render_config: RenderConfig
) -> Iterator[Array]:
    """Place a face track on the subject's picture and render it: frames (h, w, 3 or 4) uint8.

    With `side_by_side` the landmarks are drawn to the left of each frame.
    """
    landmarks = subject.frame.place(track)
    frames = subject.renderer.render(landmarks)
    if render_config.side_by_side:
        height = subject.renderer.size[1]
        drawings = LandmarkRenderer((height, height)).render(landmarks)
        frames = join_side_by_side(drawings, frames)
    return frames


class FaceStream:
    """The face track of one stream: push blocks of audio, get the completed frames.

    Or add blocks with `feed`, and take a frame when it is due with `predict_next`: from all audio
    that was fed by then.
    """

    def __init__(
        self,
        models: ModelSet,
        subject: Subject,
        motion_config: MotionConfig,
        fps: float,
        speaking_style: Array | None,
        look_ahead: int | None = None,
    ):
        """A frame comes after `look_ahead` motion frames of audio, or all that the networks see.

        Raises InputError for a `motion_config` with several angles: they need a known end.
        """
        self._features = StreamingFeatures(
            models.speaker_encoder, models.content_encoder, models.content_branch.encoder,
            models.voice_detector,
        )  # fmt: skip
        self._motion = StreamingMotion(
            models.content_branch, models.speaker_branch, subject.face, motion_config,
            subject.lip_gain,
        )  # fmt: skip
        self._resampler = StreamingResampler(subject.face, fps)
        self._speaking_style = speaking_style
        self._look_ahead = look_ahead
        self._next = 0  # index of the next motion frame
        self.speech_heard = False

    def push(self, blocks: Array) -> FaceTrack | None:
        """Add (k, FRAME_SAMPLES) samples at RATE; the last block of a stream may be (1, n)."""
        parts: list[FaceTrack] = []
        for block in blocks:
            self.feed(block)
            parts.extend(self._advance())
        return _concatenate(parts)

    def feed(self, block: Array) -> None:
        """Add (FRAME_SAMPLES,) samples at RATE, or fewer at the end of the stream."""
        self._features.push(block)
        self._update(None)

    @property
    def frames(self) -> int:
        """Motion frames of audio that were fed."""
        return self._features.frames

    def flush(self) -> FaceTrack | None:
        """End the stream and get the remaining frames, which make it as long as the audio."""
        if not self._features.samples:
            return None
        self._features.flush()
        self._update(self._features.frames)
        return _concatenate([*self._advance()])

    def predict_next(self) -> FaceTrack:
        """The track of the next motion frame, from all audio so far, which must reach it.

        Where the networks see audio that is still missing, it is assumed to end here.
        """
        features, motion, frame = self._features, self._motion, self._next
        if not motion.is_ready(frame):
            features.preview()
            motion.preview(frame, features.encoder_features, features.content, self._speaker())
        activity = features.voice_activity(frame - ACTIVITY_HISTORY, features.frames)
        self.speech_heard |= bool(activity.any())
        shown = features.articulation(frame)
        closure = features.lip_closure(frame)
        self._next += 1
        return motion.predict_frame(frame, activity, closure, shown)

    def _speaker(self) -> Array:
        style = self._speaking_style
        return self._features.speaker_embedding if style is None else style

    def _update(self, frames: int | None) -> None:
        features = self._features
        self._motion.update(features.encoder_features, features.content, self._speaker(), frames)

    def _advance(self) -> Iterator[FaceTrack]:
        features, resampler, count = self._features, self._resampler, None
        if features.ended:
            count = clip_frames(features.samples / RATE, resampler.fps)
        while self._next < features.frames and self._is_due(self._next):
            yield from resampler.push(self.predict_next(), count)
        if count is not None:
            yield from resampler.push(None, count)

    def _is_due(self, frame: int) -> bool:
        waited = self._look_ahead is not None and frame + self._look_ahead <= self.frames
        return waited or self._motion.is_ready(frame)


class StreamingResampler:
    """`motion.resample.resample_clip` on a stream: motion frames in, frames at `fps` out.

    At a frame rate other than FPS a frame needs RESAMPLING_LOOK_AHEAD motion frames after it.
    """

    def __init__(self, face: FaceShape, fps: float):
        self._face, self.fps = face, fps
        capacity = SPLINE_MARGIN + RESAMPLING_LOOK_AHEAD + 1
        self._points, self._pose = RingBuffer(capacity), RingBuffer(capacity)
        self._articulation = RingBuffer(capacity)
        self._next = 0  # index of the next frame at `fps`

    def push(self, track: FaceTrack | None, count: int | None = None) -> list[FaceTrack]:
        """Add one motion frame, or None after the last; returns the completed frames, if any.

        `count` is the total number of frames at `fps`. It must be given before the first frame
        that the fade at the end reaches.
        """
        if track is not None:
            self._points.append(track.points)
            self._pose.append(track.pose)
            if track.articulation is not None:
                self._articulation.append(track.articulation)
        first, stop = self._next, self._stop(track is None, count)
        if stop <= first:
            return []
        self._next = stop
        indices = np.arange(first, stop)
        if self.fps != FPS or track is None:
            times = indices / self.fps
            points, pose = (_interpolate(rows, times) for rows in (self._points, self._pose))
            shown = self._articulation
            known = shown.rows if shown.stop else None
            articulation = sample_articulation(known, FPS, times - shown.start / FPS)
            track = FaceTrack(points, pose, self.fps, articulation)
        return [fade_ends(track, self._face, indices, count)]

    def _stop(self, ended: bool, count: int | None) -> int:
        """Index after the last completed frame."""
        if ended and count is not None:
            return count
        last = self._points.stop - 1 - (0 if self.fps == FPS else RESAMPLING_LOOK_AHEAD)
        # Rounding must not delay a frame that coincides with a motion frame.
        stop = math.floor(last * self.fps / FPS + 1e-9) + 1
        return stop if count is None else min(stop, count)


def _interpolate(values: RingBuffer, times: Array) -> Array:
    """Values at `times` seconds of a stream at FPS, constant after the last one."""
    return interpolate(values.rows, FPS, times - values.start / FPS)


def _concatenate(parts: list[FaceTrack]) -> FaceTrack | None:
    if not parts:
        return None
    points, pose = (
        np.concatenate([getattr(p, name) for p in parts]) for name in ("points", "pose")
    )
    shown = [part.articulation for part in parts if part.articulation is not None]
    articulation = np.concatenate(shown) if len(shown) == len(parts) else None
    return FaceTrack(points, pose, parts[0].fps, articulation)
