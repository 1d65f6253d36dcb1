"""What the tests of the command line are given."""

from collections.abc import Callable

import pytest

from talkinghead.app.cli import main


@pytest.fixture
def cli(capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, list[str]]]:
    """Runs a command line: exit status, stdout, lines of stderr."""

    def run(*words: object) -> tuple[int, str, list[str]]:
        capfd.readouterr()
        status = main([str(word) for word in words])
        out, err = capfd.readouterr()
        return status, out, err.splitlines()

    return run
