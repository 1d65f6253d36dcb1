"""Roy's nose and lips, and the creases of a long life."""

from brush import Point, curve, ellipse, path, ribbon
from shape import LOWER_EDGE, MEETING, UPPER_EDGE

INK = "#3a1c1a"


def nose() -> list[str]:
    return [
        path(
            curve([(516, 614), (590, 612), (610, 572), (592, 540), (578, 586), (532, 606)], True),
            "#7a2f35",
            opacity=0.7,
            filter="url(#soft2)",
        ),
        ellipse(517, 628, 88, 13, "#5c2430", opacity=0.5, filter="url(#soft6)"),
        path(
            curve([(470, 600), (486, 588), (502, 594), (498, 606), (482, 608)], True),
            "#36131c",
        ),
        path(
            curve([(532, 594), (550, 587), (566, 598), (552, 608), (536, 606)], True),
            "#2a0f18",
        ),
        ribbon([(430, 556), (420, 588), (438, 612), (470, 608)], [1, 8, 9, 2], INK),
        ribbon([(604, 552), (614, 584), (596, 612), (564, 608)], [2, 10, 9, 2], INK),
        ribbon([(486, 608), (516, 621), (550, 609)], [2, 7, 2], INK),
        ribbon(
            [(552, 452), (560, 500), (584, 534), (604, 556)], [1, 5, 4, 2], "#6b2c32", opacity=0.75
        ),
        ribbon(
            [(458, 540), (478, 520), (502, 522)],
            [2, 15, 3],
            "#ffe9d2",
            opacity=0.85,
            filter="url(#soft2)",
        ),
        ellipse(480, 530, 13, 8, "#ffffff", opacity=0.95, transform="rotate(-24 480 530)"),
        ribbon(
            [(505, 430), (503, 470), (500, 506)],
            [2, 11, 3],
            "#ffe0b8",
            opacity=0.6,
            filter="url(#soft4)",
        ),
        ribbon([(508, 634), (506, 646), (510, 656)], [2, 6, 2], "#7a3136", opacity=0.55),
    ]


def creases() -> list[str]:
    """Laughter, doubt and gravity."""
    dark = {"fill": "#6f2c31", "opacity": 0.8}
    lines: list[tuple[list[Point], list[float]]] = [
        ([(420, 604), (392, 630), (378, 662), (376, 700)], [2, 8, 5, 1]),
        ([(614, 602), (646, 620), (664, 646), (664, 690)], [2, 9, 6, 1]),
        ([(366, 694), (372, 712), (384, 722)], [1, 6, 1]),
        ([(652, 640), (664, 656), (664, 676)], [1, 7, 2]),
        ([(466, 742), (514, 732), (566, 738)], [1, 7, 1]),
        ([(512, 786), (516, 806), (513, 826)], [1, 8, 2]),
        ([(494, 352), (504, 374), (500, 396)], [1, 6, 1]),
        ([(534, 356), (528, 376), (532, 396)], [1, 6, 1]),
    ]
    parts = [ribbon(points, widths, **dark) for points, widths in lines]  # type: ignore[arg-type]
    parts.append(ribbon([(408, 616), (382, 642), (364, 676)], [1, 9, 1], "#ffd9ae", opacity=0.6))
    return parts


def lips() -> list[str]:
    # Above where the lips part: the lower one keeps a clean edge when they do.
    seam = [(x, y - 2) for x, y in MEETING]
    meeting = curve(MEETING[::-1])[1:]
    upper = curve(UPPER_EDGE) + "L" + meeting + "Z"
    lower = curve(LOWER_EDGE) + "L" + meeting + "Z"
    return [
        ellipse(518, 724, 84, 10, "#5c2f38", opacity=0.5, filter="url(#soft4)"),
        path(lower, "url(#lower)"),
        path(upper, "url(#upper)"),
        ribbon(
            [(452, 692), (490, 699), (530, 699)],
            [1, 8, 1],
            "#ffc9b0",
            opacity=0.75,
            filter="url(#soft2)",
        ),
        ribbon([(424, 673), (484, 662), (512, 667)], [1, 4, 1], "#f2b08c", opacity=0.7),
        ribbon([UPPER_EDGE[0], *seam, UPPER_EDGE[-1]], [5, 4, 4, 4, 4, 5], "#3b0f1a"),
        ribbon([(386, 676), (394, 684), (394, 694)], [2, 8, 2], "#5c2430"),
        ribbon([(634, 640), (644, 652), (642, 668)], [2, 9, 2], "#5c2430"),
    ]
