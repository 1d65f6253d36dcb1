"""The log of a training run: one row of losses and metrics per validation, and their curves."""

import csv
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from talkinghead.media.atomic_write import atomic_write


def append_to_log(folder: Path, step: int, row: dict[str, float]) -> None:
    """Append the losses and metrics of a step to log.csv and redraw curves.png.

    Replaces rows of this step and later ones: a run may be killed before its checkpoint is saved.
    """
    path = folder / "log.csv"
    history = []
    if path.exists():
        with path.open(newline="") as file:
            history = [entry for entry in csv.DictReader(file) if int(entry["step"]) < step]
    history.append({"step": str(step), **{name: f"{value:.6g}" for name, value in row.items()}})
    names = list(dict.fromkeys(name for entry in history for name in entry))
    with atomic_write(path) as partial_path, partial_path.open("w", newline="") as file:
        # Not every step has every loss, and a resumed run may have new ones.
        writer = csv.DictWriter(file, names, restval="nan")
        writer.writeheader()
        writer.writerows(history)
    names = [name for name in row if name != "seconds"]
    steps = [int(entry["step"]) for entry in history]
    figure = Figure(figsize=(12, 2.2 * -(-len(names) // 3)), layout="constrained")
    FigureCanvasAgg(figure)
    for number, name in enumerate(names, 1):
        axes = figure.add_subplot(-(-len(names) // 3), 3, number)
        axes.plot(steps, [float(entry.get(name) or "nan") for entry in history])
        axes.set_title(name, fontsize=9)
    with atomic_write(folder / "curves.png") as partial_path:
        figure.savefig(partial_path, dpi=80)
