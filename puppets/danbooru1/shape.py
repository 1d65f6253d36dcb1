"""Where the parts of her face lie on the 1024 canvas: the drawing and its points share this."""

import numpy as np
from brush import Point, ibug_landmarks

CENTRE = 512.0


def mirrored(points: list[Point]) -> list[Point]:
    """The points of the other half, in reverse order, so that outlines go on."""
    return [(2 * CENTRE - x, y) for x, y in reversed(points)]


def whole(half: list[Point]) -> list[Point]:
    """A row that is symmetric about the centre, from its left half and middle point."""
    return half + mirrored(half[:-1])


# The upper rim is the upper edge of the lashes: a lid that closes takes them along.
LEFT_EYE: list[Point] = [
    (340.0, 555.0),
    (374.0, 480.0),
    (436.0, 478.0),
    (470.0, 551.0),
    (438.0, 594.0),
    (374.0, 596.0),
]
RIGHT_EYE = [(2 * CENTRE - x, y) for x, y in (LEFT_EYE[i] for i in (3, 2, 1, 0, 5, 4))]
BROW: list[Point] = [(340, 446), (364, 428), (396, 422), (428, 426), (458, 438)]
BRIDGE: list[Point] = [(512, 510), (512, 548), (512, 586), (512, 620)]
NOSTRILS = whole([(492, 632), (502, 637), (512, 639)])

JAW = whole(
    [
        (316, 500),
        (318, 546),
        (326, 590),
        (340, 630),
        (362, 666),
        (392, 698),
        (430, 725),
        (470, 746),
        (512, 757),
    ]
)

# The line where the lips meet, a little up at the corners, and the far edges of both lips.
MEETING = whole([(476.0, 679.0), (494.0, 684.0), (512.0, 683.0)])
UPPER_EDGE = whole([(472.0, 677.0), (486.0, 676.0), (501.0, 675.0), (512.0, 677.0)])
LOWER_EDGE = whole([(472.0, 677.0), (484.0, 687.0), (498.0, 693.0), (512.0, 694.0)])

# The same, mouth open.
OPEN_UPPER = whole([(477.0, 680.0), (494.0, 673.0), (512.0, 672.0)])
OPEN_LOWER = whole([(477.0, 680.0), (492.0, 714.0), (512.0, 722.0)])
OPEN_UPPER_EDGE = whole([(473.0, 678.0), (485.0, 669.0), (501.0, 664.0), (512.0, 665.0)])
OPEN_LOWER_EDGE = whole([(473.0, 678.0), (482.0, 712.0), (496.0, 728.0), (512.0, 732.0)])
DROP = 16.0  # pixels the chin falls when the mouth is open


def points(opened: bool) -> np.ndarray:
    """(68, 2) the iBUG points in pixels."""
    drop = DROP * np.sin(np.linspace(0, np.pi, 17)) ** 3 * opened
    jaw = [(x, y + d) for (x, y), d in zip(JAW, drop, strict=True)]
    outer = (OPEN_UPPER_EDGE, OPEN_LOWER_EDGE) if opened else (UPPER_EDGE, LOWER_EDGE)
    inner = (OPEN_UPPER, OPEN_LOWER) if opened else (MEETING, MEETING)
    brows, nose, eyes = BROW + mirrored(BROW), BRIDGE + NOSTRILS, LEFT_EYE + RIGHT_EYE
    return ibug_landmarks(jaw, brows, nose, eyes, outer, inner)
