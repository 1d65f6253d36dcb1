"""Her background: a spring sky, cherry trees out of focus, petals in the wind."""

import numpy as np
from brush import ellipse, ramp, to_hex

DEFS = """
<linearGradient id="sky" x1="0" y1="0" x2=".25" y2="1"><stop offset="0" stop-color="#5fb4f0"/>
 <stop offset=".45" stop-color="#b4def8"/><stop offset=".75" stop-color="#ffe9ee"/>
 <stop offset="1" stop-color="#ffd3df"/></linearGradient>
<radialGradient id="sun"><stop offset="0" stop-color="#fffdf0"/>
 <stop offset=".3" stop-color="#fff0ea" stop-opacity=".75"/>
 <stop offset="1" stop-color="#fff0ea" stop-opacity="0"/></radialGradient>
<radialGradient id="disc"><stop offset="0" stop-color="#fff" stop-opacity=".28"/>
 <stop offset=".82" stop-color="#fff" stop-opacity=".42"/>
 <stop offset=".92" stop-color="#fff" stop-opacity=".6"/>
 <stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient>
<linearGradient id="petal" x1="0" y1="1" x2="0" y2="0"><stop offset="0" stop-color="#f48bb0"/>
 <stop offset=".55" stop-color="#ffc4d8"/><stop offset="1" stop-color="#fff0f5"/></linearGradient>
"""
PINKS = ["#c9638f", "#ee8fb2", "#ffb9d0", "#ffdbe7", "#fff4f7"]


def _cluster(rng: np.random.Generator, x: float, y: float, size: float, count: int) -> list[str]:
    """A mass of blossom: blurred discs, dark below, bright towards the sun."""
    parts = []
    places = rng.normal(0, 1, (count, 2)) * (size, size * 0.62)
    for dx, dy in places[np.argsort(-places[:, 1] - places[:, 0] * 0.4)]:
        tone = 0.52 - dy / size * 0.32 - dx / size * 0.18 + rng.normal(0, 0.1)
        r = size * rng.uniform(0.07, 0.2)
        parts.append(ellipse(x + dx, y + dy, r, r, to_hex(ramp(PINKS, tone)), opacity=0.8))
    return [f'<g filter="url(#soft6)">{"".join(parts)}</g>']


def _petal(x: float, y: float, size: float, turn: float, blur: str) -> str:
    return (
        f'<g transform="translate({x:.0f} {y:.0f}) rotate({turn:.0f})'
        f' scale({size:.2f} {size * 0.5:.2f})"'
        f'{blur}><path d="M0 16C-13 8 -15 -9 -5 -16L0 -11L5 -16C15 -9 13 8 0 16Z" '
        'fill="url(#petal)"/></g>'
    )


def background(rng: np.random.Generator) -> list[str]:
    """The parts of the background, from far to near."""
    parts = ['<rect width="1024" height="1024" fill="url(#sky)"/>']
    for x, y, rx, ry in [(180, 420, 260, 60), (860, 330, 260, 70), (520, 620, 500, 80)]:
        parts.append(ellipse(x, y, rx, ry, "#ffffff", opacity=0.6, filter="url(#soft30)"))
    parts.append(ellipse(150, 90, 520, 520, "url(#sun)"))
    for x, y, size, count in [
        (940, 180, 140, 260), (1000, 420, 100, 150), (790, 30, 120, 200), (40, 830, 110, 190),
        (980, 830, 110, 190), (10, 590, 60, 80),
    ]:  # fmt: skip
        parts += _cluster(rng, x, y, size, count)
    branch = "M1040 300C930 250 880 150 770 96C820 150 850 230 930 300C960 330 1000 350 1040 360Z"
    parts.insert(6, f'<path d="{branch}" fill="#7a4560" opacity=".75" filter="url(#soft6)"/>')
    for _ in range(26):
        x, y, r = rng.uniform(0, 1024), rng.uniform(0, 1024), rng.uniform(12, 52)
        parts.append(ellipse(x, y, r, r, "url(#disc)", opacity=round(rng.uniform(0.35, 0.9), 2)))
    for _ in range(46):
        x, y, turn = rng.uniform(0, 1024), rng.uniform(0, 1024), rng.uniform(0, 360)
        size = rng.uniform(0.45, 1.7)
        blur = ' filter="url(#soft2)"' if size > 1.2 or size < 0.7 else ""
        parts.append(_petal(x, y, size, turn, blur))
    return parts
