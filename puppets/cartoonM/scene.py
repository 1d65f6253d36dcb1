"""CartoonM's background: a paper sun, cut shapes, and the long shadow he throws."""

import math

from brush import ellipse, path


def _dots(x: float, y: float, columns: int, rows: int, fill: str) -> list[str]:
    return [
        ellipse(x + 30 * i, y + 30 * j, 6.5, 6.5, fill) for i in range(columns) for j in range(rows)
    ]


def _wave(x: float, y: float, count: int, fill: str) -> str:
    d = f"M{x} {y}" + "".join(f"q20 {-34 if i % 2 else 34} 40 0" for i in range(count))
    return path(d, stroke=fill, stroke_width=13, stroke_linecap="round")


def background() -> list[str]:
    """The parts of the background, from far to near."""
    rays = []
    for i in range(24):
        a, b = math.pi * i / 12, math.pi * (i + 0.5) / 12
        corners = [(512 + 1100 * math.cos(t), 470 + 1100 * math.sin(t)) for t in (a, b)]
        spread = "L".join(f"{x:.0f} {y:.0f}" for x, y in corners)
        rays.append(path(f"M512 470L{spread}Z", "#f8836b"))
    return [
        '<rect width="1024" height="1024" fill="#f4735e"/>',
        *rays,
        ellipse(512, 470, 424, 424, "#ffc46b"),
        ellipse(512, 470, 364, 364, "#ffd88a"),
        path("M742 170L1110 538V1100H560L700 800Z", "#d9523f", opacity=0.32),
        path("M-10 690L250 1034H-10Z", "#2a9d96"),
        path("M-10 800L170 1034H-10Z", "#1d7f7d"),
        path("M1034 0V236A236 236 0 0 1 798 0Z", "#414894"),
        path("M1034 0V130A130 130 0 0 1 904 0Z", "#5a63b8"),
        *_dots(56, 84, 5, 4, "#fff1d6"),
        *_dots(884, 600, 4, 6, "#b93b33"),
        _wave(60, 470, 4, "#fff1d6"),
        _wave(836, 372, 3, "#fff1d6"),
        path("M150 250l58 -20l-12 60Z", "#414894"),
        path("M838 520l46 -30l8 54Z", "#2a9d96"),
        ellipse(116, 596, 30, 30, "none", stroke="#ffd88a", stroke_width=13),
        path("M182 330h40M202 310v40", stroke="#fff1d6", stroke_width=12, stroke_linecap="round"),
        path("M906 300h40M926 280v40", stroke="#ffd88a", stroke_width=12, stroke_linecap="round"),
    ]
