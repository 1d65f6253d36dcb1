"""`talkinghead puppet edit`: starts, stops, and reports mistakes in one line."""

import os
import signal
import subprocess
import sys
import threading
from urllib.request import urlopen

import pytest


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C works differently there")
def test_ctrl_c_stops_the_editor_without_an_error(built_puppet):
    command = [
        sys.executable,
        "-m",
        "talkinghead",
        "puppet",
        "edit",
        str(built_puppet),
        "--no-browser",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        for _ in range(50):
            try:
                with urlopen(address, timeout=5) as response:
                    assert response.status == 200
                break
            except OSError:
                threading.Event().wait(0.1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert "Traceback" not in err
    assert len(err.splitlines()) == 2


def test_an_unknown_puppet_is_reported_in_one_line(cli):
    status, _, err = cli("puppet", "edit", "nobody", "--no-browser")
    assert (status, len(err)) == (2, 1)
