"""Wilk's background: a forest at night, the moon behind the trees, mist, fireflies."""

import numpy as np
from brush import ellipse, path, ramp, to_hex, tuft

DEFS = """
<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1">
 <stop offset="0" stop-color="#0b1a33"/><stop offset=".45" stop-color="#1d4360"/>
 <stop offset=".75" stop-color="#3d7077"/><stop offset="1" stop-color="#16323a"/></linearGradient>
<radialGradient id="glow"><stop offset="0" stop-color="#fff3cf" stop-opacity=".85"/>
 <stop offset=".35" stop-color="#bfe0d2" stop-opacity=".38"/>
 <stop offset="1" stop-color="#6fb0b5" stop-opacity="0"/></radialGradient>
<radialGradient id="moon" cx=".42" cy=".4"><stop offset="0" stop-color="#fffbe9"/>
 <stop offset=".8" stop-color="#f6e7b8"/><stop offset="1" stop-color="#ead49a"/></radialGradient>
<radialGradient id="mist"><stop offset="0" stop-color="#a9d6cf" stop-opacity=".42"/>
 <stop offset="1" stop-color="#a9d6cf" stop-opacity="0"/></radialGradient>
<radialGradient id="fly"><stop offset="0" stop-color="#fffbd0"/>
 <stop offset=".18" stop-color="#ffe88a" stop-opacity=".9"/>
 <stop offset="1" stop-color="#ffd34d" stop-opacity="0"/></radialGradient>
"""


def _pine(x: float, foot: float, height: float, fill: str, rng: np.random.Generator) -> str:
    """A pine: a comb of drooping boughs on both sides of the trunk."""
    left, right = [], []
    steps = max(int(height / 34), 6)
    for i in range(steps):
        t = i / steps
        y = foot - height * (1 - t)
        half = 12 + height * 0.21 * t**0.85
        left += [(x - half * rng.uniform(0.85, 1.1), y + 30), (x - half * 0.45, y + 20)]
        right += [(x + half * rng.uniform(0.85, 1.1), y + 30), (x + half * 0.45, y + 20)]
    outline = [(x, foot - height - 24), *right, (x + 8, foot), (x - 8, foot), *reversed(left)]
    return path("M" + "L".join(f"{a:.0f} {b:.0f}" for a, b in outline) + "Z", fill)


def _trunk(x: float, width: float, lean: float, fill: str, edge: str) -> list[str]:
    """A near trunk with a moonlit edge and a bough or two."""
    top, low = width * 0.62, width * 1.35
    d = (
        f"M{x - top + lean:.0f} -10C{x - top:.0f} 400 {x - width:.0f} 700 {x - low:.0f} 1030"
        f"L{x + low:.0f} 1030C{x + width:.0f} 700 {x + top:.0f} 400 {x + top + lean:.0f} -10Z"
    )
    side = 1 if x < 512 else -1
    a = x + side * top * 0.9
    shine = (
        f"M{a + lean:.0f} -10C{a:.0f} 400 {a + side * 10:.0f} 700 {x + side * low * 0.9:.0f} 1030"
    )
    return [
        path(d, fill),
        path(shine, stroke=edge, stroke_width=7, opacity=0.55, filter="url(#soft4)"),
    ]


def background(rng: np.random.Generator) -> list[str]:
    """The parts of the background, from far to near."""
    parts = ['<rect width="1024" height="1024" fill="url(#sky)"/>']
    for _ in range(90):
        x, y, r = rng.uniform(0, 1024), rng.uniform(0, 430), rng.uniform(0.6, 1.9)
        parts.append(ellipse(x, y, r, r, "#eaf6ff", opacity=round(rng.uniform(0.3, 0.9), 2)))
    parts.append(ellipse(716, 232, 470, 470, "url(#glow)"))
    parts.append(ellipse(716, 232, 142, 142, "url(#moon)"))
    for x, y, rx, ry in [
        (672, 200, 30, 22),
        (742, 262, 40, 28),
        (764, 176, 17, 13),
        (690, 290, 20, 13),
    ]:
        parts.append(ellipse(x, y, rx, ry, "#dcc68d", opacity=0.45, filter="url(#soft4)"))
    rows = [(0.15, 620, 250, 11), (0.45, 730, 340, 9), (0.8, 860, 470, 7)]
    for depth, foot, height, count in rows:
        fill = to_hex(ramp(["#4f8b8d", "#255661", "#10303d"], depth))
        for i in range(count):
            x = (i + rng.uniform(0.1, 0.9)) * 1024 / count
            tall = height * rng.uniform(0.75, 1.2) * (0.78 if 560 < x < 880 else 1)
            parts.append(_pine(x, foot + 60, tall, fill, rng))
        parts.append(f'<rect y="{foot + 40}" width="1024" height="420" fill="{fill}"/>')
        for _ in range(5):
            x = rng.uniform(0, 1024)
            parts.append(ellipse(x, foot + rng.uniform(0, 60), 330, 62, "url(#mist)"))
    parts += _trunk(52, 58, -30, "#0a1d29", "#9fd0cf")
    parts += _trunk(984, 44, 26, "#0a1d29", "#9fd0cf")
    for _ in range(150):  # grass and ferns along the lower edge
        x = rng.uniform(-10, 1034)
        angle = -np.pi / 2 + rng.normal(0, 0.5)
        tone = to_hex(ramp(["#071821", "#123b40", "#1f5a55"], rng.uniform(0, 1)))
        parts.append(tuft((x, 1034), angle, rng.uniform(50, 150), 13, rng.normal(0, 0.2), tone))
    spots = [(118, 560), (176, 742), (86, 822), (232, 640), (880, 560), (936, 700), (842, 790)]
    spots += [(908, 842), (150, 330), (800, 470), (250, 250), (960, 420)]
    for x, y in spots:
        r = rng.uniform(11, 24)
        parts.append(ellipse(x, y, r, r, "url(#fly)", opacity=round(rng.uniform(0.7, 1), 2)))
    return parts
