"""Roy's background: a study wall in broad dabs of paint, lamplight from the left, a shelf."""

import math

import numpy as np
from brush import ellipse, jitter_grid, path, ramp, to_hex

WALL = ["#12262e", "#1d434a", "#2f6664", "#6b9080", "#d9bd7f", "#f7dfa4"]
SPINES = ["#8c2f2b", "#c4702f", "#2d4a63", "#d3a548", "#50643f", "#6f3a52"]


def _dab(x: float, y: float, angle: float, length: float, width: float, fill: str) -> str:
    dx, dy = math.cos(angle) * length / 2, math.sin(angle) * length / 2
    d = f"M{x - dx:.0f} {y - dy:.0f}L{x + dx:.0f} {y + dy:.0f}"
    return path(d, stroke=fill, stroke_width=round(width), stroke_linecap="round")


def _books(rng: np.random.Generator, x: float, end: float, foot: float) -> list[str]:
    parts = []
    while x < end:
        wide, tall = rng.uniform(20, 40), rng.uniform(96, 158)
        lean = rng.choice([0, 0, 0, 5])
        fill = SPINES[int(rng.integers(len(SPINES)))]
        spine = f'<g transform="rotate({lean} {x:.0f} {foot})" opacity=".8">'
        spine += path(f"M{x:.0f} {foot}v{-tall:.0f}h{wide:.0f}v{tall:.0f}Z", fill)
        spine += path(
            f"M{x + 3:.0f} {foot}v{-tall:.0f}h{wide * 0.25:.0f}v{tall:.0f}Z",
            "#ffe9b8",
            opacity=0.22,
        )
        for band in (0.2, 0.28, 0.8):
            spine += path(
                f"M{x:.0f} {foot - tall * band:.0f}h{wide:.0f}",
                stroke="#f0cf86",
                stroke_width=3,
                opacity=0.7,
            )
        parts.append(spine + "</g>")
        x += wide + 2 + lean
    return parts


def background(rng: np.random.Generator) -> list[str]:
    """The parts of the background, from far to near."""
    parts = ['<rect width="1024" height="1024" fill="#16303a"/>']
    for size, gap in ((150, 62), (84, 40)):
        places = jitter_grid(rng, (-40, -40, 1064, 1064), gap)
        rng.shuffle(places)
        for x, y in places:
            far = math.hypot(x - 150, y - 250) / 900
            tone = ramp(WALL, 0.86 - 1.05 * far + rng.normal(0, 0.055))
            angle = math.atan2(y - 250, x - 150) + math.pi / 2 + rng.normal(0, 0.3)
            parts.append(_dab(x, y, angle, size * rng.uniform(0.6, 1.2), size / 3, to_hex(tone)))
    shelf = [
        *_books(rng, 786, 1010, 330),
        path("M770 330H1030V350H770Z", "#5a3a28"),
        path("M770 330H1030", stroke="#d69a5c", stroke_width=4),
        path("M776 352H1030V392L800 372Z", "#0b1a20", opacity=0.5, filter="url(#soft12)"),
    ]
    parts += shelf
    parts.append(ellipse(150, 230, 330, 330, "#ffe7ac", opacity=0.3, filter="url(#soft60)"))
    parts.append(ellipse(560, 1040, 700, 150, "#0b1a20", opacity=0.5, filter="url(#soft60)"))
    return parts
