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
UNREAD = 128 + signal.SIGPIPE
# Not every platform closes a terminal with a signal.
_TERMINATING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_DEAF = (signal.SIG_IGN, None)  # to a signal, as under nohup: we stay so


class _Terminated(BaseException):
    """Such a signal, as an exception: temporary files are removed on the way out."""

    def __init__(self, number: int) -> None:
        self.number = number


def _terminate(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # a terminal that closes may say so twice
    raise _Terminated(number)


@contextmanager
def _terminable() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _TERMINATING}
    heard = {number: how for number, how in before.items() if how not in _DEAF}
    for number in heard:
        signal.signal(number, _terminate)
    try:
        yield
    finally:
        for number, how in heard.items():
            signal.signal(number, how)


def _memory(error: Exception) -> bool:
    """Whether this is how numpy, torch or OpenCV say that memory ran out."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in said or "failed to alloc" in said


def explained(error: Exception) -> str | None:
    """What went wrong, in words for the user; None for a fault of the program's own."""
    if isinstance(error, TalkingHeadError):
        return str(error)
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    if _memory(error):
        return "memory ran out; use a smaller --size or a shorter recording"
    return None


def guarded(work: Callable[[], int | None], progress: Progress) -> int:
    """Do the work; its exit status, or that of what went wrong, which the user has been told."""
    try:
        with _terminable(), warnings.catch_warnings():
            if not sys.warnoptions:
                warnings.simplefilter("ignore")  # of the libraries: no news to the user
            # matplotlib, which mediapipe imports, complains of a home it cannot write to.
            logging.getLogger("matplotlib").setLevel(logging.ERROR)
            with progress:
                status = work()
            sys.stdout.flush()
    except KeyboardInterrupt:
        progress.failure("interrupted")
        return INTERRUPTED
    except _Terminated as end:
        progress.failure("terminated")
        return 128 + end.number
    except BrokenPipeError:  # of `talkinghead ... | head`: who stopped reading knows
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except Exception as error:
        message = explained(error)
        if message is None:
            raise
        progress.failure(message)
        return FAILED
    return status or 0
