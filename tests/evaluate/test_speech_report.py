"""The confusion matrix of the phonemes, and its plot."""

import json
from pathlib import Path

import numpy as np

from talkinghead.evaluate.speech_report import (
    SpeechReport,
    confusion_matrix,
    normalize_rows,
    plot_confusion,
)

NAMES = ("SIL", "AA", "IY", "UW")


def test_rows_of_a_confusion_matrix_are_shares_and_its_plot_is_written(tmp_path: Path):
    counts = confusion_matrix(np.array([0, 0, 0, 2]), np.array([0, 0, 1, 2]), 4)
    assert counts[0].tolist() == [2, 1, 0, 0]
    assert normalize_rows(counts).sum(axis=1).tolist() == [1, 0, 1, 0]
    plot_confusion(counts, NAMES, tmp_path / "confusion.png", "four phones")
    assert (tmp_path / "confusion.png").read_bytes().startswith(b"\x89PNG")


def test_undefined_metrics_are_null_in_json_and_a_dash_or_nan_in_the_table():
    report = SpeechReport(
        {"phone_accuracy": 0.5, "leak": float("nan")}, {}, {"mel": {}}, {"read": 2}, 90.0, NAMES,
        np.zeros((4, 4)),
    )  # fmt: skip
    content = json.loads(report.to_json())
    assert content["mean"]["phone_accuracy"] == 0.5
    assert content["mean"]["leak"] is None
    assert (content["speakers"], content["seconds"]) == ({"read": 2}, 90.0)
    assert report.to_table().startswith("2 held-out speakers, 1.5 minutes")
