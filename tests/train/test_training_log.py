"""The log of a training run keeps every row, also with losses that come late."""

from talkinghead.train.training_log import append_to_log


def test_rows_are_appended_and_a_loss_that_a_row_lacks_is_nan(tmp_path):
    append_to_log(tmp_path, 10, {"mel": 1.0, "seconds": 2.0})
    append_to_log(tmp_path, 20, {"mel": 0.5, "seconds": 4.0, "sync": 0.25})
    rows = (tmp_path / "log.csv").read_text().splitlines()
    assert rows == ["step,mel,seconds,sync", "10,1,2,nan", "20,0.5,4,0.25"]
    assert (tmp_path / "curves.png").read_bytes()[1:4] == b"PNG"


def test_a_step_that_is_repeated_after_a_kill_has_one_row(tmp_path):
    for step in (10, 20, 20):
        append_to_log(tmp_path, step, {"mel": step / 10})
    assert (tmp_path / "log.csv").read_text().splitlines() == ["step,mel", "10,1", "20,2"]
