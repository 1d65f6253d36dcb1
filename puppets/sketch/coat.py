"""Pea coat and turtleneck, drawn in haste: they end where the sheet's interest ends."""

import numpy as np
from brush import Point, curve, group, path
from form import patch, slant
from graphite import PAPER, hatch, line

SHOULDERS: list[Point] = [
    (140, 1060), (156, 984), (196, 920), (280, 868), (372, 830), (430, 790), (594, 790), (652, 830),
    (744, 866), (828, 918), (870, 984), (886, 1060),
]  # fmt: skip
COLLAR: list[Point] = [
    (398, 776),
    (390, 836),
    (410, 886),
    (512, 910),
    (614, 886),
    (634, 836),
    (626, 776),
]


def body(rng: np.random.Generator) -> str:
    """The body's group."""
    parts = [path(curve(SHOULDERS) + "Z", PAPER)]
    cloth = patch(
        [(770, 980, 150, 150, 0.85), (660, 1000, 90, 150, 0.6), (270, 1000, 130, 120, 0.5),
         (380, 1010, 60, 120, 0.55), (512, 1010, 70, 80, 0.35), (512, 900, 160, 40, 0.5)],
        _coat,
    )  # fmt: skip
    parts += hatch(rng, (150, 830, 880, 1034), cloth, slant(2.05), 12.5, 46, 2.0)
    parts += line(rng, SHOULDERS[0:6], 6, 3, 3, 0.8) + line(rng, SHOULDERS[6:12], 7, 3, 3, 0.85)
    parts.append(path(curve(COLLAR, True), PAPER))
    neck = patch([(512, 800, 130, 44, 0.85), (600, 860, 50, 60, 0.6), (512, 890, 100, 24, 0.3)])
    parts += hatch(rng, (396, 776, 628, 900), neck, slant(1.57), 9, 34, 1.7)
    for x in np.linspace(404, 620, 19):  # ribs of the knitting
        sag = 892 + 16 * (1 - ((x - 512) / 108) ** 2)
        bow = (x - 512) * 0.04
        parts += line(rng, [(x, 800), (x + bow * 2, 850), (x + bow, sag - 8)], 2.4, 1, 1, 0.45)
    parts += line(rng, COLLAR[1:6], 5, 1.6, 2, 0.8)
    for side in (-1, 1):
        lapel = [(512 + side * x, y) for x, y in ((122, 830), (190, 884), (206, 950), (116, 1000))]
        edge = [(512 + side * x, y) for x, y in ((104, 876), (70, 950), (30, 1030))]
        notch = [(512 + side * x, y) for x, y in ((206, 950), (168, 946), (150, 968))]
        parts += line(rng, lapel, 5.5, 2, 2, 0.85) + line(rng, edge, 5.5, 2, 2, 0.85)
        parts += line(rng, notch, 4, 1.5, 2, 0.75)
    for x, y in ((418, 1004), (616, 1004)):
        ring = [(x + 17 * np.cos(a), y + 16 * np.sin(a)) for a in np.linspace(0, 6.6, 11)]
        parts += line(rng, ring, 4.5, 1, 2, 0.9)
    return group("body", parts)


def _coat(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Below the line of the shoulders; fainter towards the sheet's edge."""
    along = [150, 200, 280, 372, 430, 594, 652, 744, 828, 880]
    edge = [1010, 925, 874, 838, 800, 800, 838, 872, 924, 1010]
    top = np.interp(x, along, edge)
    return np.asarray((y > top + 12) * np.clip(1.2 - np.maximum(y - 960, 0) / 110, 0.35, 1))
