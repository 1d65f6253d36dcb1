"""The noise of native libraries is dropped; every other line survives."""

import os
import sys

import pytest

from talkinghead.face.quiet import quiet


def test_noise_is_dropped_and_words_survive(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet(), quiet():
        os.write(2, b"I0000 00:00:1.5 1 gl_context.cc:1] started\n")
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
        print("our own warning", file=sys.stderr, flush=True)
        os.write(2, b"W0000 00:00:1.5 1 feedback_manager.cc:1] disabled\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "our own warning\nafter\n"


def test_words_survive_a_failure(capfd: pytest.CaptureFixture[str]) -> None:
    def failing() -> None:
        with quiet():
            os.write(2, b"E0000 00:00:1.5 1 graph.cc:1] failed\n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert "failed" in capfd.readouterr().err
