"""The sailor's face: skin in hatching, wrinkles of wind and laughter, eyes, nose, lips, ears."""

import numpy as np
from brush import Point, curve, ellipse, group, path, ribbon
from form import patch, skin_tone, skin_way, slant
from graphite import LEAD, PAPER, hairs, hatch, line, strokes
from shape import JAW, LEFT_BROW, LEFT_EYE, LOWER_EDGE, MEETING, RIGHT_BROW, RIGHT_EYE, UPPER_EDGE

EARS: list[list[Point]] = [
    [(326, 476), (302, 462), (286, 486), (292, 530), (304, 572), (322, 584)],
    [(698, 474), (724, 458), (740, 484), (734, 530), (722, 572), (702, 584)],
]
WRINKLES: list[tuple[list[Point], float]] = [
    ([(380, 478), (362, 474), (346, 462)], 2.6),
    ([(378, 486), (358, 490), (340, 488)], 2.6),
    ([(380, 494), (364, 506), (348, 514)], 2.4),
    ([(644, 478), (662, 472), (678, 460)], 2.6),
    ([(646, 486), (666, 488), (684, 486)], 2.8),
    ([(644, 494), (660, 506), (676, 514)], 2.4),
    ([(394, 512), (424, 524), (456, 514), (472, 498)], 3.0),
    ([(402, 526), (430, 536), (458, 528)], 2.0),
    ([(552, 500), (570, 516), (602, 524), (632, 512)], 3.2),
    ([(568, 530), (596, 536), (624, 526)], 2.0),
    ([(456, 590), (432, 612), (414, 644), (410, 664)], 4.0),
    ([(568, 588), (592, 610), (610, 642), (614, 664)], 4.6),
    ([(372, 588), (384, 620), (386, 652)], 2.2),
    ([(652, 586), (642, 620), (638, 652)], 2.4),
    ([(496, 412), (492, 430), (498, 448)], 3.4),
    ([(526, 410), (532, 428), (526, 448)], 3.4),
    ([(398, 398), (452, 390), (508, 396), (570, 388), (626, 396)], 2.4),
]


def _eye(rng: np.random.Generator, corners: list[Point]) -> list[str]:
    ball = curve(corners, True)
    x, y = np.mean(corners, axis=0)
    fold = [(px, py - 10) for px, py in corners[:4]]
    shade, box = patch([(x, y - 16, 44, 9, 0.6)]), (x - 40, y - 16, x + 40, y + 4)
    return [
        path(ball, "#fbf6ea"),
        *hatch(rng, box, shade, slant(1.4), 6, 11, 1.1),
        *line(rng, corners[:4], 6.5, 1.0, 2, 0.95, (0.5, 0.4)),
        *line(rng, [corners[i] for i in (0, 5, 4, 3)], 2.8, 0.8, 2, 0.7),
        *line(rng, fold, 2.6, 1.2, 2, 0.7),
    ]  # fmt: skip


def _nose(rng: np.random.Generator) -> list[str]:
    parts = line(rng, [(494, 480), (488, 530), (480, 566), (466, 580)], 2.2, 1.5, 1, 0.4)
    parts += line(rng, [(466, 582), (457, 600), (466, 612), (480, 608)], 4, 1.2, 2, 0.8)
    parts += line(rng, [(558, 580), (568, 598), (560, 613), (542, 609)], 4.6, 1.2, 2, 0.85)
    parts += line(rng, [(484, 612), (498, 622), (514, 626), (530, 621), (542, 611)], 4.4, 1, 2, 0.8)
    for hole in ([(478, 609), (488, 602), (500, 611)], [(524, 611), (536, 601), (546, 609)]):
        parts.append(ribbon(hole, (1, 7, 7, 1), LEAD, opacity=0.9))
    return [*parts, ellipse(498, 584, 11, 8, PAPER, opacity=0.85, filter="url(#soft2)")]


def _lips(rng: np.random.Generator) -> list[str]:
    lower = curve([*LOWER_EDGE, *MEETING[::-1]], True)
    tone = patch([(512, 684, 60, 8, 0.55), (548, 692, 26, 12, 0.4)])
    return [
        path(lower, "#ddd2c0", opacity=0.8),
        *hatch(rng, (462, 680, 564, 706), tone, slant(1.35), 6, 13, 1.2),
        *line(rng, [MEETING[0], *MEETING[1:4], MEETING[4]], 5, 0.5, 1, 0.95, (0.6, 0.6)),
        *line(rng, LOWER_EDGE[1:6], 2.2, 0.6, 1, 0.45),
        *line(rng, UPPER_EDGE[1:6], 1.8, 0.5, 1, 0.3),
    ]


def _brow(rng: np.random.Generator, row: list[Point], sign: int) -> list[str]:
    pale = hairs(rng, row, 15, 70, 30, 3.4, (0.7, 1.0), 0.5 * sign, "#fffaf0")
    dark = hairs(rng, row, 16, 110, 30, 1.3, (0.35, 0.85), 0.5 * sign)
    return [*pale, *dark]


def face(rng: np.random.Generator) -> list[str]:
    """Skull, ears and all that is on the skin; what covers it comes later."""
    top: list[Point] = [(704, 380), (660, 300), (512, 270), (364, 300), (320, 380)]
    parts = []
    for ear, dark in zip(EARS, (0.3, 0.7), strict=True):
        x, y = np.mean(ear, axis=0)
        parts.append(path(curve(ear, True), PAPER))
        tone = patch([(x + 6, y, 22, 50, dark)])
        parts += hatch(rng, (x - 24, y - 52, x + 24, y + 52), tone, slant(2.0), 8, 20, 1.3)
        parts += line(rng, ear, 4.4, 1.6, 2, 0.8)
        parts += line(rng, [(x - 6, y - 34), (x + 6, y - 10), (x - 4, y + 22)], 3, 1.5, 2, 0.6)
    parts.append(path(curve([*JAW, *top], True), PAPER))
    parts += hatch(rng, (322, 340, 704, 720), skin_tone, skin_way, 10, 32, 1.5)
    for row, width in WRINKLES:
        parts += line(rng, row, width, 1.2, 2, 0.62, (0.1, 0.1))
    parts += line(rng, JAW[:5], 4, 2, 2, 0.6) + line(rng, JAW[12:], 5, 2, 2, 0.75)
    parts += [*_eye(rng, LEFT_EYE), *_eye(rng, RIGHT_EYE), *_nose(rng), *_lips(rng)]
    return parts + _brow(rng, LEFT_BROW, -1) + _brow(rng, RIGHT_BROW, -1)


def pupils(rng: np.random.Generator) -> str:
    """Pale eyes that look at whoever listens, each with a light of paper."""
    parts = []
    for x, y in ((428, 477), (598, 477)):
        parts.append(ellipse(x, y, 16.5, 16.5, "#8d867d", stroke=LEAD, stroke_width=3))
        turn = rng.uniform(0, 2 * np.pi, 46)
        r = rng.uniform(8, 13, 46)
        rows = np.column_stack(
            [x + np.cos(turn) * r, y + np.sin(turn) * r, np.cos(turn) * 8, np.sin(turn) * 8,
             np.zeros(46), np.full(46, 0.9)]
        )  # fmt: skip
        parts += strokes(rows, LEAD, rng.uniform(0.4, 0.9, 46))
        parts += [
path(f"M{x - 17} {y - 15}H{x + 17}V{y - 6}Q{x} {y - 9} {x - 17} {y - 6}Z", LEAD, opacity=0.45),
            ellipse(x, y, 6.5, 7, "#1d1a19"),
            ellipse(x - 5, y - 6, 4, 3.6, "#fffdf6"),
        ]  # fmt: skip
    clips = "".join(f'<path d="{curve(eye, True)}"/>' for eye in (LEFT_EYE, RIGHT_EYE))
    seen = f'<clipPath id="eyes">{clips}</clipPath><g clip-path="url(#eyes)">'
    return group("pupils", [seen, *parts, "</g>"])


def eyelids(rng: np.random.Generator) -> str:
    """Shut lids: paper, a few hatches around the ball, lashes on the lower rim."""
    parts = []
    for corners in (LEFT_EYE, RIGHT_EYE):
        x, y = np.mean(corners, axis=0)
        seam = [corners[i] for i in (0, 5, 4, 3)]
        top = [corners[0], (corners[1][0] - 4, y - 40), (corners[2][0] + 4, y - 40), corners[3]]
        skin = curve([*top, *seam[2:0:-1]], True)
        dark = 0.3 if x < 512 else 0.75  # the lamp stands on the left
        tone = patch([(x, y - 24, 50, 18, 0.3 + dark / 2), (x + 20, y - 4, 34, 20, dark)])
        parts += [
            path(skin, PAPER, stroke=PAPER, stroke_width=6),
            *hatch(rng, (x - 42, y - 32, x + 42, y + 8), tone, slant(1.75), 7, 18, 1.2),
            *line(rng, seam, 5.5, 0.6, 2, 0.95, (0.5, 0.4)),
        ]
    return group("eyelids", parts)
