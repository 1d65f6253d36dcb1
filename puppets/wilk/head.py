"""Wilk's head: fur, muzzle, nose, eyes, brows and the closed lips."""

import math

import numpy as np
from body import FUR
from brush import Point, ellipse, fur, group, hexed, path, ramp, scatter, smooth, tuft
from horns import ears, horns
from shape import CENTRE, LEFT_BROW, LEFT_EYE, LOWER_EDGE, MEETING, RIGHT_EYE, UPPER_EDGE, mirrored

CREAM = ["#5a3222", "#97603a", "#c99560", "#ecc792", "#fbe7c2"]
BROW = ["#0f0a0e", "#241619", "#432620", "#6b3d25"]


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
    places = scatter(rng, (190, 200, 834, 900), 16)
    edge = ((places[:, 0] - CENTRE) / 292) ** 2 + ((places[:, 1] - 545) / 318) ** 2
    places = places[edge < 1]
    far = np.hypot(places[:, 0] - CENTRE, (places[:, 1] - 470) * 0.9)
    places = places[np.argsort(-far)]
    base = ellipse(CENTRE, 545, 296, 322, "#2a1713")
    coarse = fur(places, rng, _outward, _light, FUR, 66, 19, _rim)
    near = scatter(rng, (380, 300, 644, 600), 9)  # short fur where it all starts: brow to nose
    near = near[np.abs(near[:, 0] - CENTRE) < 40 + 0.5 * np.abs(near[:, 1] - 440)]
    near = near[np.argsort(-np.hypot(near[:, 0] - CENTRE, (near[:, 1] - 545)))]

    def parted(x: float, y: float) -> float:
        return -math.pi / 2 + (x - CENTRE) / 75 * (1.0 if y > 420 else 0.7)

    return [base, *coarse, *fur(near, rng, parted, _light, FUR, 34, 10)]


def _crown(rng: np.random.Generator) -> list[str]:
    """A wild forelock between the horns."""
    parts = []
    for i in range(120):
        t = i / 119
        x = CENTRE + rng.normal(0, 62)
        y = 216 + 96 * t + abs(x - CENTRE) * 0.18
        lean = (x - CENTRE) / 95
        angle = -math.pi / 2 + lean
        tone = hexed(ramp(FUR[1:], _light(x, 330) + rng.normal(0, 0.09)))
        parts.append(tuft((x, y), angle, rng.uniform(58, 104), 20, rng.normal(0, 0.2), tone))
    fringe = scatter(rng, (400, 262, 624, 372), 13)  # hides the roots of the forelock
    fringe = fringe[np.argsort(fringe[:, 1])]

    def up(x: float, y: float) -> float:
        return -math.pi / 2 + (x - CENTRE) / 110

    return [*parts, *fur(fringe, rng, up, lambda x, y: _light(x, y) - 0.04, FUR, 56, 17)]


def _beard(rng: np.random.Generator) -> list[str]:
    places = scatter(rng, (300, 742, 724, 850), 13)
    edge = ((places[:, 0] - CENTRE) / 214) ** 2 + ((places[:, 1] - 740) / 110) ** 2
    places = places[edge < 1]
    places = places[np.argsort(-places[:, 1])]

    def flow(x: float, y: float) -> float:
        return math.pi / 2 - (x - CENTRE) / 330

    def light(x: float, y: float) -> float:
        return 0.42 + 0.0042 * (y - 742) - 0.0011 * (x - CENTRE)

    return fur(places, rng, flow, light, CREAM, 92, 17)


def _muzzle(rng: np.random.Generator) -> list[str]:
    """Pale, short fur around nose and mouth; it keeps clear of the lips."""
    soft = path(
        smooth([(330, 660), (400, 590), (512, 560), (624, 590), (694, 660), (690, 760), (600, 800), (512, 806), (424, 800), (334, 760)], True),
        "#c08a55", filter="url(#soft12)",
    )
    places = scatter(rng, (310, 560, 714, 820), 10)
    x, y = places[:, 0] - CENTRE, places[:, 1]
    inside = (np.abs(x) / 208) ** 2.4 + ((y - 692) / 132) ** 2 < 1
    lip = (np.abs(x) < 172) & (y > 716 - 66 * (1 - (x / 172) ** 2)) & (y < 716 + 44 * (1 - (x / 172) ** 2).clip(0) ** 0.7)
    places = places[inside & ~lip]
    far = np.hypot(places[:, 0] - CENTRE, (places[:, 1] - 690) * 1.25)
    places = places[np.argsort(-far)]

    def flow(x: float, y: float) -> float:
        side = (x - CENTRE) / 170
        return math.pi / 2 - side * (1.25 if y < 720 else 0.8)

    def light(x: float, y: float) -> float:
        return 0.80 - 0.0013 * (x - CENTRE) - 0.0021 * (y - 640) - 0.25 * (abs(x - CENTRE) / 208) ** 4

    return [soft, *fur(places, rng, flow, light, CREAM, 30, 9)]


def _nose(rng: np.random.Generator) -> list[str]:
    half: list[Point] = [(512, 528), (466, 534), (428, 566), (430, 602), (458, 618), (488, 610)]
    outline = smooth([*half, (512, 622), *mirrored(half[1:])], True)
    parts = [
        ellipse(512, 622, 92, 26, "#3a1d16", opacity=0.55, filter="url(#soft12)"),
        path(outline, "url(#nose)"),
        '<clipPath id="noseclip"><path d="' + outline + '"/></clipPath>',
    ]
    pores = []
    for _ in range(170):
        x, y = rng.normal(512, 46), rng.uniform(536, 606)
        pores.append(ellipse(x, y, rng.uniform(1.4, 3.2), rng.uniform(1, 2), "#150b12", opacity=0.35))
    pores.append(ellipse(482, 549, 44, 13, "#f2c7b6", opacity=0.62, filter="url(#soft6)", transform="rotate(-10 482 549)"))
    pores.append(ellipse(472, 547, 15, 5, "#fff6ec", opacity=0.85, filter="url(#soft2)", transform="rotate(-14 472 547)"))
    pores.append(path("M512 560C510 580 510 600 512 622", stroke="#120810", stroke_width=4, opacity=0.6))
    pores.append(path("M588 560C600 575 600 596 588 610", stroke="#9ad4e2", stroke_width=5, opacity=0.45, filter="url(#soft2)"))
    parts.append('<g clip-path="url(#noseclip)">' + "".join(pores) + "</g>")
    for s in (-1, 1):
        hole = [(512 + s * 20, 596), (512 + s * 40, 578), (512 + s * 66, 584), (512 + s * 62, 600), (512 + s * 40, 604)]
        parts.append(path(smooth(hole, True), "#0d060b"))
    parts.append(path("M512 622L512 660", stroke="#4a231c", stroke_width=6, stroke_linecap="round", opacity=0.75))
    return parts


def _eye(eye: list[Point], sign: int) -> list[str]:
    """Socket, eyeball with its shadow, lid rims."""
    outline = smooth(eye, True)
    x, y = np.mean(eye, axis=0)
    name = "eyeL" if sign < 0 else "eyeR"
    lower = smooth([eye[i] for i in ((0, 5, 4, 3) if sign < 0 else (3, 4, 5, 0))])
    upper = smooth(eye[:4])
    bag = smooth([(x - 62, y + 22), (x - 20, y + 42), (x + 26, y + 42), (x + 62, y + 20)])
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


def _brow(sign: int, rng: np.random.Generator) -> list[str]:
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
        tone = hexed(ramp(BROW, 0.75 - (y - 350) / 110 + rng.normal(0, 0.16) - 0.1 * sign))
        root = (x, y)
        if sign > 0:
            root, angle = (2 * CENTRE - x, y), math.pi - angle
        parts.append(tuft(root, angle, length, 15, rng.normal(0, 0.16), tone))
    return parts


def _lips() -> list[str]:
    upper = smooth(UPPER_EDGE) + "L" + smooth(MEETING[::-1])[1:] + "Z"
    lower = smooth(LOWER_EDGE) + "L" + smooth(MEETING[::-1])[1:] + "Z"
    shine = smooth([(430, 722), (470, 728), (512, 729), (548, 728)])
    return [
        path(smooth([(400, 752), (460, 770), (512, 774), (564, 770), (624, 752)]), stroke="#5a3222", stroke_width=20, opacity=0.5, filter="url(#soft6)"),
        path(lower, "url(#lower)"),
        path(upper, "url(#upper)"),
        path(shine, stroke="#f0b7a4", stroke_width=9, stroke_linecap="round", opacity=0.6, filter="url(#soft4)"),
        path(smooth([(420, 686), (474, 670), (500, 672)]), stroke="#c98479", stroke_width=4, opacity=0.5, stroke_linecap="round", filter="url(#soft2)"),
        path(smooth(UPPER_EDGE), stroke="#2b1016", stroke_width=2.5, opacity=0.5),
        path(smooth([UPPER_EDGE[0], *MEETING, UPPER_EDGE[-1]]), stroke="#1d070c", stroke_width=5, stroke_linecap="round"),
        path(smooth([(340, 700), (350, 722), (364, 734)]), stroke="#3d1d18", stroke_width=6, opacity=0.6, stroke_linecap="round", filter="url(#soft2)"),
        path(smooth(mirrored([(340, 700), (350, 722), (364, 734)])), stroke="#3d1d18", stroke_width=6, opacity=0.6, stroke_linecap="round", filter="url(#soft2)"),
    ]


def _bridge() -> list[str]:
    """The lit back of the nose and the frown between the brows."""
    return [
        path(smooth([(500, 440), (494, 490), (488, 540)]), stroke="#f3c583", stroke_width=22, opacity=0.35, filter="url(#soft12)"),
        path(smooth([(484, 402), (492, 428), (488, 450)]), stroke="#1c0e0d", stroke_width=7, opacity=0.7, stroke_linecap="round", filter="url(#soft2)"),
        path(smooth([(540, 402), (532, 428), (536, 450)]), stroke="#1c0e0d", stroke_width=7, opacity=0.7, stroke_linecap="round", filter="url(#soft2)"),
    ]


def head(rng: np.random.Generator) -> str:
    """The head's group, mouth closed."""
    return group(
        "head",
        [
            *ears(rng), *horns(rng), *_pelt(rng), *_crown(rng), *_beard(rng), *_muzzle(rng),
            *_bridge(), *_eye(LEFT_EYE, -1), *_eye(RIGHT_EYE, 1), *_nose(rng), *_lips(),
            *_brow(-1, rng), *_brow(1, rng),
        ],
    )


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
    for eye, sign in ((LEFT_EYE, -1), (RIGHT_EYE, 1)):
        x, y = np.mean(eye, axis=0)
        seam = [eye[i] for i in ((0, 5, 4, 3) if sign < 0 else (0, 5, 4, 3))]
        top = [(px, py - 34) for px, py in eye[1:3]]
        skin = smooth([eye[0], *top, eye[3]]) + "L" + smooth(seam[::-1])[1:] + "Z"
        name = "lidL" if sign < 0 else "lidR"
        parts += [
            f'<clipPath id="{name}"><path d="{skin}"/></clipPath>',
            f'<g clip-path="url(#{name})">',
            f'<rect x="{x - 90:.0f}" y="{y - 90:.0f}" width="180" height="160" fill="url(#lid)"/>',
            ellipse(x - 8, y + 2, 40, 13, "#c98a58", opacity=0.7, filter="url(#soft6)"),
            path(smooth([(x - 56, y - 4), (x - 22, y - 27), (x + 22, y - 27), (x + 56, y - 4)]),
                 stroke="#1a0b0b", stroke_width=5, opacity=0.55, filter="url(#soft2)"),
        ]
        for i in range(-4, 5):  # fine wrinkles towards the lashes
            px = x + i * 11
            parts.append(path(f"M{px} {y + 4 - abs(i)}Q{px + i * 0.8} {y + 12 - abs(i)} {px + i * 1.6} {y + 22 - 2 * abs(i)}",
                              stroke="#3a1c14", stroke_width=2, opacity=0.4, stroke_linecap="round"))
        parts += [
            "</g>",
            path(smooth(seam), stroke="#100709", stroke_width=9, stroke_linecap="round"),
        ]
    return group("eyelids", parts)
