"""Wilk's head: its fur, and the order in which the parts lie on one another."""

import math

import numpy as np
from body import FUR
from brush import curve, draw_fur, ellipse, group, jitter_grid, path, ramp, to_hex, tuft
from face import bridge, brow, eye, lips, nose
from horns import ears, horns
from shape import CENTRE, LEFT_EYE, RIGHT_EYE

CREAM = ["#5a3222", "#97603a", "#c99560", "#ecc792", "#fbe7c2"]


def _light(x: float, y: float) -> float:
    return 0.60 - 0.00085 * (x - CENTRE) - 0.00075 * (y - 480)


def _rim(x: float, y: float) -> tuple[str, float]:
    edge = ((x - CENTRE) / 318) ** 2 + ((y - 540) / 350) ** 2
    return "#8fd3e6", (edge - 0.74) * 2.2 if x > 600 else 0.0


def _outward(x: float, y: float) -> float:
    """Fur grows away from the bridge of the nose, and hangs."""
    dx, dy = x - CENTRE, y - 470
    return math.atan2(dy + 0.35 * math.hypot(dx, dy), dx)


def _pelt(rng: np.random.Generator) -> list[str]:
    places = jitter_grid(rng, (190, 200, 834, 900), 16)
    edge = ((places[:, 0] - CENTRE) / 292) ** 2 + ((places[:, 1] - 545) / 318) ** 2
    places = places[edge < 1]
    far = np.hypot(places[:, 0] - CENTRE, (places[:, 1] - 470) * 0.9)
    places = places[np.argsort(-far)]
    base = ellipse(CENTRE, 545, 296, 322, "#2a1713")
    coarse = draw_fur(places, rng, _outward, _light, FUR, 66, 19, _rim)
    near = jitter_grid(rng, (380, 300, 644, 600), 9)  # short fur where it all starts: brow to nose
    near = near[np.abs(near[:, 0] - CENTRE) < 40 + 0.5 * np.abs(near[:, 1] - 440)]
    near = near[np.argsort(-np.hypot(near[:, 0] - CENTRE, (near[:, 1] - 545)))]

    def parted(x: float, y: float) -> float:
        return -math.pi / 2 + (x - CENTRE) / 75 * (1.0 if y > 420 else 0.7)

    return [base, *coarse, *draw_fur(near, rng, parted, _light, FUR, 34, 10)]


def _crown(rng: np.random.Generator) -> list[str]:
    """A wild forelock between the horns."""
    parts = []
    for i in range(120):
        t = i / 119
        x = CENTRE + rng.normal(0, 62)
        y = 216 + 96 * t + abs(x - CENTRE) * 0.18
        lean = (x - CENTRE) / 95
        angle = -math.pi / 2 + lean
        tone = to_hex(ramp(FUR[1:], _light(x, 330) + rng.normal(0, 0.09)))
        parts.append(tuft((x, y), angle, rng.uniform(58, 104), 20, rng.normal(0, 0.2), tone))
    fringe = jitter_grid(rng, (400, 262, 624, 372), 13)  # hides the roots of the forelock
    fringe = fringe[np.argsort(fringe[:, 1])]

    def up(x: float, y: float) -> float:
        return -math.pi / 2 + (x - CENTRE) / 110

    return [*parts, *draw_fur(fringe, rng, up, lambda x, y: _light(x, y) - 0.04, FUR, 56, 17)]


def _beard(rng: np.random.Generator) -> list[str]:
    places = jitter_grid(rng, (300, 742, 724, 850), 13)
    edge = ((places[:, 0] - CENTRE) / 214) ** 2 + ((places[:, 1] - 740) / 110) ** 2
    places = places[edge < 1]
    places = places[np.argsort(-places[:, 1])]

    def flow(x: float, y: float) -> float:
        return math.pi / 2 - (x - CENTRE) / 330

    def light(x: float, y: float) -> float:
        return 0.42 + 0.0042 * (y - 742) - 0.0011 * (x - CENTRE)

    return draw_fur(places, rng, flow, light, CREAM, 92, 17)


def _muzzle(rng: np.random.Generator) -> list[str]:
    """Pale, short fur around nose and mouth; it keeps clear of the lips."""
    soft = path(
        curve(
            [
                (330, 660),
                (400, 590),
                (512, 560),
                (624, 590),
                (694, 660),
                (690, 760),
                (600, 800),
                (512, 806),
                (424, 800),
                (334, 760),
            ],
            True,
        ),
        "#c08a55",
        filter="url(#soft12)",
    )
    places = jitter_grid(rng, (310, 560, 714, 820), 10)
    x, y = places[:, 0] - CENTRE, places[:, 1]
    inside = (np.abs(x) / 208) ** 2.4 + ((y - 692) / 132) ** 2 < 1
    lip = (
        (np.abs(x) < 172)
        & (y > 716 - 66 * (1 - (x / 172) ** 2))
        & (y < 716 + 44 * (1 - (x / 172) ** 2).clip(0) ** 0.7)
    )
    places = places[inside & ~lip]
    far = np.hypot(places[:, 0] - CENTRE, (places[:, 1] - 690) * 1.25)
    places = places[np.argsort(-far)]

    def flow(x: float, y: float) -> float:
        side = (x - CENTRE) / 170
        return math.pi / 2 - side * (1.25 if y < 720 else 0.8)

    def light(x: float, y: float) -> float:
        return (
            0.80 - 0.0013 * (x - CENTRE) - 0.0021 * (y - 640) - 0.25 * (abs(x - CENTRE) / 208) ** 4
        )

    return [soft, *draw_fur(places, rng, flow, light, CREAM, 30, 9)]


def head(rng: np.random.Generator) -> str:
    """The head's group, mouth closed."""
    return group(
        "head",
        [
            *ears(rng),
            *horns(rng),
            *_pelt(rng),
            *_crown(rng),
            *_beard(rng),
            *_muzzle(rng),
            *bridge(),
            *eye(LEFT_EYE, -1),
            *eye(RIGHT_EYE, 1),
            *nose(rng),
            *lips(),
            *brow(-1, rng),
            *brow(1, rng),
        ],
    )
