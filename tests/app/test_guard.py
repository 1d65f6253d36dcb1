"""A signal that ends a command lets it clean up, and says so in the exit status."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from talkinghead.app.guard import guarded
from talkinghead.app.progress import Progress
from talkinghead.media.files import replacing


@pytest.fixture(params=["SIGTERM", "SIGHUP"])
def number(request: pytest.FixtureRequest) -> Iterator[int]:
    """A signal that would end this process."""
    found = getattr(signal, request.param, None)
    if found is None:
        pytest.skip("not on this platform")
    # The default would end pytest where nobody listens.
    before = signal.signal(found, signal.default_int_handler)
    yield found
    signal.signal(found, before)


def test_no_half_written_file_is_left(number: int, tmp_path: Path) -> None:
    def work() -> None:
        with replacing(tmp_path / "o.mp4"):
            try:
                os.kill(os.getpid(), number)
            finally:
                os.kill(os.getpid(), number)  # a terminal that closes may say so twice

    assert guarded(work, Progress()) == 128 + number
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(number) is signal.default_int_handler


def test_a_signal_that_was_ignored_stays_ignored(number: int) -> None:
    signal.signal(number, signal.SIG_IGN)
    assert guarded(lambda: os.kill(os.getpid(), number), Progress()) == 0
    assert signal.getsignal(number) is signal.SIG_IGN


def test_a_terminal_that_is_gone_is_no_error(number: int) -> None:
    class Gone(Progress):
        def failure(self, message: str) -> None:
            raise OSError(5, message)

    assert guarded(lambda: os.kill(os.getpid(), number), Gone()) == 128 + number
