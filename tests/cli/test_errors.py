"""A signal that ends a command lets it clean up, and says so in the exit status."""

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from talkinghead.cli.errors import run_with_errors
from talkinghead.media.atomic_write import atomic_write
from talkinghead.progress import JsonProgress, Progress


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
        with atomic_write(tmp_path / "o.mp4"):
            try:
                os.kill(os.getpid(), number)
            finally:
                os.kill(os.getpid(), number)  # a terminal that closes may say so twice

    assert run_with_errors(work, Progress()) == 128 + number
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(number) is signal.default_int_handler


def test_a_signal_that_was_ignored_stays_ignored(number: int) -> None:
    signal.signal(number, signal.SIG_IGN)
    assert run_with_errors(lambda: os.kill(os.getpid(), number), Progress()) == 0
    assert signal.getsignal(number) is signal.SIG_IGN


def test_a_terminal_that_is_gone_is_no_error(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, text)

    monkeypatch.setattr(sys, "stderr", Gone())
    assert run_with_errors(lambda: os.kill(os.getpid(), number), Progress()) == 128 + number


def test_progress_that_nobody_reads_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", buffering=1) as unread, monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", unread)
        told = JsonProgress()

        def work() -> None:
            told.start(2, "frame")
            with atomic_write(tmp_path / "o.mp4") as temporary:
                told.step(2)
                temporary.write_text("whole")

        assert run_with_errors(work, told) == 0
        os.dup2(os.open(os.devnull, os.O_WRONLY), writer)  # or it complains when it is closed
    assert (tmp_path / "o.mp4").read_text() == "whole"


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_no_harm(closed: str) -> None:
    words = f"{sys.executable} -m talkinghead puppet list {closed}"
    done = subprocess.run(["sh", "-c", words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("there", [True, False])
def test_the_target_of_a_link_is_replaced_and_the_link_stays(tmp_path: Path, there: bool) -> None:
    link, real = tmp_path / "latest.mp4", tmp_path / "deep" / "take.mp4"
    real.parent.mkdir()
    if there:
        real.write_text("old")
    link.symlink_to(real)
    with atomic_write(link) as temporary:
        temporary.write_text("new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert [path.name for path in real.parent.iterdir()] == ["take.mp4"]
