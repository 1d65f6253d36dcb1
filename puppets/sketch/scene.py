"""The sheet: warm paper with a grain, construction lines, smudges, a boat in the margin."""

import numpy as np
from brush import Point, ellipse
from form import patch, slant
from graphite import LEAD, PAPER, hatch, line

DEFS = """
<filter id="grain" x="0" y="0" width="100%" height="100%">
 <feTurbulence type="fractalNoise" baseFrequency="0.45 0.5" numOctaves="3" seed="4"/>
 <feColorMatrix values="0 0 0 0 .35  0 0 0 0 .27  0 0 0 0 .18  0.32 0 0 0 -.11"/></filter>
<filter id="fibres" x="0" y="0" width="100%" height="100%">
 <feTurbulence type="fractalNoise" baseFrequency="0.006 0.01" numOctaves="2" seed="9"/>
 <feColorMatrix values="0 0 0 0 .62  0 0 0 0 .46  0 0 0 0 .25  0.5 0 0 0 -.2"/></filter>
<radialGradient id="edge" cx=".5" cy=".48" r=".75"><stop offset=".6" stop-color="#b8975f"
 stop-opacity="0"/><stop offset="1" stop-color="#9c7a46" stop-opacity=".34"/></radialGradient>
"""


def _boat(rng: np.random.Generator) -> list[str]:
    hull: list[Point] = [(68, 880), (84, 910), (150, 914), (178, 884), (122, 888), (68, 880)]
    parts = line(rng, hull, 3.4, 1, 2, 0.7)
    parts += line(rng, [(122, 888), (121, 830), (120, 772)], 3, 1, 2, 0.7)
    parts += line(rng, [(120, 776), (152, 826), (166, 870), (126, 868)], 3, 1.4, 2, 0.65)
    parts += line(rng, [(116, 790), (90, 830), (78, 866), (116, 868)], 2.6, 1.4, 2, 0.6)
    tone = patch([(148, 848, 16, 24, 0.45), (124, 902, 46, 10, 0.6)])
    parts += hatch(rng, (76, 800, 176, 914), tone, slant(2.0), 8, 20, 1.2)
    for y in (922, 936, 950):
        parts += line(
            rng, [(40, y), (80, y - 4), (120, y + 3), (160, y - 3), (206, y + 1)], 2, 1.6, 1, 0.45
        )
    for x, y, s in ((836, 196, 1.0), (900, 160, 0.7), (880, 236, 0.5)):
        wing = [
            (x - 30 * s, y - 6 * s),
            (x - 14 * s, y - 12 * s),
            (x, y),
            (x + 16 * s, y - 13 * s),
            (x + 32 * s, y - 5 * s),
        ]
        parts += line(rng, wing, 3 * s + 1, 0.8, 2, 0.65)
    return parts  # fmt: skip


def background(rng: np.random.Generator) -> list[str]:
    """The parts of the sheet."""
    full = 'width="1024" height="1024"'
    parts = [f'<rect {full} fill="{PAPER}"/>', f'<rect {full} filter="url(#fibres)"/>']
    # Dark air behind the lit side, so that the light has something to stand against.
    air = patch([(210, 520, 120, 250, 0.62), (250, 330, 80, 120, 0.35), (820, 640, 70, 200, 0.22)])
    parts += hatch(rng, (90, 200, 930, 800), air, slant(2.2), 15, 64, 2.0)
    for x, y, rx, ry in ((230, 560, 90, 170), (850, 760, 60, 90), (640, 90, 120, 26)):
        parts.append(ellipse(x, y, rx, ry, LEAD, opacity=0.1, filter="url(#soft30)"))
    ring = [(512 + 330 * np.cos(a), 480 + 400 * np.sin(a)) for a in np.linspace(-2.6, 4.4, 30)]
    parts += line(rng, ring, 2, 4, 2, 0.3)
    guides: list[list[Point]] = [
        [(512, 20), (511, 300), (513, 700), (512, 1010)], [(180, 478), (512, 482), (860, 476)],
        [(220, 604), (512, 607), (820, 602)], [(230, 300), (180, 620), (300, 900)],
    ]  # fmt: skip
    for row in guides:
        parts += line(rng, row, 2, 3, 2, 0.32, (0.1, 0.1))
    parts += _boat(rng)
    sign: list[Point] = [
        (862, 962), (876, 934), (882, 966), (894, 944), (904, 964), (916, 950), (930, 962),
        (972, 946),
    ]  # fmt: skip
    parts += line(rng, sign, 2.6, 0.6, 1, 0.7)
    parts += [f'<rect {full} filter="url(#grain)"/>', f'<rect {full} fill="url(#edge)"/>']
    return parts
