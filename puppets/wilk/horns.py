"""Wilk's horns and ears."""

import math

import numpy as np
from brush import Point, curve, ellipse, path, ramp, to_hex, tuft


def _bezier(knots: list[Point], t: float) -> np.ndarray:
    a, b, c, d = (np.array(k) for k in knots)
    s = 1 - t
    return np.asarray(s**3 * a + 3 * s * s * t * b + 3 * s * t * t * c + t**3 * d)


def _horn(mirror: bool, rng: np.random.Generator) -> list[str]:
    """A ridged horn that sweeps out, down a little, and up to a point."""
    knots = [(372.0, 282.0), (206.0, 330.0), (78.0, 250.0), (148.0, 62.0)]
    count = 46
    centre = np.array([_bezier(knots, i / count) for i in range(count + 1)])
    along = np.gradient(centre, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    t = np.linspace(0, 1, count + 1)
    half = 62 * (1 - t) ** 0.72 + 2
    half *= 1 + 0.05 * np.sin(t * count * 1.35)
    lower, upper = centre - across * half[:, None], centre + across * half[:, None]
    if mirror:
        for row in (centre, along, across, lower, upper):
            row[:, 0] = 1024 - row[:, 0] if row is not along and row is not across else -row[:, 0]
    outline = curve([tuple(p) for p in lower] + [tuple(p) for p in upper[::-1]]) + "Z"
    name = "hornR" if mirror else "hornL"
    parts = [f'<clipPath id="{name}"><path d="{outline}"/></clipPath>', path(outline, "#8b745b")]
    inside = []
    for i in range(count):  # bands from base to tip: bone darkens towards the tip
        tone = ramp(["#cdb68f", "#b99a70", "#8c6c4c", "#4d3930", "#2c211f"], t[i] ** 1.1)
        tone = tuple(c + rng.normal(0, 5) for c in tone)
        a, b = centre[i], along[i] * (9 + 5 * (1 - t[i]))
        bow = [tuple(lower[i]), tuple(a + b), tuple(upper[i])]
        nxt = [
            tuple(upper[i] + along[i] * 26),
            tuple(a + b + along[i] * 26),
            tuple(lower[i] + along[i] * 26),
        ]
        inside.append(path(curve(bow) + "L" + curve(nxt)[1:] + "Z", to_hex(tone)))
    for i in range(1, count - 2, 3):  # the grooves, each with a lit lip
        a, b = centre[i], along[i] * (9 + 5 * (1 - t[i]))
        bow = curve([tuple(lower[i]), tuple(a + b), tuple(upper[i])])
        lit = curve([tuple(p + along[i] * 4) for p in (lower[i], a + b, upper[i])])
        inside.append(
            path(bow, stroke="#2b1b16", stroke_width=round(5.5 * (1 - t[i]) + 1.5, 1), opacity=0.62)
        )
        inside.append(path(lit, stroke="#fff0cf", stroke_width=2.4, opacity=0.38))
    # The right horn is mirrored, so its underside is the other edge.
    under, over = (upper, lower) if centre[10, 1] < upper[10, 1] else (lower, upper)
    shade = curve([tuple(p) for p in under])
    shine = curve([tuple(p + (c - p) * 0.5) for p, c in zip(over, centre, strict=True)])
    inside.append(
        path(shade, stroke="#140b10", stroke_width=58, opacity=0.75, filter="url(#soft12)")
    )
    inside.append(path(shine, stroke="#fff2cf", stroke_width=16, opacity=0.7, filter="url(#soft4)"))
    if mirror:
        inside.append(
            path(shade, stroke="#8fd0e2", stroke_width=9, opacity=0.6, filter="url(#soft4)")
        )
    parts.append(f'<g clip-path="url(#{name})">' + "".join(inside) + "</g>")
    return parts


def horns(rng: np.random.Generator) -> list[str]:
    """Both horns."""
    return _horn(False, rng) + _horn(True, rng)


def _ear(sign: int, rng: np.random.Generator) -> list[str]:
    """A drooping ear; `sign` -1 is the left one."""

    def at(x: float, y: float) -> Point:
        return (512 + sign * (200 + (x - 200) * 0.8), y)

    shell = curve(
        [at(230, 392), at(330, 372), at(428, 412), at(470, 496), at(384, 500), at(262, 492)], True
    )
    inner = curve(
        [at(262, 420), at(330, 402), at(402, 430), at(440, 478), at(372, 474), at(280, 470)], True
    )
    parts = [path(shell, "#5a2e1e"), path(inner, "#8f4f48")]
    parts.append(path(inner, "url(#ear)"))
    ramp_of = ["#3a1f1c", "#6a3620", "#a35f2c", "#d6954a"]
    rows = []
    for i in range(64):  # the fringe: along the upper edge, hanging tip, lower edge
        t = i / 63
        top = np.array(
            [at(228 + 235 * t, 398 - 34 * math.sin(math.pi * min(t * 1.25, 1)) + 96 * t**3)]
        )[0]
        low = np.array([at(252 + 218 * t, 494 + 8 * math.sin(math.pi * t))])[0]
        rows += [(low, 0.5, 0.32 - 0.1 * sign), (top, -0.25, 0.72 - 0.16 * sign)]
    for root, tilt, tone in rows:
        angle = (0.0 if sign > 0 else math.pi) + sign * (tilt + 0.25) + rng.normal(0, 0.2)
        fill = to_hex(ramp(ramp_of, tone + rng.normal(0, 0.12)))
        parts.append(tuft(tuple(root), angle, rng.uniform(34, 58), 15, rng.normal(0, 0.15), fill))
    return parts


def ears(rng: np.random.Generator) -> list[str]:
    """Both ears, and the gold ring in the right one."""
    ring = [
        ellipse(884, 520, 21, 25, "none", stroke="#5b3a0c", stroke_width=11),
        ellipse(884, 520, 21, 25, "none", stroke="#e2a52f", stroke_width=8),
        path(
            "M867 506A21 25 0 0 1 898 503",
            stroke="#fff0b0",
            stroke_width=3.5,
            stroke_linecap="round",
        ),
    ]
    return _ear(-1, rng) + _ear(1, rng) + ring
