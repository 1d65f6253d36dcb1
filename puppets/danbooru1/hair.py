"""Her hair: locks with a lit and a shaded side, ink at their edges and a ring of shine."""

import numpy as np
from brush import Point, band_outline, curve, normals, path, ribbon, sample_curve

INK = "#1b1742"
CROWN = (484.0, 146.0)
BANGS: list[tuple[list[Point], float]] = [
    ([CROWN, (640, 190), (704, 300), (716, 420), (690, 552)], 84),
    ([CROWN, (386, 196), (330, 300), (312, 420), (336, 560)], 80),
    ([CROWN, (604, 206), (664, 310), (682, 392), (662, 474)], 82),
    ([CROWN, (408, 216), (360, 316), (342, 400), (352, 478)], 64),
    ([CROWN, (434, 224), (398, 320), (386, 390), (410, 450)], 86),
    ([CROWN, (532, 224), (566, 320), (580, 400), (566, 476)], 58),
    ([CROWN, (566, 216), (612, 310), (630, 384), (606, 450)], 88),
    ([CROWN, (452, 230), (428, 330), (428, 400), (448, 456)], 50),
    ([CROWN, (504, 240), (514, 340), (512, 420), (542, 512)], 66),
    ([CROWN, (470, 240), (456, 340), (462, 440), (508, 566)], 68),
]
SIDES: list[tuple[list[Point], float]] = [
    ([(318, 300), (276, 440), (262, 600), (286, 740), (236, 872)], 66),
    ([(706, 300), (750, 440), (764, 590), (744, 720), (802, 846)], 66),
    ([(326, 320), (300, 470), (300, 640), (326, 790), (300, 944)], 60),
    ([(698, 320), (724, 470), (728, 640), (706, 770), (742, 916)], 58),
    ([(318, 330), (304, 450), (318, 560), (300, 680), (318, 780)], 26),
    ([(706, 330), (722, 450), (704, 560), (724, 670), (700, 760)], 24),
]
CAP: list[Point] = [
    (512, 92), (420, 102), (340, 148), (290, 230), (270, 330), (266, 450), (276, 580),
    (300, 660), (512, 690), (724, 660), (748, 580), (758, 450), (752, 330), (730, 226),
    (680, 146), (604, 102),
]  # fmt: skip


def _profile(width: float, t: np.ndarray, root: float = 0.3) -> np.ndarray:
    """Half widths of a lock: narrow at the root, full in the middle, a point at the tip."""
    swell = root + (1 - root) * np.minimum(t / 0.45, 1) ** 0.8
    return np.asarray(width / 2 * swell * (1 - np.clip((t - 0.45) / 0.55, 0, 1) ** 1.9))


def outline(spine: list[Point], width: float, root: float = 0.3) -> str:
    """Path data of a lock's silhouette."""
    line = sample_curve(spine, 8)
    half = _profile(width, np.linspace(0, 1, len(line)), root)
    return band_outline(line, -half, half)


def lock(
    spine: list[Point],
    width: float,
    fill: str = "url(#hair)",
    shade: str = "url(#hairDark)",
    shine: float | None = None,
    root: float = 0.3,
) -> list[str]:
    """One lock: flat colour, the side away from the light, a glint at `shine` of its way, ink."""
    line = sample_curve(spine, 9)
    t = np.linspace(0, 1, len(line))
    half = _profile(width, t, root)
    # Light comes from the upper left: the offset that leads right or down lies in shadow.
    way = np.gradient(line, axis=0)
    dark = np.where(-way[:, 1] * 0.8 + way[:, 0] * 0.6 > 0, 1.0, -1.0)
    side = 1.0 if dark.mean() > 0 else -1.0
    wave = 0.22 + 0.2 * np.sin(t * 7 + spine[-1][0])
    parts = [
        path(band_outline(line, -half, half), fill),
        path(band_outline(line, side * half * wave, side * half), shade),
    ]
    if shine is not None:
        dim = float(np.clip(1.15 - (line[:, 0].mean() - 300) / 700, 0.45, 1))
        for middle, size, length, shift, colour, opacity in (
            (-0.15, 0.85, 0.16, 0.0, "#6f74e0", 0.75),
            (-0.5, 0.3, 0.12, -0.02, "#eef0ff", 0.95),
            (-0.02, 0.22, 0.075, 0.01, "#eef0ff", 0.9),
            (0.38, 0.13, 0.05, 0.025, "#c3c8ff", 0.85),
        ):
            near = np.clip(1 - np.abs(t - shine - shift) / length, 0, 1)
            reach, centre = half * near * size, half * middle
            glint = band_outline(line, centre - reach, centre + reach)
            parts.append(path(glint, colour, opacity=round(opacity * dim, 2)))
        for offset in (-0.6, 0.3):  # single hairs that catch the light
            thin = line + normals(line) * (half * offset)[:, None]
            rows = [(float(x), float(y)) for x, y in thin[len(thin) // 5 :: 5]]
            parts.append(ribbon(rows, (0.4, 2, 0.4), "#7276dc", opacity=0.7))
    for offset, weight in ((-1.0, 3.4), (1.0, 4.6), (0.12, 2.0)):
        edge = line + normals(line) * (side * half * offset)[:, None]
        start = 1 if abs(offset) == 1 else len(edge) // 4
        rows = [(float(x), float(y)) for x, y in edge[start::5]]
        parts.append(ribbon([*rows, tuple(line[-1])], (0.6, weight, weight * 0.8, 0.5), INK))
    return parts


def back() -> list[str]:
    """Long hair behind the shoulders: it stays with the body."""
    parts = [
        path(
            curve(
                [(300, 300), (258, 480), (236, 680), (226, 860), (220, 1040), (420, 1060),
                 (620, 1060), (800, 1040), (790, 860), (788, 680), (766, 480), (724, 300)],
                True,
            ),
            "url(#hairBack)",
        )
    ]  # fmt: skip
    tails: list[tuple[list[Point], float]] = [
        ([(286, 420), (230, 600), (196, 760), (208, 900), (130, 1000)], 100),
        ([(738, 420), (796, 600), (832, 760), (822, 880), (904, 980)], 100),
        ([(292, 440), (258, 620), (228, 800), (236, 940), (196, 1060)], 92),
        ([(732, 440), (768, 620), (800, 800), (800, 920), (858, 1050)], 92),
        ([(310, 480), (296, 660), (280, 840), (300, 1060)], 84),
        ([(714, 480), (728, 660), (750, 840), (736, 1060)], 84),
    ]
    for spine, width in tails:
        parts += lock(spine, width, "url(#hairBack)", "#221d55", root=0.7)
    return parts


def cap() -> list[str]:
    """All hair of the head behind the face."""
    parts = [path(curve(CAP, True), "url(#hairDark)")]
    crown: list[tuple[list[Point], float]] = [
        ([(470, 112), (366, 140), (292, 250), (256, 400), (240, 560), (214, 700), (158, 800)], 84),
        ([(540, 110), (660, 138), (734, 250), (770, 400), (780, 550), (808, 680), (880, 760)], 84),
        ([(480, 106), (388, 128), (318, 210), (276, 350), (274, 520), (258, 690), (222, 786)], 92),
        ([(530, 106), (640, 126), (706, 210), (750, 350), (750, 520), (772, 680), (800, 800)], 92),
        ([(300, 230), (254, 320), (240, 440), (206, 540)], 26),
        ([(724, 220), (772, 300), (784, 380), (816, 440)], 22),
    ]
    for spine, width in crown:
        parts += lock(spine, width, shine=0.4 if width > 50 else None)
    return parts


def crest() -> list[str]:
    """The crown in front: where all bangs spring from, and a few hairs that have their own will."""
    dome = curve(
        [(300, 300), (322, 196), (392, 124), (500, 98), (612, 120), (694, 190), (724, 300),
         (640, 344), (512, 352), (384, 344)],
        True,
    )  # fmt: skip
    parts = [path(dome, "url(#hair)")]
    for spine, width in BANGS:
        line = sample_curve(spine, 8)
        arc = 286 + (line[:, 0] - CROWN[0]) ** 2 * 0.0011
        t = float(np.argmax(line[:, 1] > arc)) / (len(line) - 1)
        parts += lock(spine, width, shine=t, root=0.42)
    parts += lock([(488, 150), (478, 104), (498, 70), (540, 58), (574, 74)], 17, root=0.6)
    parts += lock([(496, 150), (516, 112), (548, 98), (580, 104)], 10, root=0.6)
    for points in (
        [(330, 300), (292, 420), (286, 520), (298, 600)],
        [(700, 300), (736, 420), (742, 520), (728, 610)],
        [(560, 120), (664, 150), (740, 220), (790, 300)],
    ):
        parts.append(ribbon(points, (0.5, 4, 2.5, 0.4), INK))
    return parts


def sides() -> list[str]:
    """Long locks before the ears and the shoulders."""
    parts = []
    for spine, width in SIDES:
        parts += lock(spine, width, shine=0.4 if width > 50 else None, root=0.6)
    return parts
