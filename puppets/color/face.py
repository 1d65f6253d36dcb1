"""Color's face in ink and paint: eyes and painted lids, brows, nose, lips."""

import numpy as np
from brush import Point, clip_to, curve, ellipse, fit_eye_rim, group, path, ribbon
from shape import (
    INK,
    LEFT_BROW,
    LEFT_EYE,
    LOWER_EDGE,
    MEETING,
    RIGHT_BROW,
    RIGHT_EYE,
    UPPER_EDGE,
)

SHADOW = {-1: ("#12c2c9", "#0a6fb0", "#a8fff0"), 1: ("#ffb02e", "#ff2f87", "#fff0a0")}


def eye(corners: list[Point], sign: int) -> list[str]:
    x, y = np.mean(corners, axis=0)
    above, below = fit_eye_rim(corners[:4]), fit_eye_rim([corners[i] for i in (0, 5, 4, 3)])
    outline = curve(above) + "L" + curve(below[::-1])[1:] + "Z"
    lash = [(px, py + 5) for px, py in above[1:-1]]
    white = [
        path(outline, "#fffdf4" if sign < 0 else "#dff4ff"),
        path(curve(lash), stroke="#7a5bd0", stroke_width=26, opacity=0.55),
    ]
    paint, deep, _ = SHADOW[sign]
    outer = corners[0] if sign < 0 else corners[3]
    inner = corners[3] if sign < 0 else corners[0]
    arch = [
        (outer[0] + sign * 30, outer[1] - 34),
        (outer[0] - sign * 24, outer[1] - 56),
        (x, y - 62),
        (inner[0] - sign * 4, inner[1] - 34),
    ]
    lid = curve([outer, *arch, inner]) + "L" + curve(above if sign > 0 else above[::-1])[1:]
    wing = [outer, (outer[0] + sign * 26, outer[1] - 22)]
    parts = [
        path(lid + "Z", deep, opacity=0.85),
        path(curve([outer, arch[1], (x, y - 54), inner]) + "Z", paint, opacity=0.9),
        ribbon(arch[1:], [2, 6, 2], INK),
        clip_to(f"eye{sign}", outline, white),
        ribbon([above[0], *lash, above[-1]], [3, 10, 12, 10, 3], INK),
        ribbon(wing, [9, 1], INK),
        ribbon(below, [3, 2, 4, 2], INK),
    ]
    for i in range(2):
        a = (outer[0] - sign * (4 + 13 * i), outer[1] - 7 - 9 * i)
        parts.append(
            ribbon(
                [
                    a,
                    (a[0] + sign * (13 - 3 * i), a[1] - 10),
                    (a[0] + sign * (20 - 5 * i), a[1] - 17),
                ],
                [7, 5, 1],
                INK,
            )
        )
    return parts


def brows() -> list[str]:
    parts = []
    for row, widths, tint in (
        (LEFT_BROW, [4, 15, 19, 16, 7], "#e01483"),
        (RIGHT_BROW, [7, 16, 19, 15, 4], "#2f6bff"),
    ):
        parts += [
            ribbon(row, widths, INK),
            ribbon([(x + 4, y + 2) for x, y in row[1:4]], [1, 6, 1], tint),
        ]
    return parts


def nose() -> list[str]:
    return [
        ribbon([(546, 440), (536, 478), (534, 520), (542, 566)], [1, 6, 4, 1], INK),
        ribbon([(470, 600), (466, 614), (478, 624), (492, 620)], [2, 7, 6, 2], INK),
        ribbon([(532, 620), (546, 625), (558, 614), (553, 598)], [2, 7, 8, 2], INK),
        ribbon([(496, 624), (512, 632), (528, 624)], [2, 6, 2], INK),
        ellipse(500, 590, 8, 6, "#ffffff", opacity=0.95),
        ribbon([(503, 478), (501, 520), (499, 560)], [1, 6, 1], "#fffbe6", opacity=0.85),
        ribbon([(507, 642), (505, 650), (508, 656)], [1, 5, 1], INK, opacity=0.6),
    ]


def lips() -> list[str]:
    seam = curve(MEETING[::-1])[1:]
    # Above where the lips part: the lower one keeps a clean edge when they do.
    line = [UPPER_EDGE[0], *((x, y - 2.5) for x, y in MEETING), UPPER_EDGE[-1]]
    upper = curve(UPPER_EDGE) + "L" + seam + "Z"
    lower = curve(LOWER_EDGE) + "L" + seam + "Z"
    cool = path("M530 640H600V730H540Q520 690 530 640Z", "#5a1fd0", opacity=0.55)
    return [
        clip_to(
            "low",
            lower,
            [path(lower, "#ff2f6e"), path("M452 700Q512 740 572 700V740H452Z", "#c4125f"), cool],
        ),
        clip_to(
            "up",
            upper,
            [path(upper, "#c20d5c"), path("M440 690L496 660L508 690Z", "#ff4a58"), cool],
        ),
        ribbon([(472, 702), (494, 708), (516, 708)], [1, 8, 1], "#fff0f4"),
        ribbon([(540, 706), (552, 702)], [4, 1], "#8ff3f0"),
        ribbon(line, [4, 4, 5, 4, 4], INK),
        ribbon([(480, 734), (512, 739), (544, 733)], [1, 6, 1], INK, opacity=0.75),
    ]


def pupils() -> str:
    """Irises with a ring of fire."""
    parts = []
    for x, y in ((418, 475), (606, 475)):
        parts += [
            ellipse(x, y, 25, 26, INK),
            ellipse(x, y, 22, 23, "url(#iris)"),
            ellipse(x, y, 14, 14.5, "url(#fire)"),
            ellipse(x, y, 9.5, 10.5, "#0c0626"),
            ellipse(x - 9, y - 9, 7, 7, "#ffffff"),
            ellipse(x + 9, y + 10, 4, 3.4, "#ffd9f0", opacity=0.9),
        ]
    return group("pupils", parts)


def eyelids() -> str:
    """Closed lids, painted like the shadow above them."""
    parts = []
    for corners, sign in ((LEFT_EYE, -1), (RIGHT_EYE, 1)):
        above, seam = fit_eye_rim(corners[:4]), fit_eye_rim([corners[i] for i in (0, 5, 4, 3)])
        high = [(x, y - 50) for x, y in above[::-1]]
        paint, deep, shine = SHADOW[sign]
        x, y = np.mean(corners, axis=0)
        skin = curve(seam) + "L" + curve(high)[1:] + "Z"
        inner = [
            path(skin, paint),
            path(
                curve([(px, py - 9) for px, py in seam]),
                stroke=deep,
                stroke_width=16,
                opacity=0.6,
            ),
            ribbon([(x - 30, y - 6), (x - 6, y), (x + 20, y - 5)], [1, 9, 1], shine, opacity=0.9),
        ]
        parts += [clip_to(f"lid{sign}", skin, inner), ribbon(seam, [3, 10, 13, 10, 3], INK)]
        for i in range(-3, 4):
            px, py = seam[5][0] + i * 13, seam[6][1] + 2 - abs(i) ** 1.75
            parts.append(
                ribbon(
                    [(px, py), (px + i * 2, py + 7), (px + i * 3.4, py + 15 - abs(i))],
                    [6, 4, 1],
                    INK,
                )
            )
    return group("eyelids", parts)
