"""Motion evaluation of folders of synthetic clips."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.errors import InputError
from talkinghead.evaluate.baselines import static_face_track
from talkinghead.evaluate.motion import evaluate_motion
from talkinghead.evaluate.report import MOTION_METRICS, ClipMetrics, Report, SkippedClip

from .synthetic_clips import FixedDetector, as_track, babble, nodding, noise, speaking

FRAMES = 50
BLANK = np.zeros((FRAMES, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def truth():
    return speaking(babble(FRAMES))


def perfect(truth):
    return lambda wave, face: as_track(truth)


def test_a_predictor_that_knows_the_face_scores_perfectly_under_head_motion(clip_folder, truth):
    folder = clip_folder({"a/one.mp4": (BLANK, noise(2)), "b/two.mp4": (BLANK, noise(2))})
    report = evaluate_motion(folder, perfect(truth), FixedDetector(nodding(truth)))
    assert_allclose(
        [report.mean[name] for name in ("r_open", "lag", "amp", "m_lmd", "d_ll", "closures")],
        [1, 0, 1, 0, 0, 1],
        atol=1e-2,
    )
    assert set(report.by_source) == {"a", "b"}
    assert set(report.baselines) == {"still", "energy"}
    assert report.baselines["still"]["r_open"] == 0


def test_json_has_the_documented_keys_and_null_for_undefined_metrics(clip_folder, truth):
    folder = clip_folder({"one.mp4": (BLANK, noise(2)), "sub/two.mp4": (BLANK, noise(2))})
    report = evaluate_motion(
        folder,
        perfect(truth),
        FixedDetector(nodding(truth)),
        baselines={"mel": perfect(truth)},
    )
    content = json.loads(report.to_json())
    assert set(content) == {"mean", "by_source", "baselines", "clips", "skipped"}
    for name in ("r_open", "r_width", "lag", "amp", "m_lmd", "d_ll", "d_vl", "d_a", "closures",
                 "silence", "jitter", "pose"):  # fmt: skip
        assert name in content["mean"]
    assert [clip["path"] for clip in content["clips"]] == ["one.mp4", "sub/two.mp4"]
    assert set(content["by_source"]) == {"clips", "sub"}
    assert set(content["baselines"]) == {"still", "energy", "mel"}
    assert content["baselines"]["still"]["lag"] is None
    assert content["skipped"] == 0


def test_clips_without_audio_or_face_are_skipped_and_counted(clip_folder, truth):
    folder = clip_folder({"mute.mp4": (BLANK, None), "said.mp4": (BLANK, noise(2))})
    (folder / "broken.mp4").write_bytes(b"not a video")
    calls = []
    report = evaluate_motion(
        folder,
        perfect(truth),
        FixedDetector(nodding(truth)),
        progress=lambda done, total, name: calls.append((done, total)),
    )
    assert report.skipped == 2
    assert {skip.path for skip in report.skipped_clips} == {"mute.mp4", "broken.mp4"}
    assert calls == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_nine_frames_in_ten_must_show_the_face(clip_folder, truth):
    folder = clip_folder({"said.mp4": (BLANK, noise(2))})
    hidden = nodding(truth)
    hidden[20:25] = np.nan
    assert evaluate_motion(folder, perfect(truth), FixedDetector(hidden)).skipped == 0
    hidden[25] = np.nan
    with pytest.raises(InputError, match="88%"):
        evaluate_motion(folder, perfect(truth), FixedDetector(hidden))


def test_an_error_of_the_predictor_does_not_skip_the_clip(clip_folder, truth):
    folder = clip_folder({"one.mp4": (BLANK, noise(2))})

    def failing(wave, face):
        raise InputError("the predictor is broken")

    with pytest.raises(InputError, match="broken"):
        evaluate_motion(folder, failing, FixedDetector(nodding(truth)))


def test_a_folder_without_clips_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no clip"):
        evaluate_motion(tmp_path, static_face_track, FixedDetector(np.empty(0)))
    with pytest.raises(InputError, match="no such folder"):
        evaluate_motion(tmp_path / "none", static_face_track, FixedDetector(np.empty(0)))


def test_means_ignore_metrics_that_a_clip_does_not_define():
    rows = [{"a": 1.0, "b": np.nan}, {"a": 3.0, "b": 5.0}]
    clips = [ClipMetrics(f"{i}.mp4", "s", row, {}) for i, row in enumerate(rows)]
    report = Report({"a": "high", "b": "low", "c": ""}, clips, [SkippedClip("x.mp4", "no sound")])
    assert report.mean["a"] == 2
    assert report.mean["b"] == 5
    assert json.loads(report.to_json())["mean"]["c"] is None


def test_the_table_shows_every_metric_clip_and_baseline(clip_folder, truth):
    folder = clip_folder({"one.mp4": (BLANK, noise(2)), "mute.mp4": (BLANK, None)})
    table = evaluate_motion(folder, perfect(truth), FixedDetector(nodding(truth))).to_table()
    for word in [*MOTION_METRICS, "one.mp4", "still", "energy", "skipped: 1", "mute.mp4"]:
        assert word in table


def test_a_clip_out_of_sync_is_measured_with_and_without_correction(clip_folder, truth):
    folder = clip_folder({"one.mp4": (BLANK, noise(2))})
    late = speaking(np.roll(babble(FRAMES), -3))
    report = evaluate_motion(
        folder, perfect(late), FixedDetector(nodding(truth)), offset=lambda video, points: 3.0
    )
    assert report.mean["r_open_in_step"] > 0.98 > report.mean["r_open"] + 0.05
    unknown = evaluate_motion(folder, perfect(late), FixedDetector(nodding(truth)))
    assert np.isnan(unknown.mean["r_open_in_step"])
