"""A live session in a thread of its own, shown to any number of viewers."""

import threading
import time
from collections import deque
from collections.abc import Callable
from functools import cached_property
from typing import Any, Final

import cv2
import numpy as np

from talkinghead.live.session import LiveFrame, LiveSession
from talkinghead.live.speech_queue import to_mono
from talkinghead.media.audio import check_rate
from talkinghead.sample_rates import FPS
from talkinghead.types import Array

JPEG_QUALITY: Final = 82
_MAX_LATE: Final = 1.0  # seconds by which the clock is behind, for example after a suspension


class Packet:
    """What is shown and heard in one frame, encoded once for all viewers."""

    def __init__(self, frame: LiveFrame, image: Array | None, interruptions: int = 0) -> None:
        self.interruptions = interruptions  # that came before it
        self.index, self.time, self.audio = frame.index, frame.time, frame.audio
        self.image = image  # (h, w, 3 or 4) uint8, or None for a frame that was dropped
        self.speech, self.ended = frame.speech, frame.ended
        self.track = frame.track

    @cached_property
    def pcm(self) -> bytes:
        """The audio as 16-bit little-endian samples."""
        scaled = np.clip(self.audio, -1, 1) * 32767
        return np.round(scaled).astype("<i2").tobytes()

    @cached_property
    def jpeg(self) -> bytes:
        """The picture, empty for a frame that was dropped."""
        if self.image is None:
            return b""
        bgr = np.ascontiguousarray(self.image[..., 2::-1])
        done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        return bytes(data) if done else b""


Viewer = Callable[[Packet], None]


class Broadcast:
    """Runs a session until it is closed. All methods are safe to call from any thread.

    Frames are only rendered while there is a viewer of pictures.
    """

    def __init__(self, session: LiveSession) -> None:
        self.session = session
        self._commands: deque[Callable[[], Any]] = deque()
        self._viewers: dict[int, Viewer] = {}
        self._blind: set[int] = set()  # viewers that need no picture
        self._lock, self._closed = threading.Lock(), threading.Event()
        self.left_at = time.monotonic()  # when the last viewer left
        self._interruptions = 0
        self.late = 0.0  # seconds by which the last frame was late
        self._thread = threading.Thread(target=self._run, name="live", daemon=True)
        self._thread.start()

    @property
    def viewers(self) -> int:
        """How many watch."""
        return len(self._viewers)

    def push_audio(self, samples: Array, rate: int, *, complete: bool = False) -> None:
        """Say these samples; `complete` if they need not wait for more. See `LiveSession`.

        Raises AudioError for what is not audio.
        """
        mono, checked = to_mono(samples), check_rate(rate)
        self._commands.append(lambda: self.session.push_audio(mono, checked))
        if complete:
            self._commands.append(self.session.end_speech)

    def end_speech(self) -> None:
        """What was pushed is complete. See `LiveSession`."""
        self._commands.append(self.session.end_speech)

    def interrupt(self) -> None:
        """Stop speaking."""
        self._commands.append(self._interrupt)

    def watch(self, viewer: Viewer, *, pictures: bool = True) -> Callable[[], None]:
        """Call `viewer` with every packet, in the session's thread; returns what ends that.

        Without `pictures` no frame is rendered for it: it needs audio or motion only.
        """
        key = id(viewer)
        with self._lock:
            self._viewers[key] = viewer
            if not pictures:
                self._blind.add(key)

        def leave() -> None:
            with self._lock:
                self._viewers.pop(key, None)
                self._blind.discard(key)
                self.left_at = time.monotonic()

        return leave

    def close(self) -> None:
        """End the session."""
        self._closed.set()
        if threading.current_thread() is not self._thread:
            self._thread.join(5)

    def wait(self, seconds: float) -> bool:
        """Wait, at most until the session is closed; whether it is."""
        return self._closed.wait(seconds)

    def is_closed(self) -> bool:
        """Whether the session has ended."""
        return self._closed.is_set()

    def _interrupt(self) -> None:
        self.session.interrupt()
        self._interruptions += 1

    def _run(self) -> None:
        session = self.session
        began = time.monotonic() - session.frames_shown / FPS
        while not self._closed.is_set():
            ahead = began + session.frames_shown / FPS - time.monotonic()
            if ahead > 0 and self._closed.wait(ahead):
                return
            if ahead < -_MAX_LATE:
                began -= ahead
            self.late = max(0.0, -ahead)
            while self._commands:
                self._commands.popleft()()
            seen = len(self._viewers) > len(self._blind)
            frame = session.advance(render=seen and session.is_in_time(ahead))
            packet = Packet(frame, frame.image, self._interruptions)
            with self._lock:
                viewers = list(self._viewers.values())
            for viewer in viewers:
                viewer(packet)
