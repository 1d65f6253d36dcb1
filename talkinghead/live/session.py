"""A live face: speech is pushed as it is synthesised or recorded, frames come on the audio's clock.

Between sentences the stream goes on with silence: the face blinks, breathes and moves its head, and
there is no seam where a sentence begins or ends.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from talkinghead.config import MotionConfig, RenderConfig
from talkinghead.errors import AudioError
from talkinghead.landmarks import JAW, MOUTH
from talkinghead.media.audio import as_float32
from talkinghead.pipeline import Animator
from talkinghead.sample_rates import FPS, FRAME_SAMPLES, RATE
from talkinghead.streaming.stream import FaceStream, render_track
from talkinghead.types import Array, FaceTrack, Subject

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
    audio: Array  # (FRAME_SAMPLES,) float32 at RATE
    image: Array | None  # (h, w, 3 or 4) uint8; None if it was dropped


class LiveSession:
    """A subject that is shown without end, and says what is pushed. Not safe across threads.

    Audio and picture leave together, `look_ahead` seconds after the audio was taken in.
    """

    def __init__(
        self, animator: Animator, subject: Subject, motion_config: MotionConfig | None = None
    ) -> None:
        """Raises InputError for a `motion_config` with several angles of one axis."""
        self._subject, self._render_config = subject, RenderConfig()
        self._stream = FaceStream(
            animator.models, subject, MotionConfig.of(motion_config), float(FPS), None
        )
        self.look_ahead = animator.look_ahead()
        self._waiting: deque[Array] = deque()  # speech that was not taken in yet
        self._audio: deque[Array] = deque()  # blocks that were taken in, not yet played
        self._tracks: deque[FaceTrack] = deque()  # a frame each, not yet shown
        self._index = 0
        self._taken = 0  # blocks that were taken in
        self._interrupted_at = self._resumes_at = float(-FADE_FRAMES)  # frames
        self.dropped = 0  # frames that were not rendered
        for _ in range(round(self.look_ahead * FPS)):
            self._take_in()

    @property
    def queued_seconds(self) -> float:
        """Speech that was pushed and not yet taken in."""
        return sum(part.size for part in self._waiting) / RATE

    def push_audio(self, samples: Array) -> None:
        """Add speech, (n,) or (n, channels) at RATE, floats in [-1, 1] or integers.

        It may come faster than it is spoken. Raises AudioError for what is not audio.
        """
        part = as_float32(np.asarray(samples))
        if part.ndim not in (1, 2) or not np.isfinite(part).all():
            raise AudioError(f"audio must be finite, (n,) or (n, channels), got {part.shape}")
        if part.size:
            self._waiting.append(part if part.ndim == 1 else part.mean(axis=1))

    def interrupt(self) -> None:
        """Stop speaking: forget all audio, and bring the lips to rest within FADE_FRAMES."""
        self._waiting.clear()
        for number, block in enumerate(self._audio):
            self._audio[number] = np.zeros_like(block)
            if number == 0:  # no click
                self._audio[0] = block * np.linspace(1, 0, block.size, dtype=np.float32)
        self._interrupted_at = self._index
        self._resumes_at = np.inf  # until speech is pushed again

    def advance(self, *, render: bool = True) -> LiveFrame:
        """Move on by one frame; without `render` it is dropped, and its audio is not."""
        self._take_in()
        track, audio, index = self._tracks.popleft(), self._audio.popleft(), self._index
        self._index += 1
        image = None
        if render:
            idle = self._breathe(self._return_to_neutral(track, index), index)
            image = next(iter(render_track(idle, self._subject, self._render_config)))
        else:
            self.dropped += 1
        return LiveFrame(index, index / FPS, audio, image)

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
            yield self.advance(render=ahead > -1 / FPS)

    def _take_in(self) -> None:
        """Push one block to the stream: of the waiting speech, or silence."""
        block = np.zeros(FRAME_SAMPLES, np.float32)
        filled = 0
        while self._waiting and filled < FRAME_SAMPLES:
            part = self._waiting.popleft()
            used = part[: FRAME_SAMPLES - filled]
            block[filled : filled + used.size] = used
            filled += used.size
            if used.size < part.size:
                self._waiting.appendleft(part[used.size :])
        if filled and self._resumes_at == np.inf:
            self._resumes_at = self._taken - FADE_FRAMES  # lips move before the sound
        self._taken += 1
        self._audio.append(block)
        track = self._stream.push(block[None])
        for number in range(0 if track is None else len(track)):
            assert track is not None
            row = slice(number, number + 1)
            self._tracks.append(replace(track, points=track.points[row], pose=track.pose[row]))

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
