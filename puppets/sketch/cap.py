"""His cap: white crown, dark band with an anchor, a visor that has seen storms."""

import numpy as np
from brush import Point, curve, path, ribbon
from form import patch, slant
from graphite import LEAD, PAPER, hatch, line

CROWN: list[Point] = [
    (296, 300), (262, 262), (248, 216), (276, 170), (356, 132), (470, 112), (590, 116), (690, 142),
    (756, 184), (770, 230), (748, 274), (724, 304), (620, 286), (512, 280), (404, 286),
]  # fmt: skip
BAND: list[Point] = [
    (300, 296), (404, 276), (512, 270), (620, 276), (724, 300), (722, 372), (620, 352), (512, 346),
    (404, 352), (306, 368),
]  # fmt: skip
VISOR: list[Point] = [
    (308, 364), (404, 346), (512, 340), (620, 346), (720, 368), (716, 398), (660, 396), (590, 410),
    (512, 414), (434, 410), (362, 396), (312, 394),
]  # fmt: skip


def _anchor(rng: np.random.Generator) -> list[str]:
    parts = [
        path(
            "M512 268C544 270 556 292 548 322C540 346 484 346 476 322C468 292 480 270 512 268Z",
            PAPER,
        )
    ]
    parts += line(rng, [(512, 284), (512, 306), (512, 330)], 6, 0.6, 2, 0.95)
    parts += line(rng, [(498, 293), (512, 294), (526, 293)], 5, 0.6, 2, 0.95)
    parts += line(
        rng, [(490, 314), (498, 328), (512, 333), (526, 328), (534, 314)], 5.5, 0.6, 2, 0.95
    )
    parts += line(rng, [(512, 284), (506, 279), (512, 274), (518, 279), (512, 284)], 3, 0.4, 2, 0.9)
    for s in (-1, 1):
        leaf = [(512 + s * 30, 338), (512 + s * 42, 312), (512 + s * 36, 284)]
        parts += line(rng, leaf, 4, 1, 2, 0.8)
    return parts  # fmt: skip


def cap(rng: np.random.Generator) -> list[str]:
    crown, band, visor = (curve(row, True) for row in (CROWN, BAND, VISOR))
    shade = patch(
        [(700, 230, 90, 80, 0.62), (600, 268, 160, 26, 0.5), (300, 250, 50, 40, 0.3),
         (420, 250, 60, 20, 0.2), (640, 150, 70, 30, 0.2)]
    )  # fmt: skip
    folds: list[list[Point]] = [
        [(330, 276), (350, 232), (396, 196)], [(420, 270), (430, 232), (410, 204)],
        [(700, 276), (684, 232), (640, 196)], [(610, 268), (604, 236), (620, 210)],
        [(270, 200), (330, 176), (420, 164)], [(750, 210), (700, 180), (610, 166)],
    ]  # fmt: skip
    parts = [path(crown, PAPER)]
    parts += hatch(rng, (252, 120, 768, 292), shade, slant(2.0), 10, 36, 1.5)
    for row in folds:
        parts += line(rng, row, 3.2, 2, 2, 0.5, (0.1, 0.1))
    parts += line(rng, [*CROWN[:12]], 5.5, 2.2, 3, 0.85)
    parts += [path(band, PAPER), path(band, "#6b6560", opacity=0.5)]
    dark = patch(
        [(512, 320, 400, 60, 0.75), (690, 330, 60, 60, 0.3), (400, 312, 46, 60, -0.5)], _within
    )
    parts += hatch(rng, (304, 272, 722, 368), dark, slant(1.75), 9, 30, 1.8)
    parts += line(rng, BAND[:5], 4.5, 1.5, 2, 0.85)
    parts += [path(visor, "#4b4643"), path(visor, "none", stroke=LEAD, stroke_width=3, opacity=0.8)]
    sheen = patch([(512, 380, 300, 40, 0.9), (690, 380, 50, 30, 0.3)])
    parts += hatch(rng, (318, 350, 708, 400), sheen, slant(0.15), 8, 34, 1.6, "#211e1d")
    for row, width in (
        ([(350, 376), (420, 364), (500, 360)], 6), ([(372, 386), (430, 377), (480, 374)], 3),
        ([(590, 366), (640, 370), (676, 378)], 2.5),
    ):  # fmt: skip
        parts.append(ribbon(row, (0.5, width, 0.5), "#f4ecdc", opacity=0.75))
    parts += line(rng, [(306, 366), (404, 348), (512, 342), (620, 348), (720, 370)], 5, 1, 2, 0.9)
    return parts + _anchor(rng)


def _within(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The curved strip of the band."""
    top = 272 + ((x - 512) / 212) ** 2 * 26
    return np.asarray((y > top + 6) & (y < top + 68))
