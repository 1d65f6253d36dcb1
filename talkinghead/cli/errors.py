"""Turns errors and signals into one line and an exit status: users see no tracebacks."""

import logging
import os
import signal
import sys
import threading
import warnings
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

from talkinghead.cli.options import former_names
from talkinghead.errors import describe_error
from talkinghead.progress import Progress, create_progress

FAILED = 2
INTERRUPTED = 128 + signal.SIGINT
CLOSED_PIPE = 128 + signal.SIGPIPE
# Not every platform closes a terminal with a signal.
_TERMINATING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_IGNORED = (signal.SIG_IGN, None)  # handlers of signals that are ignored, as under nohup


class _Terminated(BaseException):
    """A signal that ends the process, as an exception: temporary files are removed."""

    def __init__(self, number: int) -> None:
        self.number = number


def _terminate(number: int, frame: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # a terminal that closes may send it twice
    raise _Terminated(number)


@contextmanager
def _exit_on_signals() -> Iterator[None]:
    """Within it, signals that end the process raise _Terminated, unless they were ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {number: signal.getsignal(number) for number in _TERMINATING}
    active = {number: handler for number, handler in handlers.items() if handler not in _IGNORED}
    for number in active:
        signal.signal(number, _terminate)
    try:
        yield
    finally:
        for number, handler in active.items():
            signal.signal(number, handler)


def run_with_errors(work: Callable[[], int | None], progress: Progress) -> int:
    """Do the work. Returns its exit status, or that of an error, which is reported."""
    try:
        with _exit_on_signals(), warnings.catch_warnings():
            if not sys.warnoptions:
                warnings.simplefilter("ignore")  # of the libraries: no news to the user
            # matplotlib complains of a home it cannot write to.
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
    except BrokenPipeError:  # of `talkinghead ... | head`, which has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    except Exception as error:
        message = describe_error(error)
        if message is None:
            raise
        progress.failure(message)
        return FAILED
    return status or 0


def run_guarded(
    args: Namespace, run: Callable[[Namespace, Progress], Any], notes: Sequence[str] = ()
) -> int:
    """Run a command with its arguments, after notes on the former names among them."""
    progress = create_progress(getattr(args, "progress", "none"), getattr(args, "quiet", False))

    def work() -> int | None:
        for note in (*notes, *former_names(args)):
            progress.note(note)
        return run(args, progress)

    return run_with_errors(work, progress)
