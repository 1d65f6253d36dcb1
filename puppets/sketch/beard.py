"""Beard and moustache: white hair, drawn by its shadows."""

import numpy as np
from brush import Point, curve, path
from graphite import PAPER, hairs, line

OUTLINE: list[Point] = [
    (316, 500), (318, 580), (322, 660), (330, 736), (356, 804), (398, 856), (452, 896),
    (506, 922), (566, 898), (622, 858), (668, 804), (694, 736), (702, 660), (706, 580), (708, 500),
    (684, 596), (652, 668), (606, 706), (570, 716), (512, 722), (452, 716), (416, 704), (372, 666),
    (340, 596),
]  # fmt: skip
# Locks from the cheeks to the tip: x where they start, y, where they end.
LOCKS: list[tuple[Point, Point]] = [
    ((322, 540), (372, 830)), ((340, 620), (392, 860)), ((364, 676), (420, 890)),
    ((394, 710), (446, 906)), ((426, 722), (472, 924)), ((458, 728), (494, 936)),
    ((490, 732), (506, 944)), ((522, 732), (518, 938)), ((554, 728), (540, 928)),
    ((586, 722), (574, 912)), ((618, 710), (604, 896)), ((650, 680), (634, 868)),
    ((676, 624), (656, 836)), ((700, 540), (672, 812)), ((440, 720), (500, 880)),
    ((580, 720), (530, 880)),
]  # fmt: skip
MOUSTACHE: list[list[Point]] = [
    [(508, 634), (478, 642), (446, 660), (424, 690), (404, 722)],
    [(514, 634), (548, 640), (580, 658), (602, 688), (624, 718)],
    [(506, 630), (470, 634), (432, 652), (408, 684), (384, 708)],
    [(516, 630), (556, 632), (594, 650), (618, 682), (644, 704)],
]


def beard(rng: np.random.Generator) -> list[str]:
    parts = [path(curve(OUTLINE, True), PAPER)]
    for (x0, y0), (x1, y1) in LOCKS:
        sway = 22 * np.sign(x0 - 512)
        spine = [
            (x0, y0),
            (x0 + sway * 0.6, y0 + (y1 - y0) * 0.35),
            ((x0 + x1) / 2 + sway, y0 + (y1 - y0) * 0.68),
            (x1, y1),
        ]
        dark = 0.35 + 0.4 * np.clip((x0 - 420) / 280, 0, 1)
        parts += hairs(rng, spine, 26, 54, 62, 1.5, (0.12, dark), 0.18)
        parts += hairs(rng, spine, 8, 9, 84, 3.0, (0.25, 0.35 + dark), 0.1)
        parts += hairs(rng, spine, 12, 7, 60, 3.2, (0.6, 1.0), 0.1, "#fffaf0")
    for row in (  # sideburns come out from under the cap
        [(338, 396), (326, 450), (326, 520), (338, 600)],
        [(688, 394), (700, 450), (700, 520), (688, 600)],
    ):
        dark = 0.5 if row[0][0] < 512 else 0.8
        parts += hairs(rng, row, 13, 60, 40, 1.5, (0.25, dark), 0.2)
        parts += hairs(rng, row, 11, 20, 34, 2.6, (0.6, 1.0), 0.2, "#fffaf0")
    parts += hairs(rng, [(512, 740), (506, 830), (507, 925)], 44, 90, 60, 1.6, (0.2, 0.7), 0.2)
    # Deep shade under the lip and below the moustache's ends.
    parts += hairs(rng, [(470, 716), (512, 726), (556, 716)], 7, 60, 20, 2.0, (0.4, 0.8), 1.5)
    parts += hairs(rng, [(650, 600), (676, 700), (640, 800)], 30, 150, 50, 2.0, (0.3, 0.7), 0.3)
    return parts


def moustache(rng: np.random.Generator) -> list[str]:
    """It frames the mouth and never lies on the lips, so that they are free to move."""
    parts = []
    for left, right in ((MOUSTACHE[0], MOUSTACHE[1]), (MOUSTACHE[2], MOUSTACHE[3])):
        for row in (left, right):
            parts += hairs(rng, row, 12, 60, 46, 4.6, (0.9, 1.0), 0.25, "#fdf7ea")
    for i, row in enumerate(MOUSTACHE):
        dark = 0.62 if i % 2 == 0 else 0.85
        parts += hairs(rng, row, 13, 100, 40, 1.4, (0.15, dark), 0.25)
    for row in (MOUSTACHE[0], MOUSTACHE[1]):
        below = [(x, y + 11) for x, y in row[1:]]
        parts += line(rng, below, 4, 1.5, 2, 0.7)
    return parts
