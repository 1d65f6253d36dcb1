"""Progress is reported as messages, JSON lines or a bar; results go to stdout."""

import io
import json
import sys

import pytest

from talkinghead.progress import (
    JsonProgress,
    Progress,
    ProgressBar,
    QuietProgress,
    create_progress,
)


def test_the_mode_selects_the_kind_of_progress():
    assert type(create_progress("json", quiet=True)) is JsonProgress
    assert type(create_progress("bar", quiet=False)) is ProgressBar
    assert type(create_progress("bar", quiet=True)) is QuietProgress
    assert type(create_progress("auto", quiet=False)) is Progress  # stderr is not a terminal


def test_messages_are_one_line_and_results_go_to_stdout(capsys):
    with Progress() as progress:
        progress.note("first\nsecond")
        progress.item_failed("third")
        progress.print_output("out.mp4")
    out, err = capsys.readouterr()
    assert out == "out.mp4\n"
    assert err == "talkinghead: first second\ntalkinghead: error: third\n"


def test_quiet_progress_reports_errors_only(capsys):
    with QuietProgress() as progress:
        progress.note("a note")
        progress.print_output("out.mp4")
        progress.failure("an error")
    out, err = capsys.readouterr()
    assert (out, err) == ("", "talkinghead: error: an error\n")


def test_json_progress_prints_one_object_per_line(capsys):
    with JsonProgress() as progress:
        progress.start(2, "frame", fps=25.0)
        progress.step(1)
        progress.step(2)
        progress.item_failed("broken", job=3)
        progress.success(output="out.mp4")
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [event["event"] for event in events] == [
        "start", "progress", "progress", "fault", "success",
    ]  # fmt: skip
    assert events[0] == {"event": "start", "frames": 2, "fps": 25.0}
    assert (events[2]["frame"], events[2]["frames"], events[2]["eta"]) == (2, 2, 0.0)
    assert (events[3]["error"], events[3]["job"]) == ("broken", 3)


def test_a_closed_stderr_is_ignored(monkeypatch: pytest.MonkeyPatch):
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Closed())
    progress = Progress()
    progress.note("a note")
    progress.item_failed("an item")
    progress.failure("an error")
