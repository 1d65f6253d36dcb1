"""Color's background: white paper, washes that bled into one another, blots and drips."""

import numpy as np
from brush import ellipse
from splash import blot, drip, spatter

VIVID = ["#ff2f87", "#ff8a1f", "#ffd21f", "#12c2e9", "#3b3bff", "#8a2be2", "#19d3a2"]
WASHES = [
    *((250, 250, 250, "#ffd21f"), (760, 190, 240, "#12c2e9"), (170, 560, 220, "#ff2f87")),
    *((860, 560, 230, "#8a2be2"), (520, 120, 230, "#ff8a1f"), (330, 830, 220, "#19d3a2")),
    *((760, 830, 230, "#ff5a4e"),),
]


def background(rng: np.random.Generator) -> list[str]:
    """The parts of the background, from far to near."""
    parts = ['<rect width="1024" height="1024" fill="#fffaf1"/>']
    for x, y, size, fill in WASHES:  # soft, wet in wet
        parts.append(ellipse(x, y, size, size * 0.8, fill, opacity=0.30, filter="url(#soft30)"))
    for x, y, size, fill in WASHES:
        for turn in range(3):
            shift = rng.normal(0, 34, 2)
            parts += blot(
                rng,
                x + shift[0],
                y + shift[1],
                size * (0.72 - 0.16 * turn),
                fill,
                rays=5,
                opacity=0.34,
            )
    for x, y, size, fill in (
        (96, 150, 66, "#ff2f87"),
        (930, 110, 58, "#ff8a1f"),
        (70, 790, 54, "#3b3bff"),
        (946, 400, 62, "#12c2e9"),
        (226, 90, 34, "#19d3a2"),
        (880, 780, 40, "#ffd21f"),
        (160, 410, 36, "#ff8a1f"),
        (820, 300, 30, "#ff2f87"),
    ):
        parts += blot(rng, x, y, size, fill, rays=11)
        for _ in range(3):
            at = x + rng.uniform(-0.6, 0.6) * size
            parts.append(drip(at, y + size * 0.5, rng.uniform(1.2, 4) * size, size * 0.16, fill))
    for x in (30, 250, 300, 706, 790, 1000):
        fill = VIVID[int(rng.integers(len(VIVID)))]
        parts.append(drip(x, -10, rng.uniform(60, 260), rng.uniform(10, 22), fill))
    for x, y in ((110, 300), (920, 240), (900, 660), (120, 650), (512, 60)):
        parts += spatter(rng, x, y, 200, VIVID, 40, 15)
    return parts
