"""Evaluation report of the content encoder, and a plot of the phoneme confusion matrix."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from talkinghead.evaluate.report import Metrics, format_number, format_table, to_json_metrics
from talkinghead.media.atomic_write import atomic_write
from talkinghead.types import Array

TEXT = "#22303c"
SPEECH_METRICS: dict[str, str] = {
    "phone_accuracy": "high", "phone_accuracy_speech": "high",
    "leak": "low", "leak_accuracy": "low", "leak_chance": "",
    "conversion": "high", "conversion_share": "high",
}  # fmt: skip


@dataclass(frozen=True)
class SpeechReport:
    """Metrics of held-out speakers; NaN or absent if they are undefined."""

    mean: Metrics  # over all frames, segments and pairs
    by_source: Mapping[str, Metrics]
    baselines: Mapping[str, Metrics]  # "mel": the same probes on log-mel
    speakers: Mapping[str, int]  # held-out speakers of each source
    seconds: float  # of held-out speech
    names: Sequence[str]  # of the phoneme classes
    confusion: Array  # (classes, classes) frames: true class, predicted class

    def to_dict(self) -> dict[str, Any]:
        """The content of `--json`: numbers, strings and None only."""
        return {
            "mean": to_json_metrics(self.mean),
            "by_source": {name: to_json_metrics(row) for name, row in self.by_source.items()},
            "baselines": {name: to_json_metrics(row) for name, row in self.baselines.items()},
            "speakers": dict(self.speakers),
            "seconds": round(self.seconds, 2),
        }

    def to_json(self) -> str:
        """One JSON object; undefined metrics are null."""
        return json.dumps(self.to_dict(), indent=2, allow_nan=False)

    def to_table(self) -> str:
        """Plain text for the terminal: metrics beside those of log-mel, then by source."""
        nan = float("nan")
        count = sum(self.speakers.values())
        head = [f"{count} held-out speakers, {self.seconds / 60:.1f} minutes", "ours"]
        rows = [
            [
                name,
                *(
                    format_number(row.get(name, nan))
                    for row in (self.mean, *self.baselines.values())
                ),
                better,
            ]
            for name, better in SPEECH_METRICS.items()
        ]
        blocks = [format_table([*head, *self.baselines, "better"], rows)]
        if len(self.by_source) > 1:
            rows = [
                [source, str(self.speakers[source])]
                + [format_number(row.get(name, nan)) for name in SPEECH_METRICS]
                for source, row in self.by_source.items()
            ]
            blocks.append(format_table(["source", "speakers", *SPEECH_METRICS], rows))
        return "\n\n".join(blocks)


def confusion_matrix(truth: Array, predicted: Array, classes: int) -> Array:
    """(classes, classes) int64 frames, true class by row, predicted class by column."""
    cells = np.asarray(truth, dtype=np.int64) * classes + np.asarray(predicted, dtype=np.int64)
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def normalize_rows(counts: Array) -> Array:
    """Normalise each row to a sum of 1; rows of zeros stay."""
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def plot_confusion(counts: Array, names: Sequence[str], path: Path, title: str = "") -> None:
    """Write a PNG of a confusion matrix, each row as shares of the frames of its phoneme.

    Shares of 10 % and more are printed as numbers. Rows of phonemes that never occur stay empty.
    """
    shares = normalize_rows(counts)
    size = 2.0 + 0.24 * len(names)
    figure = Figure(figsize=(size, size), layout="constrained")
    axes = figure.subplots()
    axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)  # makes small shares visible
    for row, column in zip(*np.nonzero(shares >= 0.1), strict=True):
        share = shares[row, column]
        axes.text(
            column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=6,
            color="white" if share > 0.35 else TEXT,
        )  # fmt: skip
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7, color=TEXT)
    axes.set_yticks(range(len(names)), names, fontsize=7, color=TEXT)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("predicted (% of the frames of the true phoneme)", color=TEXT)
    axes.set_ylabel("true", color=TEXT)
    if title:
        figure.suptitle(title, x=0.01, ha="left", color=TEXT, fontsize=12, fontweight="bold")
    FigureCanvasAgg(figure)
    with atomic_write(path) as temporary:
        figure.savefig(temporary, dpi=110, format="png")
