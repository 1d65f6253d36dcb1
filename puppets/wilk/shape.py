"""Where the parts of wilk's face lie on the 1024 canvas: the drawing and its points share this."""

import math

import numpy as np

CENTRE = 512.0


def mirrored(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points of the other half, in reverse order, so that outlines go on."""
    return [(2 * CENTRE - x, y) for x, y in reversed(points)]


def whole(half: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """A row that is symmetric about the centre, from its left half and middle point."""
    return half + mirrored(half[:-1])


LEFT_EYE = [
    (340.0, 458.0),
    (372.0, 427.0),
    (414.0, 431.0),
    (450.0, 470.0),
    (412.0, 486.0),
    (370.0, 484.0),
]
RIGHT_EYE = [(2 * CENTRE - x, y) for x, y in (LEFT_EYE[i] for i in (3, 2, 1, 0, 5, 4))]
LEFT_BROW = [(300.0, 398.0), (334.0, 372.0), (376.0, 368.0), (420.0, 384.0), (464.0, 416.0)]
BRIDGE = [(512.0, 440.0), (512.0, 480.0), (512.0, 520.0), (512.0, 560.0)]
NOSTRILS = whole([(452.0, 588.0), (482.0, 606.0), (512.0, 612.0)])

# The line where the lips meet, and the far edges of both lips, closed.
MEETING = whole([(378.0, 712.0), (446.0, 690.0), (512.0, 686.0)])
UPPER_EDGE = whole([(356.0, 718.0), (410.0, 682.0), (474.0, 662.0), (512.0, 667.0)])
LOWER_EDGE = whole([(356.0, 718.0), (414.0, 736.0), (470.0, 748.0), (512.0, 750.0)])

# The same, mouth open: the jaw drops, the corners come in a little.
OPEN_UPPER = whole([(384.0, 722.0), (448.0, 684.0), (512.0, 680.0)])
OPEN_LOWER = whole([(384.0, 722.0), (448.0, 794.0), (512.0, 812.0)])
OPEN_UPPER_EDGE = whole([(362.0, 726.0), (412.0, 680.0), (474.0, 657.0), (512.0, 662.0)])
OPEN_LOWER_EDGE = whole([(362.0, 726.0), (416.0, 828.0), (470.0, 866.0), (512.0, 874.0)])
DROP = 112.0  # pixels the chin falls when the mouth is open


def jaw(drop: float = 0.0) -> list[tuple[float, float]]:
    """The 17 points of the jaw, the chin `drop` pixels below its rest."""
    points = []
    for i in range(17):
        angle = math.pi * i / 16
        low = math.sin(angle)
        points.append((CENTRE - 262 * math.cos(angle), 462 + 372 * low**1.15 + drop * low**3))
    return points


def points(opened: bool) -> np.ndarray:
    """(68, 2) the iBUG points in pixels."""
    upper = OPEN_UPPER_EDGE if opened else UPPER_EDGE
    lower = OPEN_LOWER_EDGE if opened else LOWER_EDGE
    above = OPEN_UPPER if opened else MEETING
    below = OPEN_LOWER if opened else MEETING
    outer = upper + lower[-2:0:-1]
    inner = above + below[-2:0:-1]
    brows = LEFT_BROW + mirrored(LEFT_BROW)
    rows = [
        jaw(DROP if opened else 0.0),
        brows,
        BRIDGE,
        NOSTRILS,
        LEFT_EYE,
        RIGHT_EYE,
        outer,
        inner,
    ]
    return np.array([point for row in rows for point in row])
