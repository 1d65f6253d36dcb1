"""Roy's head: skin in dabs of paint that follow its forms, ears, a fringe of hair."""

import math

import numpy as np
from brush import (
    Point,
    clip_to,
    curve,
    ellipse,
    group,
    jitter_grid,
    mix,
    path,
    ramp,
    rgb,
    ribbon,
    to_hex,
)
from eyes import eye, glasses
from face import creases, lips, nose
from hair import brow, fringe
from shape import CROWN, JAW, LEFT_BROW, LEFT_EYE, RIGHT_BROW, RIGHT_EYE, light, slope

SKIN = ["#4f2233", "#86403f", "#b9644a", "#dc8d63", "#f2b485", "#fdd3a4", "#ffeccb"]
INK = "#3a1c1a"
# Notches beside the chin, which the 17 points of the jaw do not see.
CONTOUR = [*JAW[:7], (386, 796), *JAW[7:10], (646, 794), *JAW[10:], *CROWN]
OUTLINE = curve(CONTOUR, True)


def _blush(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Where blood shows: nose, cheeks, ears' side."""
    spots = ((516, 576, 70, 52, 0.55), (356, 566, 70, 46, 0.42), (674, 566, 70, 46, 0.42))
    return sum(  # type: ignore[return-value]
        s * np.exp(-(((x - cx) / rx) ** 2) - ((y - cy) / ry) ** 2) for cx, cy, rx, ry, s in spots
    )


def _stubble(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How much beard shows through: jaw, chin, upper lip."""
    side = np.clip((np.abs(x - 514) - 150) / 60, 0, 1)
    low = np.clip((y - (628 - 60 * side)) / 46, 0, 1)
    lip = np.exp(-(((x - 514) / 110) ** 4) - ((y - 684) / 22) ** 2)
    return np.asarray(low * (1 - 0.8 * lip))


def _dabs(rng: np.random.Generator, gap: float, length: float, width: float) -> list[str]:
    places = jitter_grid(rng, (246, 54, 780, 846), gap)
    x, y = places.T
    tones = light(x, y)
    dx, dy = slope(x, y)
    turn = np.arctan2(dx, -dy) + rng.normal(0, 0.22, len(x))
    red, beard = _blush(x, y), _stubble(x, y)
    rim = np.clip((dx * -0.5 - 1.0) / 1.6, 0, 1) * (x > 560)
    step = np.round((tones + rng.normal(0, 0.04, len(x))) * 10) / 10  # cel steps, ragged edges
    sizes = length * rng.uniform(0.7, 1.3, len(x)) / 2
    ox, oy = np.cos(turn) * sizes, np.sin(turn) * sizes
    strokes: dict[str, str] = {}  # one path for all dabs of a colour, dark ones first
    for i in np.argsort(step, kind="stable"):
        tone = mix(ramp(SKIN, step[i]), rgb("#d8503f"), round(red[i] * 6) / 6)
        tone = mix(tone, rgb("#6f6a72"), round(beard[i] * rng.uniform(0.7, 1.2) * 3) * 0.12)
        tone = to_hex(mix(tone, rgb("#7fb7c4"), round(rim[i] * 3) * 0.25))
        dab = f"M{x[i] - ox[i]:.0f} {y[i] - oy[i]:.0f}l{2 * ox[i]:.0f} {2 * oy[i]:.0f}"
        strokes[tone] = strokes.get(tone, "") + dab
    return [f'<path d="{d}" stroke="{c}" stroke-width="{width}"/>' for c, d in strokes.items()]


def _skin(rng: np.random.Generator) -> list[str]:
    paint = [
        '<g stroke-linecap="round">',
        *_dabs(rng, 24, 58, 30),
        *_dabs(rng, 12.5, 26, 13),
        "</g>",
    ]
    for _ in range(420):  # stubble
        a, r = rng.uniform(0.05, math.pi - 0.05), rng.uniform(0.72, 1.0)
        x, y = 514 - 236 * r * math.cos(a), 560 + 250 * r * math.sin(a)
        if _stubble(np.array(x), np.array(y)) > 0.5:
            paint.append(
                f'<path d="M{x:.0f} {y:.0f}l{rng.uniform(-2, 2):.1f} 5" stroke="#3d2a30" '
                'stroke-width="1.6" opacity=".4"/>'
            )
    paint += [
        ribbon(
            [(356, 196), (400, 150), (456, 124)],
            [4, 30, 6],
            "#fff6e0",
            opacity=0.9,
            filter="url(#soft4)",
        ),
        ribbon([(376, 176), (404, 152), (432, 137)], [2, 11, 3], "#ffffff"),
        ellipse(344, 262, 14, 10, "#fff6e0", opacity=0.7, filter="url(#soft4)"),
        ribbon(
            [(408, 248), (470, 232), (560, 236), (628, 256)], [1, 5, 4, 1], "#a4543f", opacity=0.7
        ),
        ribbon([(430, 214), (500, 200), (580, 208)], [1, 4, 1], "#b9644a", opacity=0.6),
        ribbon([(500, 272), (560, 272), (632, 284)], [1, 4, 1], "#a4543f", opacity=0.6),
        ellipse(622, 190, 5, 4, "#8b4a3a"),
        ellipse(606, 172, 3.4, 2.8, "#8b4a3a"),
        ellipse(640, 214, 3, 2.6, "#8b4a3a"),
    ]
    return [clip_to("skull", OUTLINE, paint)]


def _ear(sign: int) -> list[str]:
    def at(rows: list[Point]) -> list[Point]:
        return [(511 + sign * a, b) for a, b in rows]

    shell = at([(238, 420), (262, 372), (306, 366), (324, 414), (314, 476), (290, 536), (254, 552)])
    lit = "#e89468" if sign < 0 else "#9c4b45"
    inner = at([(250, 440), (264, 400), (296, 394), (304, 426), (294, 470), (274, 510), (256, 500)])
    return [
        path(curve(shell, True), lit),
        path(curve(inner, True), "#b3553f" if sign < 0 else "#64293a"),
        ribbon(
            at([(254, 420), (276, 402), (288, 428), (272, 462), (276, 490)]),
            [3, 9, 5, 2],
            "#7a3136",
        ),
        ribbon(
            at([(262, 376), (300, 376), (314, 414), (306, 466)]),
            [3, 13, 9, 2],
            "#ffc898" if sign < 0 else "#8fc3cf",
        ),
        ribbon(shell, [4, 8, 10, 6, 4], INK),
    ]


def head(rng: np.random.Generator) -> str:
    """The head's group, mouth closed."""
    contour = ribbon([*CONTOUR, JAW[0]], [6, 5, 9, 12, 10, 7, 5, 4, 4, 6], INK)
    return group(
        "head",
        [
            *_ear(-1),
            *_ear(1),
            *_skin(rng),
            contour,
            *fringe(rng, -1),
            *fringe(rng, 1),
            *creases(),
            *eye(LEFT_EYE, "eyeL"),
            *eye(RIGHT_EYE, "eyeR"),
            *nose(),
            *lips(),
            *brow(LEFT_BROW, -1, rng),
            *brow(RIGHT_BROW, 1, rng),
            *glasses(),
        ],
    )
