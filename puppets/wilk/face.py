"""Wilk's face: nose, eyes and their lids, brows, and the closed lips."""

import math

import numpy as np
from brush import Point, curve, ellipse, group, path, ramp, to_hex, tuft
from shape import CENTRE, LEFT_BROW, LEFT_EYE, LOWER_EDGE, MEETING, RIGHT_EYE, UPPER_EDGE, mirrored

BROW = ["#0f0a0e", "#241619", "#432620", "#6b3d25"]


def nose(rng: np.random.Generator) -> list[str]:
    half: list[Point] = [(512, 528), (466, 534), (428, 566), (430, 602), (458, 618), (488, 610)]
    outline = curve([*half, (512, 622), *mirrored(half[1:])], True)
    parts = [
        ellipse(512, 622, 92, 26, "#3a1d16", opacity=0.55, filter="url(#soft12)"),
        path(outline, "url(#nose)"),
        '<clipPath id="noseclip"><path d="' + outline + '"/></clipPath>',
    ]
    pores = []
    for _ in range(170):
        x, y = rng.normal(512, 46), rng.uniform(536, 606)
        pores.append(
            ellipse(x, y, rng.uniform(1.4, 3.2), rng.uniform(1, 2), "#150b12", opacity=0.35)
        )
    pores.append(
        ellipse(
            482,
            549,
            44,
            13,
            "#f2c7b6",
            opacity=0.62,
            filter="url(#soft6)",
            transform="rotate(-10 482 549)",
        )
    )
    pores.append(
        ellipse(
            472,
            547,
            15,
            5,
            "#fff6ec",
            opacity=0.85,
            filter="url(#soft2)",
            transform="rotate(-14 472 547)",
        )
    )
    pores.append(
        path("M512 560C510 580 510 600 512 622", stroke="#120810", stroke_width=4, opacity=0.6)
    )
    pores.append(
        path(
            "M588 560C600 575 600 596 588 610",
            stroke="#9ad4e2",
            stroke_width=5,
            opacity=0.45,
            filter="url(#soft2)",
        )
    )
    parts.append('<g clip-path="url(#noseclip)">' + "".join(pores) + "</g>")
    for s in (-1, 1):
        hole = [
            (512 + s * 20, 596),
            (512 + s * 40, 578),
            (512 + s * 66, 584),
            (512 + s * 62, 600),
            (512 + s * 40, 604),
        ]
        parts.append(path(curve(hole, True), "#0d060b"))
    parts.append(
        path(
            "M512 622L512 660",
            stroke="#4a231c",
            stroke_width=6,
            stroke_linecap="round",
            opacity=0.75,
        )
    )
    return parts


def eye(corners: list[Point], sign: int) -> list[str]:
    """Socket, eyeball with its shadow, lid rims."""
    outline = curve(corners, True)
    x, y = np.mean(corners, axis=0)
    name = "eyeL" if sign < 0 else "eyeR"
    lower = curve([corners[i] for i in ((0, 5, 4, 3) if sign < 0 else (3, 4, 5, 0))])
    upper = curve(corners[:4])
    bag = curve([(x - 62, y + 22), (x - 20, y + 42), (x + 26, y + 42), (x + 62, y + 20)])
    return [
        ellipse(x, y - 4, 84, 52, "#150a0d", opacity=0.88, filter="url(#soft12)"),
        path(bag, stroke="#1d0f10", stroke_width=5, opacity=0.6, filter="url(#soft2)"),
        path(outline, "#f6e6b4"),
        f'<clipPath id="{name}"><path d="{outline}"/></clipPath>',
        f'<g clip-path="url(#{name})">',
        ellipse(x - 34, y, 26, 40, "#b4814a", opacity=0.55, filter="url(#soft6)"),
        ellipse(x + 34, y, 26, 40, "#b4814a", opacity=0.55, filter="url(#soft6)"),
        path(upper, stroke="#2a120c", stroke_width=26, opacity=0.6, filter="url(#soft6)"),
        "</g>",
        path(lower, stroke="#6e3a32", stroke_width=5, opacity=0.9, stroke_linecap="round"),
        path(upper, stroke="#100709", stroke_width=10, stroke_linecap="round"),
    ]


def brow(sign: int, rng: np.random.Generator) -> list[str]:
    """Bristling tufts, low at the bridge: gruff, from a good heart."""
    knots = np.array(LEFT_BROW)
    parts = []
    for i in range(150):
        t = i / 149
        where = t * 4
        k = min(int(where), 3)
        x, y = knots[k] + (knots[k + 1] - knots[k]) * (where - k)
        y += rng.uniform(-22, 20)
        x += rng.uniform(-10, 10)
        angle = math.pi + 0.38 - 0.85 * (1 - t) + rng.normal(0, 0.22)
        angle = angle + 0.55 * t
        length = rng.uniform(40, 66) * (0.8 + 0.5 * math.sin(math.pi * min(t + 0.15, 1)))
        tone = to_hex(ramp(BROW, 0.75 - (y - 350) / 110 + rng.normal(0, 0.16) - 0.1 * sign))
        root = (x, y)
        if sign > 0:
            root, angle = (2 * CENTRE - x, y), math.pi - angle
        parts.append(tuft(root, angle, length, 15, rng.normal(0, 0.16), tone))
    return parts


def lips() -> list[str]:
    upper = curve(UPPER_EDGE) + "L" + curve(MEETING[::-1])[1:] + "Z"
    lower = curve(LOWER_EDGE) + "L" + curve(MEETING[::-1])[1:] + "Z"
    shine = curve([(430, 722), (470, 728), (512, 729), (548, 728)])
    return [
        path(
            curve([(400, 752), (460, 770), (512, 774), (564, 770), (624, 752)]),
            stroke="#5a3222",
            stroke_width=20,
            opacity=0.5,
            filter="url(#soft6)",
        ),
        path(lower, "url(#lower)"),
        path(upper, "url(#upper)"),
        path(
            shine,
            stroke="#f0b7a4",
            stroke_width=9,
            stroke_linecap="round",
            opacity=0.6,
            filter="url(#soft4)",
        ),
        path(
            curve([(420, 686), (474, 670), (500, 672)]),
            stroke="#c98479",
            stroke_width=4,
            opacity=0.5,
            stroke_linecap="round",
            filter="url(#soft2)",
        ),
        path(curve(UPPER_EDGE), stroke="#2b1016", stroke_width=2.5, opacity=0.5),
        path(
            curve([UPPER_EDGE[0], *MEETING, UPPER_EDGE[-1]]),
            stroke="#1d070c",
            stroke_width=5,
            stroke_linecap="round",
        ),
        path(
            curve([(340, 700), (350, 722), (364, 734)]),
            stroke="#3d1d18",
            stroke_width=6,
            opacity=0.6,
            stroke_linecap="round",
            filter="url(#soft2)",
        ),
        path(
            curve(mirrored([(340, 700), (350, 722), (364, 734)])),
            stroke="#3d1d18",
            stroke_width=6,
            opacity=0.6,
            stroke_linecap="round",
            filter="url(#soft2)",
        ),
    ]


def bridge() -> list[str]:
    """The lit back of the nose and the frown between the brows."""
    return [
        path(
            curve([(500, 440), (494, 490), (488, 540)]),
            stroke="#f3c583",
            stroke_width=22,
            opacity=0.35,
            filter="url(#soft12)",
        ),
        path(
            curve([(484, 402), (492, 428), (488, 450)]),
            stroke="#1c0e0d",
            stroke_width=7,
            opacity=0.7,
            stroke_linecap="round",
            filter="url(#soft2)",
        ),
        path(
            curve([(540, 402), (532, 428), (536, 450)]),
            stroke="#1c0e0d",
            stroke_width=7,
            opacity=0.7,
            stroke_linecap="round",
            filter="url(#soft2)",
        ),
    ]


def pupils() -> str:
    """Amber irises and what they mirror."""
    parts = []
    for x in (400, 624):
        y = 459
        parts += [
            ellipse(x, y, 27, 28, "#3a1606"),
            ellipse(x, y, 25, 26, "url(#iris)"),
            ellipse(x, y, 11, 14, "#0b0405"),
            ellipse(x - 9, y - 10, 7, 6, "#fffdf2"),
            ellipse(x + 9, y + 11, 4, 3.4, "#ffe9b0", opacity=0.8),
        ]
    return group("pupils", parts)


def eyelids() -> str:
    """Closed lids: skin with a crease, and the lashes along the lower rim."""
    parts = []
    for corners, sign in ((LEFT_EYE, -1), (RIGHT_EYE, 1)):
        x, y = np.mean(corners, axis=0)
        seam = [corners[i] for i in (0, 5, 4, 3)]
        top = [(px, py - 34) for px, py in corners[1:3]]
        skin = curve([corners[0], *top, corners[3]]) + "L" + curve(seam[::-1])[1:] + "Z"
        name = "lidL" if sign < 0 else "lidR"
        parts += [
            f'<clipPath id="{name}"><path d="{skin}"/></clipPath>',
            f'<g clip-path="url(#{name})">',
            f'<rect x="{x - 90:.0f}" y="{y - 90:.0f}" width="180" height="160" fill="url(#lid)"/>',
            ellipse(x - 8, y + 2, 40, 13, "#c98a58", opacity=0.7, filter="url(#soft6)"),
            path(
                curve([(x - 56, y - 4), (x - 22, y - 27), (x + 22, y - 27), (x + 56, y - 4)]),
                stroke="#1a0b0b",
                stroke_width=5,
                opacity=0.55,
                filter="url(#soft2)",
            ),
        ]
        for i in range(-4, 5):  # fine wrinkles towards the lashes
            px = x + i * 11
            parts.append(
                path(
                    f"M{px} {y + 4 - abs(i)}Q{px + i * 0.8} {y + 12 - abs(i)} "
                    f"{px + i * 1.6} {y + 22 - 2 * abs(i)}",
                    stroke="#3a1c14",
                    stroke_width=2,
                    opacity=0.4,
                    stroke_linecap="round",
                )
            )
        parts += [
            "</g>",
            path(curve(seam), stroke="#100709", stroke_width=9, stroke_linecap="round"),
        ]
    return group("eyelids", parts)
