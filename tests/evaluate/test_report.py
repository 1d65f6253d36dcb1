"""What a report says."""

import pytest

from talkinghead.evaluate.report import ClipFigures, Report, Skip

BETTER = {"r_open": "high"}
CLIPS = [
    ClipFigures(f"news/{name}.mp4", "news", {"r_open": value}, {"still": {"r_open": -value}})
    for name, value in {"a": 0.2, "b": 0.4, "c": 0.9}.items()
]
TALKERS = {"news/a.mp4": "ann", "news/b.mp4": "ann", "news/c.mp4": "bob", "other.mp4": "eve"}


def test_a_clip_left_out_is_named_once():
    named = Skip("a/s.wav", "/data/a/s.wav: has no picture")
    assert str(named) == named.reason
    assert str(Skip("a/s.wav", "no face")) == "a/s.wav: no face"


def test_a_talker_of_many_clips_counts_once():
    report = Report(BETTER, CLIPS, talkers=TALKERS)
    assert report.mean["r_open"] == pytest.approx(0.5)
    assert report.of_talkers.mean["r_open"] == pytest.approx(0.6)
    told = report.to_dict()
    assert set(told["by_talker"]) == {"ann", "bob"}
    assert told["mean_of_talkers"]["r_open"] == pytest.approx(0.6)
    assert told["baselines_of_talkers"]["still"]["r_open"] == pytest.approx(-0.6)
    last = next(line for line in report.to_table().splitlines() if "2 talkers" in line)
    assert last.split()[-1] == "0.600"


def test_talkers_are_not_spoken_of_where_none_is_known():
    report = Report(BETTER, CLIPS)
    assert "by_talker" not in report.to_dict()
    assert "talker" not in report.to_table()
