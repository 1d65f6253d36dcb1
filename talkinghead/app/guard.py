"""Errors to one line and an exit status: nobody sees a traceback for their own mistake."""

import logging
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from talkinghead.app.progress import Progress
from talkinghead.errors import TalkingHeadError

FAILED = 2
INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM
UNREAD = 128 + signal.SIGPIPE


class _Terminated(BaseException):
    """SIGTERM, as an exception: temporary files are removed on the way out."""


def _terminate(number: int, frame: FrameType | None) -> None:
    raise _Terminated


@contextmanager
def _terminable() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _memory(error: Exception) -> bool:
    """Whether this is how numpy, torch or OpenCV say that memory ran out."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in said or "failed to alloc" in said


def guarded(work: Callable[[], None], progress: Progress) -> int:
    """Do the work; 0, or the exit status of what went wrong, which the user has been told."""
    try:
        with _terminable(), warnings.catch_warnings():
            if not sys.warnoptions:
                warnings.simplefilter("ignore")  # of the libraries: no news to the user
            # matplotlib, which mediapipe imports, complains of a home it cannot write to.
            logging.getLogger("matplotlib").setLevel(logging.ERROR)
            with progress:
                work()
            sys.stdout.flush()
    except KeyboardInterrupt:
        progress.failure("interrupted")
        return INTERRUPTED
    except _Terminated:
        progress.failure("terminated")
        return TERMINATED
    except TalkingHeadError as error:
        progress.failure(str(error))
        return FAILED
    except BrokenPipeError:  # of `talkinghead ... | head`: who stopped reading knows
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        progress.failure(f"{where}{error.strerror or error}")
        return FAILED
    except Exception as error:
        if not _memory(error):
            raise
        progress.failure("memory ran out; use a smaller --size or a shorter recording")
        return FAILED
    return 0
