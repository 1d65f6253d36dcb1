"""Roy's eyes, their lids, and the glasses before them."""

import math

import numpy as np
from brush import Point, clip_to, curve, ellipse, group, path, ribbon
from shape import LEFT_EYE, RIGHT_EYE

INK = "#3a1c1a"
LENSES = ((405, 432, 88), (623, 434, 88))


def eye(corners: list[Point], name: str) -> list[str]:
    x, y = np.mean(corners, axis=0)
    left = name == "eyeL"
    upper, lower = corners[:4], [corners[i] for i in (0, 5, 4, 3)]
    lift = [(px, py - d) for (px, py), d in zip(upper, (2, 15, 15, 4), strict=True)]
    white = [
        path(curve(corners, True), "#fbf3e2"),
        ellipse(x + 30, y + 4, 24, 34, "#b7a8ae", opacity=0.75, filter="url(#soft4)"),
        path(curve(upper), stroke="#5d3a48", stroke_width=22, opacity=0.6, filter="url(#soft4)"),
    ]
    # Within the eye, so that the lid that comes down hides it.
    lash = [(px, py + d) for (px, py), d in zip(upper, (0, 4, 4, 0), strict=True)]
    bag = [(x - 44, y + 22), (x - 16, y + 42), (x + 20, y + 43), (x + 46, y + 22)]
    under = [(px, py + 7) for px, py in bag[:3]]
    return [
        ellipse(x, y - 6, 62, 34, "#8a3f3c", opacity=0.5, filter="url(#soft6)"),
        ribbon(lift, [2, 6, 5, 2], "#7a3136"),
        ribbon(bag, [1, 6, 5, 1], "#8a3f3c", opacity=0.8),
        ribbon(under, [1, 6, 1], "#ffdcb4" if left else "#e8a57c", opacity=0.6),
        clip_to(name, curve(corners, True), white),
        ribbon(lower, [2, 4, 4, 2], "#8a3f3c"),
        ribbon(lash, [4, 10, 9, 3] if left else [3, 9, 10, 4], "#24131a"),
    ]


def pupils() -> str:
    """Tired blue irises, a little to one side."""
    parts = []
    for x, y in ((411, 425), (628, 427)):
        parts += [
            ellipse(x, y, 22, 22, "#1d2c3f"),
            ellipse(x, y, 19.5, 19.5, "url(#iris)"),
            ellipse(x, y, 9.5, 10, "#0a0d14"),
            ellipse(x - 8, y - 8, 6.5, 6, "#ffffff"),
            ellipse(x + 8, y + 9, 3.4, 3, "#dff6ff", opacity=0.85),
        ]
    return group("pupils", parts)


def eyelids() -> str:
    """Closed lids: skin with a fold, lashes along the lower rim."""
    parts = []
    for corners, name in ((LEFT_EYE, "lidL"), (RIGHT_EYE, "lidR")):
        x, y = np.mean(corners, axis=0)
        seam = [corners[i] for i in (0, 5, 4, 3)]
        top = [(corners[0][0], corners[0][1] - 6), *((px, py - 22) for px, py in corners[1:3])]
        skin = curve([*top, corners[3]]) + "L" + curve(seam[::-1])[1:] + "Z"
        inner = [
            path(skin, "url(#lid)"),
            ellipse(x - 12, y + 4, 26, 9, "#ffd9ae", opacity=0.75, filter="url(#soft4)"),
            ribbon(
                [(x - 44, y - 2), (x - 18, y - 15), (x + 18, y - 15), (x + 44, y - 2)],
                [1, 5, 5, 1],
                "#8a3f3c",
                opacity=0.7,
            ),
        ]
        parts += [clip_to(name, skin, inner), ribbon(seam, [4, 8, 8, 4], "#24131a")]
        for i in range(-3, 4):
            px = x + i * 11
            parts.append(
                ribbon(
                    [(px, y + 19 - abs(i) ** 1.7), (px + i * 1.4, y + 29 - abs(i) ** 1.8)],
                    [4, 1],
                    "#24131a",
                )
            )
    return group("eyelids", parts)


def glasses() -> list[str]:
    """Tortoiseshell rims, their shadow, and what the lenses mirror."""
    rims = [
        f"M{x - r} {y}a{r} {r * 0.94} 0 1 0 {2 * r} 0a{r} {r * 0.94} 0 1 0 {-2 * r} 0Z"
        for x, y, r in LENSES
    ]
    bridge: list[Point] = [(488, 414), (514, 400), (540, 414)]
    arms = ([(322, 412), (290, 404), (254, 404)], [(706, 414), (738, 406), (768, 406)])
    parts = [
        path(
            d,
            stroke="#4a1e2a",
            stroke_width=16,
            opacity=0.45,
            filter="url(#soft6)",
            transform="translate(9 14)",
        )
        for d in rims
    ]
    parts += [ribbon(arm, [20, 15, 13], INK) for arm in arms]
    parts += [ribbon(arm, [9, 6, 5], "#8f4d22") for arm in arms]
    for i, (d, (x, y, _)) in enumerate(zip(rims, LENSES, strict=True)):
        glare = [
            path(
                f"M{x - 84} {y - 8}L{x - 10} {y - 92}L{x + 16} {y - 92}L{x - 84} {y + 22}Z",
                "#fff8e6",
                opacity=0.34,
            ),
            path(
                f"M{x - 84} {y + 34}L{x + 28} {y - 92}L{x + 36} {y - 92}L{x - 80} {y + 46}Z",
                "#fff8e6",
                opacity=0.22,
            ),
            ribbon(
                [(x + 20, y + 76), (x + 58, y + 56), (x + 76, y + 18)],
                [2, 10, 2],
                "#9fdbe2",
                opacity=0.65,
            ),
        ]
        parts += [path(d, "#dff2ec", opacity=0.10), clip_to(f"lens{i}", d, glare)]
    parts += [path(d, stroke=INK, stroke_width=21) for d in rims]
    parts += [path(d, stroke="url(#shell)", stroke_width=13) for d in rims]
    parts += [ribbon(bridge, [22, 18, 22], INK), ribbon(bridge, [13, 9, 12], "#8f4d22")]
    for x, y, r in LENSES:
        arc = [(x + r * math.cos(a), y + 0.94 * r * math.sin(a)) for a in (3.5, 4.0, 4.5)]
        parts.append(ribbon(arc, [1, 6, 1], "#ffe3a8"))
        for a in np.arange(0.3, 6.2, 0.71):  # the shell's dark flecks
            fleck = (x + r * math.cos(a), y + 0.94 * r * math.sin(a))
            turn = math.degrees(a) + 90
            parts.append(
                ellipse(
                    *fleck,
                    15,
                    4.4,
                    "#3b1710",
                    opacity=0.65,
                    transform=f"rotate({turn:.0f} {fleck[0]:.0f} {fleck[1]:.0f})",
                )
            )
    return parts
