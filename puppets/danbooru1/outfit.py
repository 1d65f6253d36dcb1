"""Neck and school uniform: white blouse, sailor collar, a red scarf."""

from brush import Point, clip_to, curve, group, path, ribbon
from hair import back

LEFT_FLAP: list[Point] = [
    (420, 822), (372, 850), (300, 886), (318, 940), (400, 990), (500, 1012), (512, 980), (452, 900),
]  # fmt: skip
NAVY, LINE = "#26356e", "#1a2048"


def neck() -> list[str]:
    outline = (
        "M466 690L464 806C450 832 410 846 384 858L512 960L640 858C614 846 574 832 560 806L558 690Z"
    )
    shade = "M440 690L470 770C500 800 548 806 566 792L600 850L512 960L660 860L600 690Z"
    parts = [
        path(outline, "#fbdccb"),
        path("M440 680L466 768C496 806 540 812 562 800L600 680Z", "#e09d95"),
        path(shade, "#eeb3a6", opacity=0.75),
        ribbon([(452, 868), (484, 880), (500, 892)], (0.5, 3.4, 0.6), "#c07a78"),
        ribbon([(572, 868), (540, 880), (524, 892)], (0.5, 3.4, 0.6), "#c07a78"),
    ]
    ink = [
        ribbon([(466, 760), (464, 806), (440, 836), (392, 856)], (2, 4.4, 3.6, 1), "#8a4a55"),
        ribbon([(558, 760), (560, 806), (584, 836), (632, 856)], (2, 4.4, 3.6, 1), "#8a4a55"),
    ]
    return [clip_to("neck", outline, parts), *ink]


def blouse() -> list[str]:
    left: list[Point] = [(392, 850), (320, 874), (256, 908), (220, 970), (204, 1050)]
    right: list[Point] = [(632, 850), (704, 874), (768, 908), (804, 970), (820, 1050)]
    outline = curve([*left[::-1], (512, 930), *right])
    folds: list[list[Point]] = [
        [(262, 930), (276, 980), (268, 1040)],
        [(300, 960), (312, 1000), (304, 1040)],
        [(752, 930), (742, 980), (752, 1040)],
        [(716, 956), (706, 1000), (716, 1040)],
    ]
    parts = [
        path(f"{outline}L820 1060L204 1060Z", "#fdfbff"),
        path("M600 880C700 900 770 930 820 1060L560 1060Z", "#cfd3ee"),
        path("M260 940C276 980 290 1000 288 1060L320 1060C310 1010 300 960 260 940Z", "#cfd3ee"),
    ]
    ink = [ribbon(left, (2, 5, 4, 5), LINE), ribbon(right, (2, 5, 5, 6), LINE)]
    return parts + ink + [ribbon(row, (0.5, 4, 1), "#7d84b8") for row in folds]


def collar() -> list[str]:
    """Two broad flaps with white lines, from the nape to the knot."""
    parts = []
    flaps: list[tuple[list[Point], str]] = [
        (LEFT_FLAP, "L"),
        ([(1024 - x, y) for x, y in LEFT_FLAP], "R"),
    ]
    for row, name in flaps:
        sign = -1 if name == "L" else 1
        d = "M" + "L".join(f"{x} {y}" for x, y in row) + "Z"
        lines: list[str] = []
        for inset in (13, 25):
            rim: list[Point] = [
                (300 + inset * 1.3, 880), (318 + inset, 940 - inset * 0.7),
                (402 + inset * 0.4, 990 - inset), (500, 1012 - inset),
            ]  # fmt: skip
            rim = rim if sign < 0 else [(1024 - x, y) for x, y in rim]
            lines.append(
                f'<path d="M{"L".join(f"{x} {y}" for x, y in rim)}" fill="none" stroke="#f4f3ff"'
                ' stroke-width="5" stroke-linejoin="round"/>'
            )
        fill = NAVY if sign < 0 else "#1c2758"
        parts.append(clip_to(f"flap{name}", d, [path(d, fill), *lines]))
        parts.append(path(d, stroke=LINE, stroke_width=4, stroke_linejoin="round"))
    return parts


def scarf() -> list[str]:
    """A soft knot with two ends."""
    ink, red, dark, light = "#6d1230", "#e2405a", "#b4234a", "#ff8a8e"
    shapes: list[tuple[str, str]] = [
        ("M500 980C470 1000 448 1030 440 1060L500 1060C506 1030 510 1000 512 984Z", red),
        ("M524 980C552 998 580 1026 592 1060L530 1060C522 1030 516 1000 512 984Z", dark),
        ("M506 976C470 940 424 930 404 946C396 968 404 1000 424 1008"
            "C456 1004 486 992 506 982Z", red),
        ("M518 976C554 940 600 930 620 946C628 968 620 1000 600 1008"
            "C568 1004 538 992 518 982Z", red),
        ("M518 984C556 990 590 980 622 950C626 974 618 1000 600 1008"
            "C568 1004 538 992 518 982Z", dark),
        ("M506 984C470 990 440 1000 416 1002"
            "C420 1006 422 1008 424 1008C456 1004 486 992 506 982Z", dark),
        ("M492 962C500 954 526 954 534 962C540 974 538 992 530 1000"
            "C518 1006 504 1006 494 1000C486 990 486 974 492 962Z", red),
        ("M522 958C534 960 540 974 536 990C532 1000 522 1004 510 1004"
            "C524 996 528 976 522 958Z", dark),
    ]  # fmt: skip
    parts = []
    for d, fill in shapes:
        edge = {"stroke": ink, "stroke_width": 3.6} if fill == red else {}
        parts.append(path(d, fill, **edge))
    for row in ([(420, 956), (448, 954), (476, 966)], [(498, 966), (506, 962), (514, 964)]):
        parts.append(ribbon(row, (0.5, 7, 0.5), light))
    for row in ([(490, 976), (462, 966), (440, 966)], [(536, 976), (562, 966), (584, 966)]):
        parts.append(ribbon(row, (4, 2.5, 0.4), ink))
    return parts


def body() -> str:
    """The body's group: hair behind, neck, clothes."""
    return group("body", [*back(), *blouse(), *neck(), *collar(), *scarf()])
