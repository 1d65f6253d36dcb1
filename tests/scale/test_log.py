"""What was made stays known, also after a run that ended in the midst of a line."""

import json

import pytest

from talkinghead.errors import InputError, OutputError
from talkinghead.scale.log import Log


def test_what_was_made_is_known_to_the_next_run_by_what_it_was_made_of(tmp_path):
    path = tmp_path / "log"
    Log(path).add("a.mp4", "x", None, frames=3)
    assert Log(path).has("a.mp4", "x")
    assert not Log(path).has("a.mp4", "y")
    assert not Log(path).has("b.mp4", "x")
    assert json.loads(path.read_text())["frames"] == 3


def test_the_last_word_counts_and_what_failed_is_not_made(tmp_path):
    log = Log(tmp_path / "log")
    log.add("a.mp4", "x", None)
    log.add("a.mp4", "x", "no face")
    assert not log.has("a.mp4", "x")
    assert not Log(tmp_path / "log").has("a.mp4", "x")


def test_a_torn_line_loses_one_job_only(tmp_path):
    path = tmp_path / "log"
    for name in ("a.mp4", "b.mp4"):
        Log(path).add(name, "x", None)
    path.write_text(path.read_text()[:-20])
    log = Log(path)
    assert [log.has(name, "x") for name in ("a.mp4", "b.mp4")] == [True, False]
    log.add("c.mp4", "x", None)
    assert [Log(path).has(name, "x") for name in ("a.mp4", "c.mp4")] == [True, True]


def test_a_record_that_cannot_be_used_is_said(tmp_path):
    (tmp_path / "log").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="--log"):
        Log(tmp_path / "log")
    with pytest.raises(OutputError, match="--log"):
        Log(tmp_path / "log" / "log").add("a.mp4", "x", None)
