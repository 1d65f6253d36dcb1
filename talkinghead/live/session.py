"""A live face: speech is pushed as it is synthesised or recorded, frames come on the audio's clock.

Between sentences the stream goes on with silence: the face blinks, breathes and moves its head, and
there is no seam where a sentence begins or ends. Speech that arrives as it is spoken begins when
the look-ahead of it has arrived; speech that is handed over at once, LEAD_FRAMES later.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import torch

from talkinghead.config import MotionConfig, RenderConfig
from talkinghead.landmarks import JAW, MOUTH
from talkinghead.live.speech_queue import FeatureBlocks, SpeechQueue
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import FPS, RATE
from talkinghead.streaming.stream import FaceStream, look_ahead_frames, render_track
from talkinghead.types import Array, FaceShape, FaceTrack, Subject

DEFAULT_LOOK_AHEAD: Final = 0.2  # seconds
LEAD_FRAMES: Final = 2  # of silence that are taken in ahead: lips move before the sound
MAX_DROPPED: Final = FPS // 2  # frames in a row
FADE_FRAMES: Final = 3  # frames in which the lips come to rest after an interruption, and return
BREATH_SECONDS: Final = 4.0  # people at rest breathe 12 to 18 times a minute
BREATH_HEIGHT: Final = 0.004  # face widths by which the head rises and falls
BREATH_PITCH: Final = 0.3  # degrees
_MOVED: Final = np.r_[JAW, MOUTH]  # landmarks that speech moves


@dataclass(frozen=True)
class LiveFrame:
    """A frame, and the audio to play while it is shown."""

    index: int
    time: float  # seconds since the session began, on the audio's clock
    audio: Array  # (sample_rate / FPS,) float32
    image: Array | None  # (h, w, 3 or 4) uint8; None if it was dropped
    speech: int = 0  # samples of `audio` that were pushed; the others are silence
    ended: int = 0  # calls of `end_speech` whose speech is complete with this frame
    track: FaceTrack | None = None  # one frame: the motion that is shown, for a rig


@contextmanager
def _one_thread() -> Iterator[None]:
    """Networks run in one thread: one frame is too little for more, which only wait for each other.

    With two, each frame costs nearly twice the processor time.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


class LiveSession:
    """A subject that is shown without end, and says what is pushed. Not safe across threads.

    Audio and picture leave together.
    """

    def __init__(
        self,
        animator: Animator,
        subject: Subject,
        motion_config: MotionConfig | None = None,
        *,
        look_ahead: float = DEFAULT_LOOK_AHEAD,
        sample_rate: int = RATE,
    ) -> None:
        """`look_ahead` is of speech that arrives as it is spoken, `sample_rate` of the frames.

        More makes lips more exact, see docs/figures.md. Raises InputError for a look-ahead below
        0.08 s and for a `motion_config` with several angles of one axis, AudioError for a rate that
        is no multiple of FPS.
        """
        self._subject, self._render_config = subject, RenderConfig()
        models, self.sample_rate = animator.models, sample_rate
        self._wait = look_ahead_frames(models, look_ahead)
        self._full = look_ahead_frames(models, None)
        self.look_ahead = self._wait / FPS
        self._stream = FaceStream(
            models, subject, MotionConfig.of(motion_config), float(FPS), None, self._wait
        )
        self._queue = SpeechQueue(sample_rate)
        self._to_features = FeatureBlocks(sample_rate)
        self._taken: deque[tuple[Array, int]] = deque()  # blocks and their speech, not yet played
        self._speaking, self._complete = False, False
        self._waited = 0  # frames for which speech has waited to begin
        self._index = self._rendered = 0  # frames so far, and the last one that was rendered
        self._interrupted_at = self._resumes_at = float(-FADE_FRAMES)  # frames
        self._ends: deque[int] = deque()  # samples of speech at which `end_speech` was called
        self.dropped = 0  # frames that were not rendered
        self.played = 0  # samples of speech that left, or were forgotten after they were taken in

    @property
    def face(self) -> FaceShape:
        """The neutral face."""
        return self._subject.face

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the frames in pixels."""
        return self._subject.renderer.size

    @property
    def is_complete(self) -> bool:
        """Whether speech was pushed, and `end_speech` was called after it."""
        return self._complete

    @property
    def queued_seconds(self) -> float:
        """Speech that was pushed and not yet taken in."""
        return self._queue.size / self.sample_rate

    @property
    def frames_shown(self) -> int:
        """Frames so far, those that were dropped included."""
        return self._index

    @property
    def pushed(self) -> int:
        """Samples of speech at `sample_rate` that were pushed, less those that were forgotten."""
        return self._queue.pushed

    def push_audio(self, samples: Array, rate: int | None = None) -> None:
        """Add speech, (n,) or (n, channels) at `rate` or `sample_rate`, floats or integers.

        It may come faster than it is spoken. Raises AudioError for what is not audio.
        """
        self._queue.push(samples, self.sample_rate if rate is None else rate)
        self._complete = False

    def end_speech(self) -> None:
        """What was pushed is complete: it need not wait for more to begin.

        The frame with the last of it counts this in `ended`, unless it is interrupted.
        """
        self._queue.complete()
        self._complete = True
        self._ends.append(self._queue.pushed)

    def interrupt(self) -> None:
        """Stop speaking: forget all audio, and bring the lips to rest within FADE_FRAMES."""
        self._queue.clear()
        self._ends.clear()
        self._speaking = self._complete = False
        for number, (block, speech) in enumerate(self._taken):
            fade = np.linspace(1, 0, block.size, dtype=np.float32)  # no click
            self._taken[number] = (block * fade if number == 0 else np.zeros_like(block), 0)
            self.played += speech
        self._interrupted_at = self._index
        self._resumes_at = np.inf  # until speech is pushed again

    def advance(self, *, render: bool = True) -> LiveFrame:
        """Move on by one frame; without `render` it is dropped, and its audio is not."""
        with _one_thread():
            self._take_in()
            track = self._stream.predict_next()
        (audio, speech), index = self._taken.popleft(), self._index
        self._index += 1
        self.played += speech
        idle = self._breathe(self._return_to_neutral(track, index), index)
        image = None
        if render:
            self._rendered = index
            image = next(iter(render_track(idle, self._subject, self._render_config)))
        else:
            self.dropped += 1
        ended = 0
        while self._ends and self.played >= self._ends[0]:
            self._ends.popleft()
            ended += 1
        return LiveFrame(index, index / FPS, audio, image, speech, ended, idle)

    def frames(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Iterator[LiveFrame]:
        """Frames without end, each at its time; one that would be late by a frame is dropped."""
        began = clock() - self._index / FPS
        while True:
            ahead = began + self._index / FPS - clock()
            if ahead > 0:
                sleep(ahead)
            yield self.advance(render=self.is_in_time(ahead))

    def is_in_time(self, ahead: float) -> bool:
        """Whether to render a frame that is due in `ahead` seconds.

        One that is late by a frame is dropped; but never all of them, however slow the machine.
        """
        return ahead > -1 / FPS or self._index - self._rendered >= MAX_DROPPED

    def _take_in(self) -> None:
        """Push to the stream what may be spoken, or silence so that the next frame has audio."""
        queue = self._queue
        if not self._speaking and queue.size:
            missing = max(1, self._wait - len(self._taken))
            waited = self._complete or self._waited >= self._wait
            self._speaking = waited or queue.size >= missing * queue.block_size
            self._waited += 1
            if self._speaking and self._resumes_at == np.inf:
                self._resumes_at = self._stream.frames - FADE_FRAMES  # lips move before the sound
        while self._speaking and len(self._taken) < self._full:
            if queue.size < queue.block_size and self._taken and not self._complete:
                break
            if not queue.size:
                self._speaking, self._waited = len(self._taken) > 1, 0
                break
            self._feed(queue.take())
        while len(self._taken) < (1 if self._speaking else LEAD_FRAMES):
            self._feed(np.zeros(0, np.float32))

    def _feed(self, speech: Array) -> None:
        block = np.zeros(self._queue.block_size, np.float32)
        block[: speech.size] = speech
        self._taken.append((block, speech.size))
        self._stream.feed(self._to_features(block))

    def _return_to_neutral(self, track: FaceTrack, index: int) -> FaceTrack:
        """Bring jaw and lips to the neutral face after an interruption."""
        falling = 1 - (index - self._interrupted_at + 1) / FADE_FRAMES
        rising = (index - self._resumes_at + 1) / FADE_FRAMES
        share = float(np.clip(max(falling, rising), 0, 1))
        if share == 1:
            return track
        neutral, points = self._subject.face.points[_MOVED], track.points.copy()
        points[:, _MOVED] = neutral + share * (points[:, _MOVED] - neutral)
        return replace(track, points=points)

    def _breathe(self, track: FaceTrack, index: int) -> FaceTrack:
        """Raise and lower the head a little, always in the same rhythm."""
        phase = np.sin(2 * np.pi * index / (BREATH_SECONDS * FPS))
        pose = track.pose.copy()
        pose[:, 1] += BREATH_PITCH * phase
        pose[:, 4] += BREATH_HEIGHT * phase
        return replace(track, pose=pose)
