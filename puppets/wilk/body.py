"""Wilk's body: shaggy shoulders and a red knitted scarf that hides where the neck joins."""

import math

import numpy as np
from brush import curve, draw_fur, ellipse, group, jitter_grid, path, ramp, to_hex

FUR = ["#1a0f12", "#3a1f1c", "#6a3620", "#a35f2c", "#d6954a", "#f5c67c"]


def _shoulders(rng: np.random.Generator) -> list[str]:
    places = jitter_grid(rng, (60, 730, 964, 1060), 17)
    dx, dy = (places[:, 0] - 512) / 440, (places[:, 1] - 1060) / 300
    places = places[dx**2 + dy**2 < 1]
    places = places[np.argsort(-places[:, 1] - 0.35 * np.abs(places[:, 0] - 512))]

    def flow(x: float, y: float) -> float:
        return math.pi / 2 - (x - 512) / 500

    def light(x: float, y: float) -> float:
        return 0.46 - 0.00055 * (x - 512) - 0.0013 * (y - 800)

    def rim(x: float, y: float) -> tuple[str, float]:
        outer = ((x - 512) / 440) ** 2 + ((y - 1060) / 300) ** 2
        return "#86c9d8", (outer - 0.72) * 2.4 if x > 560 else 0

    base = path(
        curve(
            [(86, 1080), (130, 930), (260, 815), (512, 770), (764, 815), (894, 930), (938, 1080)]
        ),
        "#23130f",
    )
    return [base, *draw_fur(places, rng, flow, light, FUR, 78, 24, rim)]


def _knit(rng: np.random.Generator) -> list[str]:
    """The scarf's wrap: rows of small stitches along a sagging band."""
    parts = []
    band = curve([(244, 828), (330, 900), (512, 938), (694, 900), (780, 828)])
    parts.append(
        path(
            band,
            stroke="#3b0d12",
            stroke_width=132,
            stroke_linecap="round",
            opacity=0.55,
            filter="url(#soft12)",
        )
    )
    parts.append(path(band, stroke="#8f1f24", stroke_width=112, stroke_linecap="round"))
    parts += _turns(rng)
    for row in range(-4, 5):
        for step in range(62):
            t = (step + 0.5) / 62
            angle = math.pi * (0.06 + 0.88 * t)
            x = 512 - 282 * math.cos(angle) * (1 + 0.015 * row)
            y = 815 + 122 * math.sin(angle) + row * 12.5
            turn = math.degrees(math.atan2(122 * math.cos(angle), 282 * math.sin(angle)))
            shade = (
                0.98
                - 0.5 * t
                - 0.05 * abs(row)
                - 0.02 * row
                + 0.1 * (step % 2)
                + rng.normal(0, 0.05)
            )
            fill = to_hex(ramp(["#5a1018", "#a4262a", "#d5483c", "#f0785a"], shade))
            for side in (-1, 1):
                parts.append(
                    f'<ellipse rx="7.6" ry="4.6" fill="{fill}" transform="translate('
                    f'{x + side * 3.4:.1f} {y:.1f}) rotate({turn + side * 38:.0f})"/>'
                )
    return parts


def _turns(rng: np.random.Generator) -> list[str]:
    """The same stitches where the wrap turns back around the neck, away from the moon."""
    parts = []
    for side in (-1, 1):
        for column in range(9):
            for row in range(10):
                dx, dy = -50 + column * 12.6, -52 + row * 11.6
                if math.hypot(dx, dy) > 53:
                    continue
                shade = 0.42 - 0.006 * (side * dx + 10) - 0.0016 * dy + rng.normal(0, 0.04)
                fill = to_hex(
                    ramp(["#3a0a12", "#5a1018", "#a4262a", "#d5483c"], shade - 0.08 * side)
                )
                x, y = 512 + side * 268 + dx, 828 + dy
                for lean in (-1, 1):
                    parts.append(
                        f'<ellipse rx="7.4" ry="4.5" fill="{fill}" transform="translate('
                        f'{x + lean * 3.3:.1f} {y:.1f}) rotate({lean * 38 + side * -30})"/>'
                    )
    return parts


def _tail(rng: np.random.Generator) -> list[str]:
    """The scarf's hanging end, with a pale stripe and a fringe."""
    parts = [path("M628 900C690 885 740 905 752 930L792 1030L668 1040Z", "#6d151c", opacity=0.9)]
    for row in range(12):
        for step in range(12):
            x = 646 + step * 9.6 + row * 4.6 - abs(row - 2) * 0.2
            y = 908 + row * 12 + step * 0.6
            pale = row in (7, 8)
            shade = 0.8 - 0.045 * step + rng.normal(0, 0.05)
            stops = (
                ["#a08058", "#e8d2a4", "#fdf0cf"]
                if pale
                else ["#5a1018", "#a4262a", "#d5483c", "#f0785a"]
            )
            fill = to_hex(ramp(stops, shade))
            for side in (-1, 1):
                parts.append(
                    f'<ellipse rx="7.2" ry="4.4" fill="{fill}" transform="translate('
                    f'{x + side * 3.2:.1f} {y:.1f}) rotate({side * 38 + 4})"/>'
                )
    return parts


def body(rng: np.random.Generator) -> str:
    """The body's group."""
    shade = ellipse(512, 850, 200, 60, "#0d0608", opacity=0.5, filter="url(#soft30)")
    # What shows where the head moves aside: the dark inside of the scarf.
    collar = [
        ellipse(512, 826, 300, 112, "#4a0f15"),
        ellipse(512, 812, 262, 92, "#1c090b"),
    ]
    return group("body", [*_shoulders(rng), *collar, *_tail(rng), *_knit(rng), shade])
