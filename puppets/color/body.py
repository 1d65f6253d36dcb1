"""Color's body: hair behind the neck, the neck in two lights, a coat thrown on with the brush."""

import numpy as np
from brush import Point, clip_to, curve, group, path, ribbon
from hair import strands
from shape import INK, mirrored
from splash import blot, drip, spatter

NECK: list[Point] = [(430, 660), (428, 760), (414, 836), (330, 880), (512, 1000)]
SLOPE: list[Point] = [(20, 1060), (70, 968), (180, 906), (320, 872), (420, 850)]


def _coat(rng: np.random.Generator) -> list[str]:
    outline = curve([*SLOPE, (512, 985), *mirrored(SLOPE)]) + "Z"
    inner = [path(outline, "#2a1a8f")]
    sweeps: list[tuple[list[Point], float, str]] = [
        ([(40, 1050), (130, 940), (300, 884), (430, 870)], 74, "#ff2f87"),
        ([(60, 1080), (180, 980), (330, 930), (440, 940)], 66, "#ff8a1f"),
        ([(150, 1090), (280, 1010), (400, 980), (480, 1000)], 58, "#ffd21f"),
        ([(984, 1050), (900, 940), (730, 884), (594, 862)], 70, "#3b3bff"),
        ([(960, 1080), (850, 980), (700, 930), (590, 930)], 64, "#12c2e9"),
        ([(880, 1090), (760, 1010), (640, 980), (540, 1000)], 56, "#8a2be2"),
    ]
    for line, width, fill in sweeps:
        for _ in range(5):
            moved = [(x + rng.normal(0, 12), y + rng.normal(0, 14)) for x, y in line]
            inner.append(ribbon(moved, [3, width, width * 0.6, 2], fill, opacity=0.72))
    for x, y, size, fill in (
        (250, 960, 44, "#12c2e9"),
        (770, 990, 48, "#ff2f87"),
        (650, 910, 26, "#ffd21f"),
        (380, 1000, 30, "#8a2be2"),
    ):
        inner += blot(rng, x, y, size, fill)
        inner.append(drip(x, y + size * 0.5, 120, 13, fill))
    inner += spatter(rng, 512, 960, 430, ["#fffaf1", "#ffd21f", "#19d3a2"], 60, 9)
    collar: list[Point] = [(420, 846), (436, 920), (512, 992)]
    lines = [ribbon(SLOPE, [2, 11, 6, 8, 2], INK), ribbon(mirrored(SLOPE), [2, 8, 5, 12, 3], INK)]
    lines += [ribbon(collar, [3, 12, 3], INK), ribbon(mirrored(collar), [3, 13, 4], INK)]
    return [clip_to("coat", outline, inner), *lines]


def body(rng: np.random.Generator) -> str:
    """The body's group."""
    neck = curve([*NECK, *mirrored(NECK[:-1])]) + "Z"
    planes = [
        path(neck, "#7a1fb0"),
        path("M420 700C440 780 430 850 330 890L470 1000C480 900 470 800 460 700Z", "#ff3d78"),
        path("M426 760C436 830 420 860 340 884L430 930C446 880 446 820 440 760Z", "#ff9a2e"),
        path("M560 700C560 820 560 900 520 1000L700 890C610 860 590 800 598 700Z", "#2f3be8"),
        path("M588 740C588 820 610 866 690 884L620 930C586 880 576 820 578 740Z", "#19b6ff"),
        path("M400 690Q512 880 624 690V640H400Z", "#2b0f6b", opacity=0.92),
        path("M400 700Q500 836 560 800L512 900Q440 820 400 760Z", "#a5148f", opacity=0.55),
    ]
    bones = [
        ribbon([(446, 930), (410, 900), (372, 892)], [1, 8, 2], INK),
        ribbon([(580, 930), (618, 900), (654, 892)], [1, 8, 2], INK),
    ]
    nape: list[Point] = [(400, 500), (352, 640), (346, 780), (420, 826), (512, 836)]
    back = path(curve([*nape, *mirrored(nape[:-1])], True), "#24126e")
    return group(
        "body",
        [back, *strands(rng, behind=True), clip_to("neck", neck, planes + bones), *_coat(rng)],
    )
