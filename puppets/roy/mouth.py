"""What is inside roy's mouth: good teeth with a gap between the front two, and a tongue."""

from brush import curve, ellipse, group, path, ribbon


def _tooth(x: float, top: float, width: float, length: float) -> str:
    """A tooth that hangs from `top`; it stands on it where the length is negative."""
    w, low = width / 2, top + length
    d = (
        f"M{x - w:.1f} {top}C{x - w - 1:.1f} {top + length * 0.7:.1f} {x - w * 0.9:.1f} {low:.1f} "
        f"{x:.1f} {low:.1f}S{x + w + 1:.1f} {top + length * 0.7:.1f} {x + w:.1f} {top}Z"
    )
    return path(
        d, "url(#enamel)" if length > 0 else "url(#below)", stroke="#8f6a55", stroke_width=1.8
    )


def mouth() -> str:
    """The cavity, fixed to the head."""
    inner = [
        '<rect x="340" y="610" width="350" height="270" fill="url(#cavity)"/>',
        ellipse(516, 724, 84, 54, "#12030a", opacity=0.85, filter="url(#soft12)"),
    ]
    return group("mouth", inner)


def teeth() -> str:
    """The upper gum and teeth, fixed to the head."""
    gum = [(380, 676), (450, 664), (516, 662), (582, 660), (654, 664)]
    parts = [ribbon(gum, [20, 26, 28, 26, 20], "#b4505a")]
    row = [(28, 29, 31), (56, 29, 28), (83, 28, 27), (108, 25, 23), (131, 23, 19)]
    for sign in (-1, 1):
        for off, width, length in reversed(row):
            x = 516 + sign * (off - 11)
            parts.append(_tooth(x, 664 + off * off / 1300 - sign * off * 0.03, width, length))
    return group("teeth", parts)


def jaw() -> str:
    """Tongue, lower gum and teeth, drawn at rest: they ride on the lower lip."""
    tongue = curve(
        [(420, 712), (438, 664), (478, 644), (516, 652), (556, 642), (594, 660), (614, 708)]
    )
    parts = [
        path(tongue + "Z", "url(#tongue)"),
        ribbon([(516, 656), (513, 680), (516, 700)], [2, 7, 3], "#8a2f3f", opacity=0.7),
        ribbon(
            [(452, 668), (474, 656), (496, 658)],
            [1, 9, 1],
            "#ffc4b8",
            opacity=0.7,
            filter="url(#soft2)",
        ),
        ribbon(
            [(400, 700), (460, 696), (516, 698), (572, 692), (630, 684)],
            [26, 32, 34, 32, 26],
            "#9c3f4c",
        ),
    ]
    for i in range(-5, 5):
        x = 528 + i * 23
        parts.append(_tooth(x, 690 + (x - 516) ** 2 / 1500 - (x - 516) * 0.06, 22, -18))
    return group("jaw", parts)
