"""The log remembers outputs, also after a run that ended in the middle of a line."""

import json

import pytest

from talkinghead.batch.run_log import RunLog
from talkinghead.errors import InputError, OutputError


def test_the_next_run_knows_an_output_by_its_fingerprint(tmp_path):
    path = tmp_path / "log"
    RunLog(path).add("a.mp4", "x", None, frames=3)
    assert RunLog(path).has("a.mp4", "x")
    assert not RunLog(path).has("a.mp4", "y")
    assert not RunLog(path).has("b.mp4", "x")
    assert json.loads(path.read_text())["frames"] == 3


def test_the_last_line_counts_and_a_failure_is_not_an_output(tmp_path):
    log = RunLog(tmp_path / "log")
    log.add("a.mp4", "x", None)
    log.add("a.mp4", "x", "no face")
    assert not log.has("a.mp4", "x")
    assert not RunLog(tmp_path / "log").has("a.mp4", "x")


def test_a_torn_line_loses_one_job_only(tmp_path):
    path = tmp_path / "log"
    for name in ("a.mp4", "b.mp4"):
        RunLog(path).add(name, "x", None)
    path.write_text(path.read_text()[:-20])
    log = RunLog(path)
    assert [log.has(name, "x") for name in ("a.mp4", "b.mp4")] == [True, False]
    log.add("c.mp4", "x", None)
    assert [RunLog(path).has(name, "x") for name in ("a.mp4", "c.mp4")] == [True, True]


def test_a_log_that_cannot_be_used_is_refused(tmp_path):
    (tmp_path / "log").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="--log"):
        RunLog(tmp_path / "log")
    with pytest.raises(OutputError, match="--log"):
        RunLog(tmp_path / "log" / "log").add("a.mp4", "x", None)
