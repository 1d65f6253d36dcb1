"""Roy's body: neck, white collar, a spotted bow tie, a mustard cardigan with ribbed edges."""

import numpy as np
from brush import Point, clip_to, curve, ellipse, group, path, ribbon

INK = "#3a1c1a"
COAT: list[Point] = [
    *((40, 1060), (66, 970), (140, 900), (270, 856), (400, 838), (624, 838), (756, 856)),
    *((886, 900), (958, 970), (984, 1060)),
]


def _coat(rng: np.random.Generator) -> list[str]:
    outline = curve(COAT) + "Z"
    inner = [
        path(outline, "url(#wool)"),
        path(
            curve([(640, 820), (900, 880), (1010, 980), (990, 1060), (700, 1060)], True),
            "#8a4d1c",
            opacity=0.75,
        ),
        path(
            curve([(800, 850), (950, 930), (1010, 1060), (900, 1060), (868, 940)], True),
            "#5b2d1d",
            opacity=0.6,
        ),
        path(
            curve([(60, 1000), (120, 920), (250, 876), (300, 884), (190, 930), (110, 1020)], True),
            "#f6d17a",
            opacity=0.55,
            filter="url(#soft12)",
        ),
    ]
    for i in range(46):  # the wool's ribs
        x = 60 + i * 20
        lean = (x - 512) * 0.16
        inner.append(
            path(
                f"M{x - lean:.0f} 840Q{x:.0f} 930 {x + lean * 0.4:.0f} 1040",
                stroke="#6b3a18",
                stroke_width=round(rng.uniform(2, 4), 1),
                opacity=0.22,
            )
        )
    return [clip_to("coat", outline, inner), ribbon(COAT, [6, 9, 4, 8, 5], INK)]


def _collar() -> list[str]:
    parts = [
        path("M340 850L512 900L690 850L730 1060H290Z", "#e9e4da"),
        path("M540 900L690 850L720 1060H512Z", "#a9b0bd"),
        path("M510 930L506 1060", stroke="#8d8f9c", stroke_width=3),
    ]
    for flap, fill in (
        ([(376, 812), (352, 856), (400, 950), (486, 900)], "#fbf6ea"),
        ([(650, 812), (676, 856), (628, 950), (540, 900)], "#c3c7d2"),
    ):
        d = "M" + "L".join(f"{x} {y}" for x, y in flap) + "Z"
        parts += [path(d, fill, stroke=INK, stroke_width=5, stroke_linejoin="round")]
    parts.append(path("M372 858L404 928L440 910Z", "#ffffff", opacity=0.8))
    for sign in (-1, 1):  # the cardigan's ribbed edge
        edge: list[Point] = [
            *((512 + sign * 158, 848), (512 + sign * 150, 930), (512 + sign * 96, 1050)),
        ]
        parts += [
            ribbon(edge, [52, 60, 58], INK),
            ribbon(edge, [44, 51, 49], "#e0a13c" if sign < 0 else "#8f4f1e"),
        ]
        for i in range(9):
            y = 860 + i * 22
            x = float(np.interp(y, [848, 930, 1050], [158, 150, 96]))
            parts.append(
                path(
                    f"M{512 + sign * (x - 22):.0f} {y + 6}L{512 + sign * (x + 22):.0f} {y - 4}",
                    stroke="#6b3a18",
                    stroke_width=4,
                    opacity=0.45,
                )
            )
    return parts


def _bow(rng: np.random.Generator) -> list[str]:
    parts = [ellipse(520, 942, 150, 34, "#3b2a3a", opacity=0.45, filter="url(#soft12)")]
    for sign in (-1, 1):
        wing = [
            (512 + sign * a, b)
            for a, b in ((10, 902), (74, 866), (138, 862), (146, 906), (136, 952), (70, 944))
        ]
        outline = curve(wing, True)
        inner = [path(outline, "#1f7a80" if sign < 0 else "#155a68")]
        inner.append(
            path(
                curve(
                    [
                        (512 + sign * a, b)
                        for a, b in ((20, 914), (80, 926), (150, 926), (140, 970), (60, 960))
                    ],
                    True,
                ),
                "#0d3d4c",
                opacity=0.6,
            )
        )
        for a, b in (
            (52, 888),
            (88, 878),
            (122, 886),
            (66, 918),
            (104, 914),
            (132, 930),
            (86, 940),
        ):
            shift = rng.uniform(-4, 4, 2)
            inner.append(ellipse(512 + sign * a + shift[0], b + shift[1], 8, 7, "#f6e3b4"))
        inner.append(
            path(
                curve([(512 + sign * a, b) for a, b in ((18, 904), (56, 896), (96, 900))]),
                stroke="#08303c",
                stroke_width=6,
                opacity=0.7,
            )
        )
        if sign < 0:
            inner.append(ribbon([(380, 872), (430, 872), (476, 892)], [3, 9, 2], "#7fd0c4"))
        parts.append(clip_to(f"bow{sign}", outline, inner))
        parts.append(ribbon([*wing, wing[0]], [4, 7, 4, 8, 5], INK))
    parts += [
        path(
            curve([(486, 888), (512, 882), (540, 888), (542, 924), (512, 930), (484, 924)], True),
            "#1a6a72",
            stroke=INK,
            stroke_width=5,
        ),
        ribbon([(492, 892), (490, 906), (494, 920)], [3, 8, 3], "#7fd0c4"),
    ]
    return parts


def body(rng: np.random.Generator) -> str:
    """The body's group."""
    sides: list[Point] = [(370, 640), (364, 760), (352, 880), (512, 960)]
    neck = curve([*sides, (676, 880), (660, 760), (652, 640)], True)
    folds = [
        path(neck, "#b2644c"),
        path(curve([(360, 760), (420, 800), (420, 900), (340, 900)], True), "#d88a66"),
        path(curve([(560, 640), (700, 640), (700, 960), (590, 940)], True), "#7c3f3c"),
        path(
            curve([(360, 800), (512, 846), (670, 800), (670, 700), (360, 700)], True),
            "#6f3436",
            opacity=0.85,
            filter="url(#soft12)",
        ),
    ]
    return group("body", [*_coat(rng), clip_to("neck", neck, folds), *_collar(), *_bow(rng)])
