"""Which phone is taken for which: counts, and their picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from talkinghead.media.files import replacing
from talkinghead.types import Array

INK = "#22303c"


def confusion_matrix(truth: Array, heard: Array, classes: int) -> Array:
    """(classes, classes) int64: how often a frame of class row was heard as class column."""
    places = np.asarray(truth, dtype=np.int64) * classes + np.asarray(heard, dtype=np.int64)
    return np.bincount(places, minlength=classes**2).reshape(classes, classes)


def row_shares(counts: Array) -> Array:
    """Rows that sum to 1; a class that never occurs keeps a row of zeros."""
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


def plot_confusion(counts: Array, names: Sequence[str], path: Path, title: str = "") -> None:
    """Write a PNG of a confusion matrix: each row in shares of the frames of its phone.

    Shares from 10 % on are written out. Rows of phones that never occur stay empty.
    """
    shares = row_shares(counts)
    size = 2.0 + 0.24 * len(names)
    figure = Figure(figsize=(size, size), layout="constrained")
    axes = figure.subplots()
    axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)  # faint confusions are seen too
    for row, column in zip(*np.nonzero(shares >= 0.1), strict=True):
        share = shares[row, column]
        axes.text(
            column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=6,
            color="white" if share > 0.35 else INK,
        )  # fmt: skip
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7, color=INK)
    axes.set_yticks(range(len(names)), names, fontsize=7, color=INK)
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("heard as (% of the spoken phone's frames)", color=INK)
    axes.set_ylabel("spoken", color=INK)
    if title:
        figure.suptitle(title, x=0.01, ha="left", color=INK, fontsize=12, fontweight="bold")
    FigureCanvasAgg(figure)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=110, format="png")
