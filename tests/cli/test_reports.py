"""A report reaches the user as a table or JSON, and in a file."""

import json
from argparse import ArgumentParser
from pathlib import Path

import pytest

from talkinghead.cli.reports import (
    add_report,
    count_steps,
    first_clips,
    print_clip_report,
    print_report,
)
from talkinghead.errors import OutputError
from talkinghead.evaluate.report import ClipMetrics, Report, SkippedClip
from talkinghead.progress import JsonProgress, Progress

REPORT = Report(
    {"a": "high"}, [ClipMetrics("x/1.mp4", "x", {"a": 0.5}, {})], [SkippedClip("2", "mute")]
)


def asked(*words, clips="clips"):
    """The arguments as `evaluate` has them."""
    parser = ArgumentParser()
    parser.set_defaults(clips=Path(clips))
    add_report(parser)
    return parser.parse_args([str(word) for word in words])


def test_the_file_holds_the_json_whatever_is_printed(capsys, tmp_path):
    for words, printed in (((), "table"), (("--json",), "{}")):
        print_report(asked("--out", tmp_path / "new" / "a.json", *words), Progress(), "{}", "table")
        assert capsys.readouterr().out == f"{printed}\n"
        assert (tmp_path / "new" / "a.json").read_text() == "{}\n"


def test_a_report_that_cannot_be_written_is_not_printed_either(capsys, tmp_path):
    with pytest.raises(OutputError):
        print_report(asked("--out", tmp_path), Progress(), "{}", "table")
    assert capsys.readouterr().out == ""


def test_skipped_clips_are_noted_and_counted(capsys):
    print_clip_report(asked("--json"), JsonProgress(), REPORT)
    out, err = capsys.readouterr()
    assert json.loads(out)["skipped"] == 1
    noted, success = map(json.loads, err.splitlines())
    assert noted["message"] == "left out 2: mute"
    assert success == {"event": "success", "clips": 1, "skipped": 1}


def test_a_manifest_beside_the_clips_names_the_speakers(capsys, tmp_path):
    (tmp_path / "manifest.csv").write_text("path,identity\nx/1.mp4,ann\ny.mp4,bob\n")
    (tmp_path / "y.mp4").touch()
    print_clip_report(asked("--json", clips=tmp_path), Progress(), REPORT)
    assert set(json.loads(capsys.readouterr().out)["by_speaker"]) == {"ann"}


def test_counting_starts_once_wherever_it_begins(capsys):
    step = count_steps(JsonProgress(), "clip")
    for done in (3, 4, 5):  # a run that goes on where it was
        step(done, 5, "name of the next clip")
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [event["event"] for event in events].count("start") == 1
    assert events[0] == {"event": "start", "clips": 5}
    assert events[-1]["clip"] == 5


def test_the_first_clips_of_each_speaker_are_chosen_however_often_it_is_asked():
    speakers = {"x/1": "ann", "x/2": "ann", "x/3": "bob"}
    select = first_clips(lambda name: name != "x/1", speakers, 1)
    for _ in range(2):
        names = ["x/1", "x/2", "x/3", "y/4", "y/5"]
        assert [name for name in names if select(name)] == ["x/2", "x/3", "y/4"]
