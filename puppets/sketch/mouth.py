"""Inside the mouth: deep hatching, a row of teeth with one gap, the tongue."""

import numpy as np
from brush import curve, group, path
from form import patch, slant
from graphite import LEAD, hatch, line, strokes


def mouth(rng: np.random.Generator) -> str:
    """The cavity, fixed to the head."""
    rows = np.column_stack(
        [rng.uniform(430, 596, 240), rng.uniform(650, 800, 240), rng.normal(-16, 3, 240),
         rng.normal(26, 4, 240), rng.normal(0, 0.05, 240), rng.uniform(1.4, 2.6, 240)]
    )  # fmt: skip
    back = '<rect x="420" y="640" width="186" height="170" fill="#57504b"/>'
    return group("mouth", [back, *strokes(rows, "#1c1918", rng.uniform(0.5, 1, 240))])


def teeth(rng: np.random.Generator) -> str:
    """The upper row; one was lost in a harbour."""
    row = curve([(458, 684), (484, 690), (512, 692), (540, 690), (566, 684)])
    parts = [path(f"{row}L566 640L458 640Z", "#f3ead8")]
    for x in (476, 490, 503, 519, 533, 547):
        parts += line(rng, [(x, 664), (x + 0.5, 680), (x, 690)], 2, 0.3, 1, 0.6)
    parts.append(path("M534 660L546 660L546 691L534 692Z", "#2a2625"))
    parts += line(rng, [(460, 685), (484, 691), (512, 693), (540, 690)], 2.4, 0.4, 1, 0.7)
    return group("teeth", parts)


def jaw(rng: np.random.Generator) -> str:
    """Tongue and lower teeth, as they lie when the mouth is shut: they ride on the lower lip."""
    tongue = curve(
        [(474, 720), (478, 676), (500, 660), (512, 664), (526, 660), (546, 676), (550, 720)]
    )
    low = curve([(462, 674), (488, 668), (512, 667), (538, 668), (562, 674)])
    parts = [path(f"{tongue}Z", "#a79c90")]
    tone = patch([(512, 664, 9, 20, 0.8), (540, 676, 16, 16, 0.6)])
    parts += hatch(rng, (480, 656, 546, 690), tone, slant(1.5), 6, 13, 1.2)
    parts.append(path(f"{low}L562 720L462 720Z", "#e6dccb"))
    for x in (478, 490, 501, 512, 523, 534, 546):
        parts += line(rng, [(x, 668), (x, 678), (x, 690)], 1.8, 0.3, 1, 0.6)
    return group("jaw", [*parts, path(low, stroke=LEAD, stroke_width=1.6, opacity=0.6)])
