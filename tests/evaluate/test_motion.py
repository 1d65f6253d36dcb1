"""Folders of clips to reports of motion, with a detector that knows the answer."""

import json

import numpy as np
import pytest
from numpy.testing import assert_allclose

from talkinghead.errors import InputError
from talkinghead.evaluate.baselines import energy, still
from talkinghead.evaluate.motion import evaluate_motion
from talkinghead.evaluate.report import MOTION_FIGURES, ClipFigures, Report, Skip
from talkinghead.geometry.align import mean_face
from talkinghead.geometry.mouth import opening
from talkinghead.types import FaceShape

from .actor import KnowingDetector, babble, nodding, noise, speaking, track_of

FRAMES = 50
BLANK = np.zeros((FRAMES, 32, 32, 3), dtype=np.uint8)


@pytest.fixture
def truth():
    return speaking(babble(FRAMES))


def perfect(truth):
    return lambda wave, face: track_of(truth)


def test_a_predictor_that_knows_the_face_scores_perfectly_under_head_motion(clip_folder, truth):
    folder = clip_folder({"a/one.mp4": (BLANK, noise(2)), "b/two.mp4": (BLANK, noise(2))})
    report = evaluate_motion(folder, perfect(truth), KnowingDetector(nodding(truth)))
    assert_allclose(
        [report.mean[name] for name in ("r_open", "lag", "amp", "m_lmd", "d_ll", "closures")],
        [1, 0, 1, 0, 0, 1],
        atol=1e-2,
    )
    assert set(report.by_source) == {"a", "b"}
    assert set(report.baselines) == {"still", "energy"}
    assert report.baselines["still"]["r_open"] == 0


def test_json_has_the_agreed_keys_and_null_for_the_undefined(clip_folder, truth):
    folder = clip_folder({"one.mp4": (BLANK, noise(2)), "sub/two.mp4": (BLANK, noise(2))})
    report = evaluate_motion(
        folder,
        perfect(truth),
        KnowingDetector(nodding(truth)),
        baselines={"mel": perfect(truth)},
    )
    answer = json.loads(report.to_json())
    assert set(answer) == {"mean", "by_source", "baselines", "clips", "skipped"}
    for name in ("r_open", "r_width", "lag", "amp", "m_lmd", "d_ll", "d_vl", "d_a", "closures",
                 "silence", "jitter", "pose"):  # fmt: skip
        assert name in answer["mean"]
    assert [clip["path"] for clip in answer["clips"]] == ["one.mp4", "sub/two.mp4"]
    assert set(answer["by_source"]) == {"clips", "sub"}
    assert set(answer["baselines"]) == {"still", "energy", "mel"}
    assert answer["baselines"]["still"]["lag"] is None
    assert answer["skipped"] == 0


def test_clips_without_sound_or_face_are_left_out_and_counted(clip_folder, truth):
    folder = clip_folder({"mute.mp4": (BLANK, None), "said.mp4": (BLANK, noise(2))})
    (folder / "broken.mp4").write_bytes(b"not a video")
    seen = []
    report = evaluate_motion(
        folder,
        perfect(truth),
        KnowingDetector(nodding(truth)),
        progress=lambda done, total, name: seen.append((done, total)),
    )
    assert report.skipped == 2
    assert {skip.path for skip in report.left_out} == {"mute.mp4", "broken.mp4"}
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_nine_frames_in_ten_must_show_the_face(clip_folder, truth):
    folder = clip_folder({"said.mp4": (BLANK, noise(2))})
    hidden = nodding(truth)
    hidden[20:25] = np.nan
    assert evaluate_motion(folder, perfect(truth), KnowingDetector(hidden)).skipped == 0
    hidden[25] = np.nan
    with pytest.raises(InputError, match="88%"):
        evaluate_motion(folder, perfect(truth), KnowingDetector(hidden))


def test_an_error_of_the_predictor_is_not_taken_for_a_bad_clip(clip_folder, truth):
    folder = clip_folder({"one.mp4": (BLANK, noise(2))})

    def failing(wave, face):
        raise InputError("the predictor is broken")

    with pytest.raises(InputError, match="broken"):
        evaluate_motion(folder, failing, KnowingDetector(nodding(truth)))


def test_a_folder_without_clips_is_an_error(tmp_path):
    with pytest.raises(InputError, match="no mp4"):
        evaluate_motion(tmp_path, still, KnowingDetector(np.empty(0)))
    with pytest.raises(InputError, match="no such folder"):
        evaluate_motion(tmp_path / "none", still, KnowingDetector(np.empty(0)))


def test_the_energy_baseline_moves_as_far_as_the_truth_and_with_the_sound():
    face, wave = FaceShape(mean_face().astype(np.float32)), noise(2)
    wave.samples[16_000:] *= 0.01
    true_opening = babble(FRAMES)
    curve = opening(energy(wave, face, true_opening).points)
    assert_allclose(curve.std(), true_opening.std(), rtol=1e-3)
    assert curve[:20].mean() > curve[-20:].mean() + 0.02
    assert curve.min() >= opening(mean_face()) - 1e-6


def test_means_pass_over_what_a_clip_does_not_define():
    rows = [{"a": 1.0, "b": np.nan}, {"a": 3.0, "b": 5.0}]
    clips = [ClipFigures(f"{i}.mp4", "s", row, {}) for i, row in enumerate(rows)]
    report = Report({"a": "high", "b": "low", "c": ""}, clips, [Skip("x.mp4", "no sound")])
    assert report.mean["a"] == 2
    assert report.mean["b"] == 5
    assert json.loads(report.to_json())["mean"]["c"] is None


def test_the_table_shows_every_figure_clip_and_baseline(clip_folder, truth):
    folder = clip_folder({"one.mp4": (BLANK, noise(2)), "mute.mp4": (BLANK, None)})
    table = evaluate_motion(folder, perfect(truth), KnowingDetector(nodding(truth))).to_table()
    for word in [*MOTION_FIGURES, "one.mp4", "still", "energy", "left out: 1", "mute.mp4"]:
        assert word in table


def test_a_clip_out_of_step_is_measured_as_it_is_and_in_step(clip_folder, truth):
    folder = clip_folder({"one.mp4": (BLANK, noise(2))})
    late = speaking(np.roll(babble(FRAMES), -3))
    report = evaluate_motion(
        folder, perfect(late), KnowingDetector(nodding(truth)), offset=lambda footage, points: 3.0
    )
    assert report.mean["r_open_in_step"] > 0.98 > report.mean["r_open"] + 0.05
    unknown = evaluate_motion(folder, perfect(late), KnowingDetector(nodding(truth)))
    assert np.isnan(unknown.mean["r_open_in_step"])
