"""What a training run writes down as it goes: a line of figures a validation, and their curves."""

import csv
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from talkinghead.media.files import replacing


def log_step(folder: Path, step: int, row: dict[str, float]) -> None:
    """Append to log.csv and redraw curves.png."""
    path = folder / "log.csv"
    history = []
    if path.exists():
        with path.open(newline="") as lines:
            history = list(csv.DictReader(lines))
    history.append({"step": str(step), **{name: f"{value:.6g}" for name, value in row.items()}})
    names = list(dict.fromkeys(name for earlier in history for name in earlier))
    with replacing(path) as temporary, temporary.open("w", newline="") as lines:
        # A run that was resumed may know more losses.
        writer = csv.DictWriter(lines, names, restval="nan")
        writer.writeheader()
        writer.writerows(history)
    names = [name for name in row if name != "seconds"]
    figure = Figure(figsize=(12, 2.2 * -(-len(names) // 3)), layout="constrained")
    FigureCanvasAgg(figure)
    for place, name in enumerate(names, 1):
        axes = figure.add_subplot(-(-len(names) // 3), 3, place)
        axes.plot([int(r["step"]) for r in history], [float(r.get(name) or "nan") for r in history])
        axes.set_title(name, fontsize=9)
    with replacing(folder / "curves.png") as temporary:
        figure.savefig(temporary, dpi=80)
