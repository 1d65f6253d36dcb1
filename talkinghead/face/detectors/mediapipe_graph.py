"""Runs MediaPipe graphs and suppresses the log messages of native libraries."""

import os
import re
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import IO, Any, Final

import numpy as np

from talkinghead.types import Array

# Log lines of glog, absl and TensorFlow Lite.
_LIBRARY_LOG: Final = re.compile(
    rb"^(?:[IW]\d{4} |INFO: |WARNING: All log messages before|\d{4}-\d\d-\d\d [\d:.]+: [IW] )"
)


class MediapipeGraph:
    """A MediaPipe graph without log output."""

    def __init__(self, build: Callable[[], Any]) -> None:
        """`build` creates the MediaPipe solution. Importing MediaPipe takes 2 s, so it is lazy."""
        with suppress_native_logs(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from mediapipe.python.solution_base import SolutionBase

            self._solution = build()
            self._process = partial(SolutionBase.process, self._solution)
            self(np.zeros((64, 48, 3), np.uint8))  # its threads log during the first picture

    def __call__(self, image: Array) -> Any:
        with suppress_native_logs(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # deprecations inside protobuf
            return self._process({"image": image})

    def close(self) -> None:
        """Free the native resources."""
        with suppress_native_logs():
            self._solution.close()


@contextmanager
def suppress_native_logs() -> Iterator[None]:
    """Drop log lines of native libraries written to file descriptor 2 during the block.

    Native code writes there directly, bypassing `sys.stderr`. All other lines, also those of
    other threads, appear when the block ends. Takes 0.1 ms.
    """
    _stderr.capture()
    try:
        yield
    finally:
        _stderr.release()


class _Stderr:
    """Captures file descriptor 2; nested and concurrent captures share one buffer."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._captures = 0
        self._original = -1
        self._buffer: IO[bytes] | None = None

    def capture(self) -> None:
        with self._lock:
            self._captures += 1
            if self._captures > 1:
                return
            try:
                self._original = os.dup(2)
            except OSError:  # the process has no stderr
                return
            self._buffer = tempfile.TemporaryFile()  # noqa: SIM115, closed in release
            os.dup2(self._buffer.fileno(), 2)

    def release(self) -> None:
        with self._lock:
            self._captures -= 1
            if self._captures or self._buffer is None:
                return
            os.dup2(self._original, 2)
            os.close(self._original)
            with self._buffer as buffer:
                buffer.seek(0)
                remaining = b"".join(line for line in buffer if not _LIBRARY_LOG.match(line))
            self._buffer = None
            if remaining:
                os.write(2, remaining)


_stderr = _Stderr()
