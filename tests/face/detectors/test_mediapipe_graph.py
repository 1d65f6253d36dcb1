"""Log lines of native libraries are dropped; all other lines are passed on."""

import os
import sys

import pytest

from talkinghead.face.detectors.mediapipe_graph import suppress_native_logs


def test_log_lines_are_dropped_and_others_kept(capfd: pytest.CaptureFixture[str]) -> None:
    with suppress_native_logs(), suppress_native_logs():
        os.write(2, b"I0000 00:00:1.5 1 gl_context.cc:1] started\n")
        os.write(2, b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n")
        print("our own warning", file=sys.stderr, flush=True)
        os.write(2, b"W0000 00:00:1.5 1 feedback_manager.cc:1] disabled\n")
    os.write(2, b"after\n")
    assert capfd.readouterr().err == "our own warning\nafter\n"


def test_errors_are_kept_when_the_block_fails(capfd: pytest.CaptureFixture[str]) -> None:
    def failing() -> None:
        with suppress_native_logs():
            os.write(2, b"E0000 00:00:1.5 1 graph.cc:1] failed\n")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert "failed" in capfd.readouterr().err
