"""Predict and post-process motion on a stream, one motion frame at a time.

The classes keep state and recent rows; the computation is in `motion.predict` and
`motion.postprocess`, which are used for whole recordings too.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from talkinghead.config import MotionConfig
from talkinghead.errors import InputError
from talkinghead.geometry.mouth import mouth_opening
from talkinghead.models.content_branch import ContentBranch
from talkinghead.models.speaker_branch import SpeakerBranch, SpeakerMotion
from talkinghead.motion.blink import StreamingBlinks
from talkinghead.motion.lip_constraints import amplify_lips
from talkinghead.motion.postprocess import (
    CALIBRATION_SECONDS,
    CLOSED_QUANTILE,
    FrameControls,
    apply_controls,
    lip_gains,
    speech_gates,
)
from talkinghead.motion.predict import (
    HEAD_SMOOTHING,
    SHARPENING_REACH,
    ContentPredictor,
    add_speaker_motion,
    denormalize_motion,
    predict_window,
    sharpen,
    style_vector,
)
from talkinghead.motion.windows import cross_fade_ramp, noise
from talkinghead.sample_rates import FPS
from talkinghead.streaming.ring_buffer import RingBuffer
from talkinghead.types import Array, FaceShape, FaceTrack

ACTIVITY_HISTORY: Final = 2 * FPS  # motion frames of voice activity before a frame
HEAD_LOOK_AHEAD: Final = 12  # motion frames of voice activity after a frame, used by its head

# Seconds of a pause in which lips keep moving: shorter than in a recording, for a stream must know
# that a pause is longer before its lips begin to close.
MAX_BRIDGED_PAUSE: Final = 0.3

WINDOW: Final = 192  # motion frames in a window of the speaker branch
HOP_FRAMES: Final = 8  # motion frames between the ends of windows, and of a cross-fade
LAG: Final = 8  # motion frames by which head motion follows speech: too short to notice
SPEAKER_HISTORY: Final = 4 * FPS  # motion frames of the speaker branch that are stored
CONTENT_HISTORY: Final = FPS  # motion frames of the content branch that are stored

WARM_UP: Final = 1.0  # seconds of speech after which the quantile is used fully
THRESHOLD_SMOOTHING: Final = 2.5  # seconds of speech: time constant of the threshold


class StreamingMotion:
    """The motion of one stream. Frames are computed once, in order."""

    def __init__(
        self,
        content_branch: ContentBranch,
        speaker_branch: SpeakerBranch | None,
        face: FaceShape,
        config: MotionConfig,
        lip_gain: tuple[float, float] = (1.0, 1.0),
    ):
        """Raises InputError for a config with several angles: a stream's end is not known."""
        for name in ("yaw", "pitch", "roll"):
            if len(getattr(config, name)) > 1:
                raise InputError(f"{name}: a stream has no end to spread angles up to; give one")
        self._face, self._config = face, config
        self._gain = lip_gains(config, lip_gain)
        self._content = StreamingContentBranch(content_branch, face)
        self._speaker = None
        if speaker_branch is not None:
            self._speaker = StreamingSpeakerBranch(speaker_branch, config.seed)
        self._threshold = RunningClosureThreshold()
        self._blinks = StreamingBlinks(FPS, config.blink, np.random.default_rng(config.seed))
        self._activity = np.zeros(2)  # voice activity after one and two filters
        self._frames: int | None = None

    def update(
        self,
        encoder_features: RingBuffer,
        content: RingBuffer,
        speaker_embedding: Array,
        frames: int | None,
    ) -> None:
        """Run the branches on new features; `frames` is the length of an ended stream."""
        self._frames = frames
        self._content.update(encoder_features, frames)
        if self._speaker is not None:
            self._speaker.update(content, speaker_embedding, frames)

    def is_ready(self, frame: int) -> bool:
        """Whether all inputs of a frame have arrived."""
        content = self._frames is not None or self._content.is_ready(frame)
        return content and (self._speaker is None or self._speaker.is_ready(frame))

    def preview(
        self,
        frame: int,
        encoder_features: RingBuffer,
        content: RingBuffer,
        speaker_embedding: Array,
    ) -> None:
        """Estimate what `frame` still needs, from features whose last rows may be provisional."""
        self._content.preview(frame, encoder_features)
        if self._speaker is not None:
            self._speaker.preview(frame, content, speaker_embedding)

    def predict_frame(
        self,
        frame: int,
        voice_activity: Array,
        lip_closure: Array,
        articulation: Array | None = None,
    ) -> FaceTrack:
        """The post-processed track of one motion frame, in face units.

        `voice_activity` is (t,) from frame max(0, frame - ACTIVITY_HISTORY) to the last available;
        `lip_closure` is (1, 2), `articulation` (1, 4).
        """
        at, face = min(frame, ACTIVITY_HISTORY), self._face
        track = self._content.track(frame)
        if self._speaker is not None:
            head = self._smooth_activity(_value_or_last(voice_activity, at + HEAD_LOOK_AHEAD))
            track = add_speaker_motion(track, self._speaker.motion(frame), face, head)
        points = amplify_lips(track.points, face.points, self._gain)
        if voice_activity[at] > 0.5:
            self._threshold.update(float(mouth_opening(points)[0]))
        gates = speech_gates(voice_activity, FPS, MAX_BRIDGED_PAUSE)
        speech, near_speech = (gate[at : at + 1] for gate in gates)
        eyelids = self._blinks(
            frame, _value_or_last(voice_activity, at + StreamingBlinks.LOOK_AHEAD)
        )
        controls = FrameControls(
            np.array([self._threshold.opening]), speech, near_speech, np.array([eyelids]),
            lip_closure, articulation,
        )  # fmt: skip
        return apply_controls(replace(track, points=points), face, self._config, controls)

    def _smooth_activity(self, activity: float) -> Array:
        """(1,) voice activity after two exponential filters, so that the head starts softly."""
        share = 1 / (HEAD_SMOOTHING * FPS)
        self._activity[0] += share * (activity - self._activity[0])
        self._activity[1] += share * (self._activity[0] - self._activity[1])
        return self._activity[1:].copy()


class StreamingContentBranch:
    """The content branch of one stream: `predict.predict_content_motion` as features arrive."""

    def __init__(self, net: ContentBranch, face: FaceShape):
        self._size, self._face = net.size, face
        self._predict = ContentPredictor(net, face)
        self._offsets = RingBuffer(CONTENT_HISTORY)
        self._read = 0  # motion frames of features read so far

    def update(self, features: RingBuffer, frames: int | None) -> None:
        """Predict from new features; at the end the last ones are repeated for the look-ahead."""
        stride, ahead = self._size.stride, self._size.look_ahead
        stop = features.stop // stride if frames is None else frames + ahead
        if stop > self._read:
            new = features.slice_held(self._read * stride, stop * stride)
            self._offsets.append(self._predict(new))
            self._read = stop

    def preview(self, frame: int, features: RingBuffer) -> None:
        """Estimate the frames up to those that sharpening of `frame` needs, if there is audio.

        The features after the last ones are assumed to be as the last.
        """
        stride, ahead = self._size.stride, self._size.look_ahead
        stop = min(frame + SHARPENING_REACH + 1, -(-features.reach // stride))
        if stop > self._offsets.stop:
            rows = features.slice_held(self._read * stride, (stop + ahead) * stride)
            self._offsets.append_provisional(self._predict.preview(rows))

    def is_ready(self, frame: int) -> bool:
        """Whether the frames that sharpening needs have been predicted."""
        return self._offsets.stop > frame + SHARPENING_REACH

    def track(self, frame: int) -> FaceTrack:
        """The track of one motion frame, without head motion."""
        begin = max(frame - SHARPENING_REACH, 0)
        around = self._offsets.slice(begin, frame + SHARPENING_REACH + 1)
        sharp = sharpen(around)[frame - begin : frame - begin + 1]
        points = (self._face.points + sharp).astype(np.float32)
        return FaceTrack(points, np.zeros((1, 6), np.float32))


class StreamingSpeakerBranch:
    """The speaker branch of one stream: head motion, brows and lip style.

    Windows end at fixed frames of the stream and noise is a function of the frame index, as in
    `motion.windows`, so the motion does not depend on how the audio arrives. The last frames of a
    window see the past only; they are cross-faded with the previous and the next window.
    """

    def __init__(self, net: SpeakerBranch, seed: int):
        self._net, self._seed = net, seed
        history = WINDOW + 2 * HOP_FRAMES + LAG + SPEAKER_HISTORY
        self._content = RingBuffer(history * net.size.stride)
        self._motion = RingBuffer(SPEAKER_HISTORY)  # (t, channels + style): normalized motion
        self._end = 0  # motion frame at which the last window ended
        self._tail: Array | None = None  # (HOP_FRAMES, channels + style)

    def update(self, content: RingBuffer, speaker_embedding: Array, frames: int | None) -> None:
        """Predict from new content; at the end the last row is repeated."""
        if not content.stop:
            return
        stride, stored = self._net.size.stride, self._content
        stop = content.stop
        if frames is not None:
            stop = max(stop, (frames + 2 * HOP_FRAMES) * stride)
        stored.append(content.slice_held(stored.stop, stop))
        while self._end + HOP_FRAMES <= stored.stop // stride + LAG:
            self._predict_next(speaker_embedding)

    def preview(self, frame: int, content: RingBuffer, speaker_embedding: Array) -> None:
        """Predict the windows of `frame` now; content after the last is assumed to be as it.

        They are not predicted again, so that the head does not jump.
        """
        if not self.is_ready(frame):
            stored = self._content
            stored.append_provisional(content.slice(stored.stop, content.reach))
        while not self.is_ready(frame):
            self._predict_next(speaker_embedding)

    def _predict_next(self, speaker_embedding: Array) -> None:
        self._end += HOP_FRAMES
        self._cross_fade(self._window(self._end, speaker_embedding))

    def _window(self, end: int, speaker_embedding: Array) -> Array:
        """(2 * HOP_FRAMES, channels + style): the last frames of the window up to `end`."""
        net, start = self._net, max(0, end - WINDOW)
        rows = np.arange((start - LAG) * net.size.stride, (end - LAG) * net.size.stride).clip(0)
        content = self._content.slice_held(int(rows[0]), int(rows[-1]) + 1)[rows - rows[0]]
        noise_rows = noise(self._seed, start, end, net.size.noise_channels)
        motion = predict_window(net, content, speaker_embedding, noise_rows)[-2 * HOP_FRAMES :]
        style = np.tile(style_vector(net, speaker_embedding), (len(motion), 1))
        return np.concatenate([motion, style], axis=1)

    def _cross_fade(self, window: Array) -> None:
        if self._tail is not None:
            rise = cross_fade_ramp(HOP_FRAMES)[:, None]
            self._motion.append((1 - rise) * self._tail + rise * window[:HOP_FRAMES])
        self._tail = window[-HOP_FRAMES:]

    def is_ready(self, frame: int) -> bool:
        """Whether the windows of a frame have been predicted."""
        return self._motion.stop > frame

    def motion(self, frame: int) -> SpeakerMotion[Array]:
        """Motion of one motion frame: pose (1, 6), residual (1, 68, 3), mouth_range ()."""
        row = self._motion.slice(frame, frame + 1)
        channels = row.shape[1] - self._net.style_head.out_features
        return denormalize_motion(self._net, row[:, :channels], row[0, channels:])


class RunningClosureThreshold:
    """`postprocess.closure_thresholds` on a stream: a quantile of the speech so far."""

    def __init__(self) -> None:
        self._openings = RingBuffer(int(CALIBRATION_SECONDS * FPS))
        self.opening = 0.0  # face widths: the opening that counts as closed

    def update(self, opening: float) -> None:
        """Add the mouth opening, in face widths, of one frame of speech."""
        self._openings.append(np.array([opening]))
        openings = self._openings.rows
        # The first quantiles are unreliable, and the threshold must not jump.
        trust = min(1.0, len(openings) / (WARM_UP * FPS))
        target = trust * float(np.quantile(openings, CLOSED_QUANTILE))
        share = max(1 / (THRESHOLD_SMOOTHING * FPS), 1 / len(openings))
        self.opening += share * (target - self.opening)


def _value_or_last(values: Array, index: int) -> float:
    """`values[index]`, or the last value beyond the end."""
    return float(values[min(index, len(values) - 1)])
