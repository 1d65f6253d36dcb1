"""What is inside wilk's mouth, drawn for a wide open one, and the tusks before it."""

from brush import curve, ellipse, group, path


def _tooth(
    x: float, top: float, width: float, length: float, lean: float = 0.0, up: bool = False
) -> list[str]:
    """An ivory tooth that hangs from `top`, or stands on it when `up`."""
    s = -1 if up else 1
    w = width / 2
    d = (
        f"M{x - w:.1f} {top - s * 8:.1f}C{x - w:.1f} {top + s * length * 0.55:.1f} "
        f"{x - w * 0.45 + lean:.1f} {top + s * length:.1f} {x + lean:.1f} {top + s * length:.1f}"
        f"C{x + w * 0.45 + lean:.1f} {top + s * length:.1f} {x + w:.1f} "
        f"{top + s * length * 0.55:.1f} {x + w:.1f} {top - s * 8:.1f}Z"
    )
    glint = (
        f"M{x - w * 0.4:.1f} {top:.1f}L{x - w * 0.3 + lean * 0.6:.1f} {top + s * length * 0.62:.1f}"
    )
    return [
        path(d, "url(#ivoryUp)" if up else "url(#ivory)", stroke="#6b4a2c", stroke_width=1.6),
        path(
            glint,
            stroke="#fffdf0",
            stroke_width=max(width * 0.16, 2),
            stroke_linecap="round",
            opacity=0.75,
        ),
    ]


def mouth() -> str:
    """The cavity, fixed to the head."""
    return group(
        "mouth",
        [
            '<rect x="330" y="630" width="364" height="290" fill="url(#cavity)"/>',
            ellipse(512, 742, 62, 52, "#0a0104", opacity=0.85, filter="url(#soft12)"),
            path(
                curve([(512, 700), (506, 716), (512, 728), (518, 716)], True),
                "#8f2c38",
                opacity=0.7,
                filter="url(#soft2)",
            ),
        ],
    )


def teeth() -> str:
    """The upper gum and teeth, fixed to the head."""
    gum = curve([(340, 718), (446, 694), (512, 690), (578, 694), (684, 718)])
    parts = [
        path(gum, stroke="#9c3f48", stroke_width=22),
        path(gum, stroke="#d57a78", stroke_width=5, opacity=0.5),
    ]
    for x, width, length in [(404, 20, 18), (426, 22, 22), (494, 26, 24), (468, 24, 22)]:
        for place in (x, 1024 - x):
            parts += _tooth(place, 698 + (x - 512) ** 2 / 1500, width, length)
    for place, lean in ((447, -2), (577, 2)):
        parts += _tooth(place, 698, 24, 42, lean)
    return group("teeth", parts)


def jaw() -> str:
    """Tongue, lower gum and teeth, drawn at rest: they ride on the lower lip."""
    gum = curve([(346, 726), (446, 706), (512, 702), (578, 706), (678, 726)])
    tongue = curve(
        [(420, 720), (440, 672), (484, 652), (512, 658), (540, 652), (584, 672), (604, 720)]
    )
    parts = [
        path(tongue + "Z", "url(#tongue)"),
        path(
            "M512 662C510 676 511 690 512 706",
            stroke="#7a2331",
            stroke_width=5,
            stroke_linecap="round",
            opacity=0.7,
            filter="url(#soft2)",
        ),
        ellipse(480, 668, 20, 6, "#ffd0c4", opacity=0.5, filter="url(#soft4)"),
        path(gum, stroke="#7e2c38", stroke_width=30),
    ]
    for x, width, length in [(398, 18, 13), (462, 20, 14), (482, 20, 13), (502, 20, 12)]:
        for place in (x, 1024 - x):
            parts += _tooth(place, 690 + (x - 512) ** 2 / 1100, width, length, up=True)
    return group("jaw", parts)


def tusks() -> str:
    """The tusks of the lower jaw, in front of the upper lip."""
    parts = []
    for s in (-1, 1):
        x = 512 + s * 84
        base = 700
        d = (
            f"M{x - 17} {base}C{x - 19} {base - 24} {x - 8 + s * 6} {base - 52} "
            f"{x + s * 13} {base - 66}"
            f"C{x + 10 + s * 6} {base - 48} {x + 21} {base - 22} {x + 17} {base}"
            f"Q{x} {base + 9} {x - 17} {base}Z"
        )
        shade = (
            f"M{x + 13} {base - 2}C{x + 15} {base - 22} {x + 10 + s * 4} {base - 44} "
            f"{x + s * 12} {base - 60}"
        )
        glint = (
            f"M{x - 8} {base - 6}C{x - 9} {base - 26} {x - 2 + s * 4} {base - 42} "
            f"{x + s * 9} {base - 56}"
        )
        parts += [
            ellipse(x + 4, base + 2, 24, 9, "#1d070c", opacity=0.55, filter="url(#soft4)"),
            path(d, "url(#tusk)", stroke="#5b3c22", stroke_width=2),
            path(
                shade,
                stroke="#8a6238",
                stroke_width=7,
                opacity=0.5,
                filter="url(#soft2)",
                stroke_linecap="round",
            ),
            path(
                glint,
                stroke="#fffdf0",
                stroke_width=5,
                opacity=0.85,
                stroke_linecap="round",
                filter="url(#soft2)",
            ),
        ]
    return group("tusks", parts)
