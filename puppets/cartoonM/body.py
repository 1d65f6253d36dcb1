"""CartoonM's body: neck, a striped jumper, a jacket of two planes."""

from brush import clip_to, ellipse, group, path
from shape import NIGHT, SKIN_DARK

COAT = "M52 1060C52 960 120 912 250 884L430 846H594L774 884C904 912 972 960 972 1060Z"
FRONT = "M420 890H604L640 1060H384Z"


def body() -> str:
    """The body's group."""
    stripes = [path(FRONT, "#fff1d6")]
    stripes += [
        path(f"M300 {y}Q512 {y + 44} 724 {y}v22Q512 {y + 66} 300 {y + 22}Z", "#f4735e")
        for y in (936, 984, 1032)
    ]
    coat = [
        path(COAT, "#2a9d96"),
        path("M52 1060C52 960 120 912 250 884L300 873C190 930 150 980 150 1060Z", "#45b8a8"),
        path("M760 1060L712 872L774 884C904 912 972 960 972 1060Z", "#1f8582"),
        path(
            "M200 1060C206 1016 214 990 226 966",
            stroke="#1d7f7d",
            stroke_width=9,
            stroke_linecap="round",
        ),
        path(
            "M824 1060C818 1016 810 990 798 966",
            stroke="#176a6b",
            stroke_width=9,
            stroke_linecap="round",
        ),
    ]
    roll = "M398 836Q512 900 626 836V904Q628 934 512 934T398 904Z"
    ribs = [
        path(
            f"M{x} {886 - abs(x - 512) / 6:.0f}v34",
            stroke="#e3cfa8",
            stroke_width=6,
            stroke_linecap="round",
        )
        for x in range(416, 620, 24)
    ]
    collar = [
        clip_to(
            "roll",
            roll,
            [
                path(roll, "#fff1d6"),
                *ribs,
                path("M512 812H660V940H512Z", NIGHT, opacity=0.16),
            ],
        )
    ]
    lapels = [
        path("M404 846L330 872L300 950L352 958L336 990L428 1060H500Z", "#1d7f7d"),
        path("M620 846L694 872L724 950L672 958L688 990L596 1060H524Z", "#13605f"),
        path("M250 980l44 -10l6 36l-44 8Z", "#ffc46b"),
    ]
    neck = [
        ellipse(512, 838, 114, 30, "#bfa678"),
        path("M424 640H600V880Q512 920 424 880Z", SKIN_DARK),
        path("M424 760Q512 900 600 760V640H424Z", "#7f4029"),
        path("M512 640H600V880Q556 900 512 900Z", NIGHT, opacity=0.2),
    ]
    shade = clip_to("dim", FRONT, [path("M512 830H660V1060H512Z", NIGHT, opacity=0.16)])
    coats = [clip_to("coat", COAT, coat), clip_to("front", FRONT, stripes), shade]
    return group("body", [*coats, *neck, *collar, *lapels])
