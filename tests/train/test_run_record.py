"""A run says what it was: settings, code, machine, and how far it came."""

import json

import pytest

from talkinghead.errors import InputError
from talkinghead.train.run_record import RUN_RECORD, begin_run, finish_run, list_runs
from talkinghead.train.training_log import append_to_log


def test_a_run_that_is_started_again_keeps_its_earlier_starts(tmp_path):
    folder = tmp_path / "voice"
    for steps in (10, 20):
        begin_run(folder, "voice", {"steps": steps, "data": tmp_path, "seeds": (1, 2)}, ["train"])
    record = json.loads((folder / RUN_RECORD).read_text())
    assert record["settings"] == {"steps": 20, "data": str(tmp_path), "seeds": [1, 2]}
    assert len(record["starts"]) == 2
    assert {"began", "command", "revision", "machine"} == set(record["starts"][0])
    assert record["starts"][0]["machine"]["cores"] >= 1


def test_runs_are_listed_with_their_best_score_and_whether_they_finished(tmp_path):
    for name, scores in (("a", [0.2, 0.5, 0.4]), ("b", [])):
        begin_run(tmp_path / name, name, {"steps": 30}, [])
        for number, score in enumerate(scores, 1):
            append_to_log(tmp_path / name, 10 * number, {"loss": 1.0, "score": score})
    finish_run(tmp_path / "a", tmp_path / "a.safetensors", {"score": 0.5})
    runs = {run.network: run for run in list_runs(tmp_path)}
    assert (runs["a"].step, runs["a"].steps, runs["a"].score) == (30, 30, 0.5)
    assert runs["a"].finished
    assert (runs["b"].step, runs["b"].score, runs["b"].finished) == (0, None, False)
    begin_run(tmp_path / "a", "a", {"steps": 40}, [])
    assert not list_runs(tmp_path / "a")[0].finished


def test_mistakes_are_named(tmp_path):
    with pytest.raises(InputError, match="holds no training run"):
        list_runs(tmp_path)
    (tmp_path / RUN_RECORD).write_text("{")
    with pytest.raises(InputError, match=r"run\.json: damaged"):
        list_runs(tmp_path)
    (tmp_path / RUN_RECORD).write_text("{}")
    with pytest.raises(InputError, match=r"no record of a run"):
        list_runs(tmp_path)
