"""Roy's hair: brows like hedges, and a fringe over each ear."""

import math

import numpy as np
from brush import Point, ramp, to_hex

BROW = ["#1f171c", "#41343a", "#766a6c", "#b5aca6"]
HAIR = ["#2a2026", "#54454a", "#8a7f80", "#c9c2ba"]


def lock(root: Point, knee: Point, tip: Point, width: float, fill: str) -> str:
    """A lock pointed at both ends, thickest where it bends."""
    (ax, ay), (bx, by) = root, tip
    size = max(math.hypot(bx - ax, by - ay), 1)
    ox, oy = -(by - ay) / size * width / 1.6, (bx - ax) / size * width / 1.6
    (x, y) = (2 * knee[0] - (ax + bx) / 2, 2 * knee[1] - (ay + by) / 2)
    return (
        f'<path d="M{ax:.0f} {ay:.0f}Q{x - ox:.0f} {y - oy:.0f} {bx:.0f} {by:.0f}'
        f'Q{x + ox:.0f} {y + oy:.0f} {ax:.0f} {ay:.0f}" fill="{fill}"/>'
    )


def brow(knots: list[Point], sign: int, rng: np.random.Generator) -> list[str]:
    """A hedge: every hair stands up a little, the outer end flies."""
    row = np.array(knots if sign < 0 else knots[::-1])
    parts = []
    for i in np.argsort(rng.uniform(0, 1, 96)):
        t = i / 95 * 4
        k = min(int(t), 3)
        x, y = row[k] + (row[k + 1] - row[k]) * (t - k) + rng.normal(0, (5, 7))
        flow = -math.pi * 0.72 + 0.62 * (t / 4) + rng.normal(0, 0.26)  # outer hairs sweep out
        length = rng.uniform(30, 52)
        dx, dy = -sign * math.cos(flow) * length, math.sin(flow) * length
        dx = abs(dx) * sign if t < 3 else dx
        tone = to_hex(ramp(BROW, 0.42 - sign * 0.1 + rng.normal(0, 0.22)))
        knot = (x + dx * 0.5, y + dy * 0.62 + 4)
        parts.append(lock((x - dx * 0.2, y + 12), knot, (x + dx, y + dy * 0.7), 11, tone))
    return parts


def fringe(rng: np.random.Generator, sign: int) -> list[str]:
    """The fringe over the ear, combed back in tufts."""
    parts = []
    for i in range(64):
        t = i / 63
        x = 511 + sign * rng.uniform(234, 258)
        y = 262 + 176 * (1 - t) + rng.normal(0, 10)
        out = sign * rng.uniform(16, 44)
        tone = to_hex(ramp(HAIR, 0.62 - sign * 0.2 + rng.normal(0, 0.22)))
        knots = (x - sign * 8, y + 30), (x + out * 0.5, y + 8), (x + out, y - rng.uniform(10, 34))
        parts.append(lock(*knots, 17, tone))
    return parts
