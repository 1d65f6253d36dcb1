"""Graphite: tapered strokes, hatching that follows a form, lines drawn twice by a living hand."""

from collections.abc import Callable, Sequence

import numpy as np
from brush import Point, band_outline, jitter_grid, path, sample_curve

PAPER = "#f4ecdc"
LEAD = "#35312f"
Box = tuple[float, float, float, float]
Field = Callable[[np.ndarray, np.ndarray], np.ndarray]
TURNS = ((0.0, 0.10), (0.95, 0.40), (-0.55, 0.64), (0.45, 0.82))  # angle, darkness it starts at


def _lens(x: float, y: float, dx: float, dy: float, bend: float, width: float) -> str:
    """Path data of one stroke: thick in the middle, a point at both ends."""
    size = max(float(np.hypot(dx, dy)), 1e-6)
    ax, ay = -dy / size, dx / size
    one, two = bend * size + width, bend * size - width
    hx, hy = dx / 2, dy / 2
    go = f"q{hx + ax * one:.1f} {hy + ay * one:.1f} {dx:.0f} {dy:.0f}"
    back = f"q{ax * two - hx:.1f} {ay * two - hy:.1f} {-dx:.0f} {-dy:.0f}"
    return f"M{x:.0f} {y:.0f}{go}{back}z"


def strokes(
    rows: np.ndarray, colour: str = LEAD, opacity: Sequence[float] | np.ndarray | float = 0.6
) -> list[str]:
    """Strokes of rows x, y, dx, dy, bend, width, centred on x, y; alike ones share a path."""
    if len(rows) == 0:
        return []
    strength = np.broadcast_to(np.asarray(opacity, float), len(rows))
    steps = np.clip(np.rint(strength * 8), 1, 8).astype(int)
    parts = []
    for step in np.unique(steps):
        chosen = rows[steps == step]
        for start in range(0, len(chosen), 14):  # one path does not darken where it overlaps
            d = "".join(
                _lens(x - dx / 2, y - dy / 2, dx, dy, bend, width)
                for x, y, dx, dy, bend, width in chosen[start : start + 14]
            )
            parts.append(path(d, colour, opacity=step / 8))
    return parts


def hatch(
    rng: np.random.Generator,
    box: Box,
    tone: Field,
    angle: Field,
    gap: float = 9,
    length: float = 34,
    width: float = 1.7,
    colour: str = LEAD,
) -> list[str]:
    """Hatching as dark as `tone` (0 to 1), along `angle` (radians); crossed where it is dark."""
    rows, strength = [], []
    for turn, floor in TURNS:
        places = jitter_grid(rng, box, gap)
        x, y = places.T
        dark = tone(x, y)
        keep = dark + rng.normal(0, 0.05, len(x)) > floor
        x, y, dark = x[keep], y[keep], dark[keep]
        way = angle(x, y) + turn + rng.normal(0, 0.07, len(x))
        size = length * rng.uniform(0.6, 1.3, len(x)) * (1 - 0.35 * (turn != 0))
        thick = width * (0.6 + 0.7 * dark) * rng.uniform(0.75, 1.25, len(x))
        bend = 0.07 + rng.normal(0, 0.04, len(x))
        rows.append(np.stack([x, y, np.cos(way) * size, np.sin(way) * size, bend, thick], axis=1))
        strength.append(np.clip(0.22 + 0.62 * dark, 0, 0.9))
    return strokes(np.concatenate(rows), colour, np.concatenate(strength))


def line(
    rng: np.random.Generator,
    points: Sequence[Point],
    width: float = 4.0,
    shake: float = 2.0,
    passes: int = 2,
    opacity: float = 0.75,
    ends: tuple[float, float] = (0.25, 0.2),
) -> list[str]:
    """A contour searched with several passes, the last one surest."""
    parts = []
    for i in range(passes):
        last = i == passes - 1
        off = rng.normal(0, shake * (0.35 if last else 1.0), (len(points), 2))
        searched = sample_curve(np.asarray(points) + off, 4)
        searched += rng.normal(0, 0.16 + 0.09 * shake, searched.shape)
        press = rng.uniform(0.6, 1.15, 5)
        steps = np.linspace(0, 1, len(searched))
        half = np.interp(steps, np.linspace(0, 1, 7), [ends[0], *press, ends[1]])
        half *= width * (0.45 if last else 0.25)
        shape = band_outline(searched, -half, half)
        parts.append(path(shape, LEAD, opacity=round(opacity * (1 if last else 0.5), 2)))
    return parts


def hairs(
    rng: np.random.Generator,
    spine: Sequence[Point],
    spread: float,
    count: int,
    length: float,
    width: float,
    opacity: tuple[float, float],
    fan: float = 0.0,
    colour: str = LEAD,
) -> list[str]:
    """Hairs that run along a spine, `spread` to both sides; `fan` turns those off the middle."""
    middle = sample_curve(spine, 12)
    way = np.gradient(middle, axis=0)
    i = rng.integers(0, len(middle), count)
    side = rng.uniform(-1, 1, count)
    turn = np.arctan2(way[i, 1], way[i, 0]) + fan * side + rng.normal(0, 0.13, count)
    across = np.stack([-np.sin(turn), np.cos(turn)], axis=1)
    places = middle[i] + across * (side * spread)[:, None]
    size = length * rng.uniform(0.55, 1.25, count)
    rows = np.column_stack(
        [places, np.cos(turn) * size, np.sin(turn) * size, rng.normal(0, 0.09, count),
         width * rng.uniform(0.6, 1.3, count)]
    )  # fmt: skip
    return strokes(rows, colour, rng.uniform(*opacity, count))
