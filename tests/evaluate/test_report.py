"""Reports: a speaker counts once, and a skipped clip is named once."""

import pytest

from talkinghead.evaluate.report import ClipMetrics, Report, SkippedClip

BETTER = {"r_open": "high"}
CLIPS = [
    ClipMetrics(f"news/{name}.mp4", "news", {"r_open": value}, {"still": {"r_open": -value}})
    for name, value in {"a": 0.2, "b": 0.4, "c": 0.9}.items()
]
SPEAKERS = {"news/a.mp4": "ann", "news/b.mp4": "ann", "news/c.mp4": "bob", "other.mp4": "eve"}


def test_a_skipped_clip_is_named_once():
    named = SkippedClip("a/s.wav", "/data/a/s.wav: has no picture")
    assert str(named) == named.reason
    assert str(SkippedClip("a/s.wav", "no face")) == "a/s.wav: no face"


def test_a_speaker_with_many_clips_counts_once():
    report = Report(BETTER, CLIPS, speakers=SPEAKERS)
    assert report.mean["r_open"] == pytest.approx(0.5)
    assert report.per_speaker.mean["r_open"] == pytest.approx(0.6)
    content = report.to_dict()
    assert set(content["by_speaker"]) == {"ann", "bob"}
    assert content["mean_of_speakers"]["r_open"] == pytest.approx(0.6)
    assert content["baselines_of_speakers"]["still"]["r_open"] == pytest.approx(-0.6)
    last = next(line for line in report.to_table().splitlines() if "2 speakers" in line)
    assert last.split()[-1] == "0.600"


def test_without_known_speakers_the_report_has_no_speaker_rows():
    report = Report(BETTER, CLIPS)
    assert "by_speaker" not in report.to_dict()
    assert "speaker" not in report.to_table()
